// What every method of protocol.md is: a declaration, a decoder, and the work.

import JSONRPC

/// A method: one type in a file of its own in `Methods`, and a line in the list there.
protocol Method: Sendable {
  static var declaration: Declaration { get }

  /// Takes the parameters; what the declaration can say is looked at already by their reading. What
  /// else is wrong is told by `refuse`. Unknown names, and what was refused, are an error of the
  /// dispatcher's behind it.
  init(_ parameters: inout Parameters, _ configuration: Configuration) throws(RPCError)

  /// Answers at once, or with a task. On the reading path: it must not wait.
  func handle(_ call: Call) -> Handling
}

/// What a method says of itself: `rpc.discover` is made of it, and protocol.md is compared with it.
struct Declaration: Sendable {
  let name: String
  /// One sentence.
  let summary: String
  /// Those that are required first.
  var parameters: [Parameter] = []
  /// What the result is called in OpenRPC, and what it looks like.
  let result: (name: String, schema: Schema)
  /// The form of its progress notifications.
  var progress: Schema?
  /// The kinds of errors, beside `invalid_params`.
  var errors: [String] = []

  /// Those that whatever speaks to the bench can fail with.
  static let benchErrors = [
    "docker_unavailable", "service_not_found", "bench_unreachable", "database_unavailable",
    "database_denied", "database_unsupported", "bench_unproven",
  ]
}

/// One parameter, declared once: it is decoded by this, and told by it.
struct Parameter: Sendable {
  let name: String
  let schema: Schema
  let meaning: String
  var isRequired = false

  /// The tenant that a method works on.
  static let site = Parameter(
    name: "site", schema: .string(lengths: 1...Parameters.longestText),
    meaning: "The tenant's whole name.", isRequired: true)

  static let timeout = Parameter(
    name: "timeout", schema: .number(1...3600),
    meaning: "Seconds for the whole request; absent: TENANTD_TIMEOUT.")

  /// Whether a request wants `progress` notifications.
  static let progress = Parameter(
    name: "progress", schema: .boolean, meaning: "Whether to send progress notifications.")
}

/// One request for a method, and what it can be answered with.
struct Call: Sendable {
  let service: Service
  let connection: Connection
  /// Nil for a notification.
  let id: RequestID?

  /// Sends `progress` notifications of this request, where they are wanted.
  func notifier(_ isWanted: Bool) -> Notifier {
    guard isWanted, let id else { return { _ in } }
    return { [connection] body in
      var params = body
      params["id"] = id.json
      connection.notify("progress", .object(params), during: id)
    }
  }
}

/// Sends a `progress` notification with the members given; the request's id is added.
typealias Notifier = @Sendable (JSONObject) -> Void
