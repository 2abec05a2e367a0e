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
          name: "session", isOK: false, detail: failure.sentence,
          advice: advice(failure, service),
          seconds: (ContinuousClock.now - start).seconds))
    }
    report(
      Finding(
        name: "session", isOK: true,
        detail: launcher.isEmpty ? "started here" : "started with \(launcher)",
        seconds: (ContinuousClock.now - start).seconds))
    if let facts = await service.session.facts { describe(facts, service, report) }
    // Like every start this one drops what a dead process left; what is left then is told.
    await service.reconciler.settled()
    await database(service, report)
    await pool(service, report)
    await web(service, report)
    await address(service, report)
  }

  /// The others' advice for such a failure is to ask the doctor.
  private static func advice(_ failure: Failure, _ service: Service) -> String? {
    guard case .benchUnreachable = failure else { return failure.advice }
    return "Is a bench there, and its Python? Look at DOCKER_SERVICE or TENANTD_LAUNCHER,"
      + " TENANTD_BENCH and TENANTD_PYTHON."
  }

  /// Whether signups can be quick, and whether anything of the bench's stops them all.
  private static func pool(_ service: Service, _ report: (Finding) -> Void) async {
    do throws(BenchError) {
      for (app, reason) in try await service.agent.brokenApps(timeout: 60) {
        report(
          Finding(
            name: "apps.txt", isOK: false, detail: "\(app) cannot be imported: \(reason)",
            advice: "Get the app into the image, or take it out of sites/apps.txt: every signup"
              + " fails until then."))
      }
      let found = try await service.agent.survey(job: randomHex(bytes: 16), timeout: 30)
      if found.isInMaintenance {
        report(
          Finding(
            name: "maintenance", isOK: false,
            detail: "maintenance_mode is on for the whole bench: its sites answer 503",
            advice: "Set maintenance_mode to 0 in sites/common_site_config.json."))
      }
      guard service.configuration.pool.upperBound > 0 else { return }
      if let failure = found.failure {
        let tries = failure.tries == 1 ? "once" : "\(failure.tries) times"
        return report(
          Finding(
            name: "pool", isOK: false,
            detail: "it cannot be kept, tried \(tries), last at \(failure.at): \(failure.reason)",
            advice: "`tenantd warm` tries again at once."))
      }
      let template = found.template == nil ? "no template yet: `tenantd warm` makes it" : "template"
      report(
        Finding(
          name: "pool", isOK: true,
          detail: "\(template), \(found.standbys) standbys"
            + (found.uncopyable.map { ". \($0)" } ?? "")))
    } catch .refused(let kind, _, _) where kind.hasPrefix("database_") {
      return  // told already
    } catch {
      report(
        Finding(name: "pool", isOK: false, detail: error.reason, advice: "Look at the bench's log.")
      )
    }
  }

  /// Where customers are sent. A sandbox serves nothing.
  private static func address(_ service: Service, _ report: (Finding) -> Void) async {
    guard service.configuration.sandbox == nil else { return }
    let address = service.configuration.address
    let silence = await address.silence(within: 5)
    report(
      Finding(
        name: "address", isOK: silence == nil,
        detail: "\(address.url(of: address.host)): \(silence ?? "somebody listens")",
        advice: "Set ERP_NEXT_URL to where the bench's proxy answers: a tenant's URL has its scheme"
          + " and port."))
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
            ? service.reconciler.dropped.isEmpty
              ? "none"
              : "none any more; dropped now: \(service.reconciler.dropped.joined(separator: ", "))"
            : dropped.map { "\($0.kind) \($0.name)" }.joined(separator: ", "),
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
