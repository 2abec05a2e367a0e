// What can go wrong between tenantd and a bench, each with a sentence for a person.

import JSONRPC

/// The one error of this module. `reason` is what was seen: an exit, a line of standard error, the
/// agent's own sentence. No secret is ever part of it.
public enum BenchError: Error, Sendable, Equatable {
  /// Docker is missing, not running, or may not be used by this user.
  case dockerUnavailable(reason: String)
  /// Docker answers, but there is no such service or container, or it does not run.
  case serviceNotFound(reason: String)
  /// The agent could not be started in the bench, or the session to it ended.
  case unreachable(reason: String)
  /// There was a session, and it is gone or could not be had again yet, for that reason.
  indirect case lost(BenchError)
  /// The agent's own answer: a kind of protocol.md, a sentence, and the site it is about.
  case refused(kind: String, reason: String, site: String?)
  /// An app of the bench refused a signup: its sentence for the customer, as plain text.
  case declined(sentence: String, title: String?, field: String?)
  /// A field of the request is not what the site asks for, such as by its password policy.
  case invalid(field: String, reason: String)

  /// A process of the bench stopped the work, and the last lines that it wrote.
  case gaveUp(reason: String, output: [String])

  static let cancelled = BenchError.refused(
    kind: "cancelled", reason: "The request was cancelled.", site: nil)

  /// The sentence.
  public var reason: String {
    switch self {
    case .dockerUnavailable(let reason), .serviceNotFound(let reason), .unreachable(let reason),
      .refused(_, let reason, _), .gaveUp(let reason, _), .declined(let reason, _, _),
      .invalid(_, let reason):
      reason
    case .lost(let error): error.reason
    }
  }

  /// Reads what a launcher that failed left on its standard error.
  /// - Parameters:
  ///   - program: the launcher's first word; its own absence is Docker's absence when it is Docker.
  ///   - output: the last lines of its standard error.
  ///   - end: how the process ended, e.g. `exit code 1`.
  public static func ofLauncher(_ program: String, output: [String], end: String) -> BenchError {
    let text = output.joined(separator: " ").lowercased()
    let said = output.last { !$0.isEmpty } ?? "it said nothing"
    let reason = "\(program) ended with \(end): \(said)"
    let isDocker = program.split(separator: "/").last == "docker"
    func mentions(_ words: [String]) -> Bool { words.contains { text.contains($0) } }
    if mentions([
      "cannot connect to the docker daemon", "is the docker daemon running",
      "docker daemon socket", "failed to connect to the docker api",
      "error during connect", "is not a docker command",
      "unknown shorthand flag: 't' in -t",
    ]) {
      return .dockerUnavailable(reason: reason)
    }
    if isDocker,
      mentions([
        "no such service", "is not running", "no such container", "no configuration file provided",
        "no container found", "no such file or directory: compose", "service \"",
      ]), !mentions(["exec failed", "oci runtime"])
    {
      return .serviceNotFound(reason: reason)
    }
    return .unreachable(reason: reason)
  }
}

extension BenchError {
  /// The agent's error answer.
  init(answer: RPCError) {
    if case let output? = answer.data?["output"]?.array?.compactMap(\.string), !output.isEmpty {
      self = .gaveUp(reason: answer.message, output: output)
      return
    }
    let (data, kind) = (answer.data, answer.data?["kind"]?.string ?? "internal_error")
    switch (kind, data?["field"]?.string) {
    case ("refused", let field):
      self = .declined(sentence: answer.message, title: data?["title"]?.string, field: field)
    case ("invalid_params", let field?): self = .invalid(field: field, reason: answer.message)
    default: self = .refused(kind: kind, reason: answer.message, site: data?["site"]?.string)
    }
  }
}
