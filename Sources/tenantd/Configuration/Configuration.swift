// Everything that can be configured, understood: from the command line, then the environment,
// then the defaults.

import Bench
import JSONRPC
import Tenancy

/// The whole configuration of a run.
struct Configuration: Sendable {
  var launcher: Launcher
  /// The sandbox's folder, when there is one.
  var sandbox: Sandbox?
  var masterSite: String?
  /// Scheme and port of a tenant's URL.
  var address: WebAddress
  /// API key and secret of the master site.
  var masterKeys: (key: Secret, secret: Secret)?
  var hello: Session.Hello
  /// How many standbys wait at least, and at most when the demand asks for it.
  var pool: ClosedRange<Int>
  /// Whether this process keeps the pool by itself.
  var isPoolKept = true
  /// Whether it makes by itself the template that a bench lacks.
  var makesTemplate: Bool { isPoolKept && pool.upperBound > 0 }
  var rules: SignupRules
  var uniqueEmail: Bool
  /// Whether a login may be Administrator's.
  var loginAdministrator: Bool
  var concurrency: Int
  var queue: Int
  var grace: Duration
  /// Where selftest finds the bench's web server, as seen from the bench.
  var http: String
  var log: LogSettings

  /// Environment variables that carry secrets: no child gets them.
  static let secretNames = Setting.all.filter { $0.flag == nil }.map(\.name)

  /// - Throws: `ConfigurationError` for the first value that cannot be used.
  init(
    _ line: Invocation, environment: [String: String], isTerminal: Bool
  ) throws(ConfigurationError) {
    let values = Values(line: line, environment: environment)
    masterSite = values.optional(.masterSite)
    address = try WebAddress(values.text(.erpURL), setting: .erpURL)
    if let key = values.optional(.erpKey), let secret = values.optional(.erpSecret) {
      masterKeys = (Secret(key), Secret(secret))
    }
    hello = Session.Hello(
      rootUser: values.optional(.rootUser),
      rootPassword: values.optional(.rootPassword).map { Secret($0) },
      removeAtEnd: line.sandbox?.isEmpty ?? false,
      apps: values.text(.app).split(separator: ",").map { $0.trimmed }.filter { !$0.isEmpty },
      settings: values.text(.settingsDocType), optional: try Self.optional(values),
      roles: Self.roles(values), workspace: Self.workspace(values),
      adminPassword: values.optional(.adminPassword).map { Secret($0) })
    pool = try values.range(.pool, in: 0...100)
    uniqueEmail = try values.flag(.uniqueEmail)
    loginAdministrator = try values.flag(.loginAdministrator)
    concurrency = try values.number(.concurrency, in: 1...64)
    queue = try values.number(.queue, in: 0...100_000)
    grace = .seconds(try values.number(.grace, in: 0...3600))
    rules = SignupRules(
      plans: try Self.plans(values), siteSuffix: try Self.suffix(values),
      timeout: .seconds(try values.number(.timeout, in: 1...3600)))
    http = line.sandbox != nil && !values.isSet(.http) ? "wsgi:" : values.text(.http)
    if http != "wsgi:" { _ = try WebAddress(http, setting: .http) }
    log = try LogSettings(values, isTerminal: isTerminal)
    // Last: a start that cannot go on makes no folder.
    sandbox = try line.sandbox.map { given throws(ConfigurationError) in try Sandbox(given) }
    launcher = try Self.launcher(values, sandbox)
  }

  private static func launcher(
    _ values: Values, _ sandbox: Sandbox?
  ) throws(ConfigurationError) -> Launcher {
    var launcher: Launcher
    if let sandbox {
      launcher = .sandbox(folder: sandbox.folder, standIn: .embedded)
    } else {
      launcher = try parseLauncher(values)
      if let bench = values.optional(.bench) { launcher.bench = bench }
    }
    if values.isSet(.python) { launcher.python = values.text(.python) }
    return launcher
  }

  private static func parseLauncher(_ values: Values) throws(ConfigurationError) -> Launcher {
    let text = values.text(.launcher)
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    switch (parts.first, parts.count) {
    case ("compose", 1):
      return .compose(
        service: values.text(.dockerService), project: values.optional(.composeDirectory))
    case ("docker", 2): return .docker(container: parts[1])
    case ("kubectl", 2): return .kubectl(pod: parts[1])
    case ("local", 2): return .local(bench: parts[1])
    default:
      if let json = try? JSON(parsing: text), let words = json.array?.compactMap(\.string),
        !words.isEmpty, words.count == json.array?.count
      {
        return Launcher(prefix: words, python: "env/bin/python")
      }
      throw values.bad(.launcher, "must be compose, docker:…, kubectl:…, local:… or a JSON array")
    }
  }

  private static func optional(_ values: Values) throws(ConfigurationError) -> [String] {
    let words = values.text(.optional).split(separator: ",").map { $0.trimmed }
    if words == ["none"] { return [] }
    guard !words.isEmpty, words.allSatisfy({ ["app", "settings"].contains($0) }) else {
      throw values.bad(.optional, "must be app, settings, both with a comma, or none")
    }
    return words
  }

  private static func roles(_ values: Values) -> [String]? {
    let names = values.text(.roles).split(separator: ",").map { $0.trimmed }
    return names == ["wizard"] ? nil : names.filter { !$0.isEmpty }
  }

  /// What requests leave out, by the names that the agent knows it by.
  private static func workspace(_ values: Values) -> [String: String] {
    let settings: [(Workspace.Field, Setting)] = [
      (.country, .country), (.currency, .currency), (.language, .language), (.timeZone, .timeZone),
    ]
    let told = settings.compactMap { field, setting in
      values.optional(setting).map { (field.rawValue, $0) }
    }
    return Dictionary(told, uniquingKeysWith: { $1 })
  }

  private static func plans(_ values: Values) throws(ConfigurationError) -> Plans {
    do {
      return try Plans(parsing: values.text(.plans))
    } catch {
      throw values.bad(.plans, error.reason)
    }
  }

  private static func suffix(_ values: Values) throws(ConfigurationError) -> String {
    let suffix = values.text(.siteSuffix)
    let labels = suffix.split(separator: ".", omittingEmptySubsequences: false)
    let isLabel = { (label: Substring) in
      !label.isEmpty && label.utf8.count <= 63 && label.first != "-" && label.last != "-"
        && label.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-") }
    }
    guard suffix.utf8.count <= 180, labels.allSatisfy(isLabel) else {
      throw values.bad(.siteSuffix, "must be a domain in lower case, such as example.com")
    }
    return suffix
  }
}
