// `tenantd doctor`: says what is wrong with the bench, when something is.

import Bench
import JSONRPC
import Tenancy

/// One line of a checklist.
struct Finding: Sendable {
  let name: String
  let isOK: Bool
  let detail: String
  var advice: String?
  var seconds: Double?

  var json: JSON {
    var body: JSONObject = [
      "check": .string(name), "ok": .bool(isOK), "detail": .string(detail),
    ]
    if !isOK { body["advice"] = advice.map { .string($0) } }
    body["seconds"] = seconds.map { .double($0) }
    return .object(body)
  }

  var line: String {
    let time = seconds.map { seconds in
      let milliseconds = Int((seconds * 1000).rounded())
      return "\(milliseconds / 1000).\(String(milliseconds % 1000 + 1000).dropFirst()) s  "
    }
    let more = isOK ? nil : advice.map { "\n       \($0)" }
    return "\(isOK ? "ok  " : "FAIL") \(time ?? "")\(name): \(detail)\(more ?? "")"
  }
}

enum Doctor {
  /// Prints the findings; the exit code is 0 when all is well.
  static func run(_ configuration: Configuration, json: Bool) async -> Int32 {
    await Checklist.run(configuration, json: json) { service, report in
      await examine(service, report)
    }
  }

  private static func examine(_ service: Service, _ report: (Finding) -> Void) async {
    let start = ContinuousClock.now
    let launcher = service.configuration.launcher.prefix.joined(separator: " ")
    do throws(BenchError) {
      try await service.session.ready()
    } catch {
      let failure = error.failure(site: "")
      return report(
        Finding(
          name: "session", isOK: false, detail: failure.sentence, advice: failure.advice,
          seconds: (ContinuousClock.now - start).seconds))
    }
    report(
      Finding(
        name: "session", isOK: true,
        detail: launcher.isEmpty ? "started here" : "started with \(launcher)",
        seconds: (ContinuousClock.now - start).seconds))
    if let facts = await service.session.facts { describe(facts, service, report) }
    await database(service, report)
    await web(service, report)
  }

  private static func describe(
    _ facts: BenchFacts, _ service: Service, _ report: (Finding) -> Void
  ) {
    report(Finding(name: "bench", isOK: true, detail: "\(facts.bench), Frappe \(facts.frappe)"))
    for app in service.configuration.hello.apps {
      let found = facts.apps.first { $0.name == app }
      report(
        Finding(
          name: "app", isOK: found != nil,
          detail: found.map { "\($0.name) \($0.version)" } ?? "the bench has no app \(app)",
          advice: "Get the app into the bench, or set TENANTD_APP; tenants are made without it."))
    }
  }

  /// A dry reconciliation needs the root login, so it shows whether that works.
  private static func database(_ service: Service, _ report: (Finding) -> Void) async {
    do throws(BenchError) {
      let (dropped, _) = try await service.agent.reconcile(
        job: randomHex(bytes: 16), orphans: true, dryRun: true, timeout: 30)
      let found = try await service.agent.overview()
      report(
        Finding(name: "database", isOK: true, detail: found.databaseVersion ?? "answers as root"))
      report(
        Finding(
          name: "leftovers", isOK: dropped.isEmpty,
          detail: dropped.isEmpty
            ? "none" : dropped.map { "\($0.kind) \($0.name)" }.joined(separator: ", "),
          advice: "A cleanup with `orphans` removes them."))
    } catch {
      let failure = error.failure(site: "")
      report(
        Finding(
          name: "database", isOK: false, detail: failure.sentence, advice: failure.advice))
    }
  }

  /// The web server, by the master site when there is one, and with its keys when they are set.
  private static func web(_ service: Service, _ report: (Finding) -> Void) async {
    guard let site = service.configuration.masterSite else { return }
    let keys = service.configuration.masterKeys
    let path =
      keys == nil ? "/api/method/ping" : "/api/method/frappe.auth.get_logged_user"
    do throws(BenchError) {
      let (status, message) = try await service.agent.request(
        url: service.configuration.http, site: site, path: path, apiKey: keys?.key,
        apiSecret: keys?.secret, timeout: 30)
      report(
        Finding(
          name: "web", isOK: status == 200,
          detail: "\(site) answers \(status) \(message ?? "")".trimmed,
          advice: status == 401
            ? "ERP_API_KEY and ERP_API_SECRET are not a user's of \(site)."
            : "Look at FRAPPE_SITE_NAME and TENANTD_HTTP."))
    } catch {
      report(
        Finding(
          name: "web", isOK: false, detail: error.reason,
          advice: "TENANTD_HTTP is the bench's web server as seen from the bench."))
    }
  }
}
