// `tenantd selftest`: provisions a test tenant, logs in with its keys, checks every step, removes
// the tenant, and checks that nothing of it is left.

import Bench
import JSONRPC
import Tenancy

enum Selftest {
  /// Prints a checklist with seconds; the exit code is 0 when every check held.
  static func run(_ configuration: Configuration, json: Bool) async -> Int32 {
    await Checklist.run(configuration, json: json) { service, report in
      // What it makes for the next signups stays.
      let isKept = service.configuration.pool.upperBound > 0
      let warming = Warming(service: service, isSilent: json)
      let hasTemplate = isKept ? await warming.template(report) : false
      let test = SelftestRun(service: service)
      guard let tenant = await test.provision(report) else { return }
      await test.verify(tenant, report)
      await test.logIn(tenant, report)
      await test.refuseDuplicate(report)
      await test.remove(report)
      if hasTemplate { await fromStandby(warming, report) }
    }
  }

  /// The way that most customers take.
  private static func fromStandby(_ warming: Warming, _ report: (Finding) -> Void) async {
    let found = try? await warming.survey()
    await warming.standbys((found?.standbys ?? 0) + 1, report)
    let test = SelftestRun(service: warming.service)
    guard let tenant = await test.provision(report) else { return }
    await test.verify(tenant, report)
    await test.logIn(tenant, report)
    await test.remove(report)
  }
}

/// One test tenant.
private struct SelftestRun {
  let service: Service
  private let subdomain = "test-\(randomHex(bytes: 4))"
  private let password = Secret.generated()

  init(service: Service) { self.service = service }

  private var configuration: Configuration { service.configuration }
  private var site: String { "\(subdomain).\(configuration.rules.siteSuffix)" }
  private var email: String { "owner@\(subdomain).example" }

  private func order() throws(Failure) -> Order {
    try configuration.rules.order(
      from: Signup(
        organizationName: "Self-test \(subdomain)", fullName: "Test Owner", email: email,
        subdomain: subdomain, plan: nil, idempotencyKey: nil, timeout: nil),
      password: password.revealed)
  }

  func provision(_ report: (Finding) -> Void) async -> Agent.Keys? {
    do {
      let tenant = try await service.provisioner.provision(
        try order(), claim: service.bench.claim(password: password, isGenerated: false))
      for step in tenant.steps {
        report(
          Finding(
            name: step.step.title, isOK: true, detail: "done", seconds: step.elapsed.seconds))
      }
      for warning in tenant.warnings {
        report(Finding(name: "warning", isOK: true, detail: warning))
      }
      report(
        Finding(
          name: "Provision", isOK: true,
          detail: "\(tenant.site), path \(tenant.path?.rawValue ?? "none")",
          seconds: tenant.elapsed.seconds))
      return tenant.credentials
    } catch {
      let failure = (error as? JobFailure)?.failure ?? (error as? Failure) ?? .shuttingDown
      report(
        Finding(name: "Provision", isOK: false, detail: failure.sentence, advice: failure.advice))
      return nil
    }
  }

  /// The five steps, read back from the site.
  func verify(_ tenant: Agent.Keys, _ report: (Finding) -> Void) async {
    await timed("Read back", report) { () throws(BenchError) in
      let checks = try await service.agent.verify(
        site: site, owner: email, plan: configuration.rules.plans.unnamed,
        apiKey: tenant.apiKey, timeout: 60)
      for check in checks {
        report(Finding(name: "Check \(check.step)", isOK: check.isOK, detail: check.detail))
      }
      return (!checks.isEmpty, "\(checks.count) checks")
    }
  }

  func logIn(_ tenant: Agent.Keys, _ report: (Finding) -> Void) async {
    let path = "/api/method/frappe.auth.get_logged_user"
    await timed("Log in with the keys", report) { () throws(BenchError) in
      let (status, user) = try await service.agent.request(
        url: configuration.http, site: site, path: path, apiKey: tenant.apiKey,
        apiSecret: tenant.apiSecret, timeout: 60)
      return (status == 200 && user == email, "\(status) \(user ?? "")".trimmed)
    }
    await timed("Refuse a wrong secret", report) { () throws(BenchError) in
      let (status, _) = try await service.agent.request(
        url: configuration.http, site: site, path: path, apiKey: tenant.apiKey,
        apiSecret: Secret(randomHex(bytes: 32)), timeout: 60)
      return (status == 401, "\(status)")
    }
  }

  func refuseDuplicate(_ report: (Finding) -> Void) async {
    let start = ContinuousClock.now
    var detail = "a second tenant of the same name was made"
    var isRefused = false
    do {
      _ = try await service.provisioner.provision(
        try order(), claim: service.bench.claim(password: password, isGenerated: false))
    } catch {
      let failure = (error as? JobFailure)?.failure
      if case .siteExists? = failure { isRefused = true }
      detail = failure?.sentence ?? "\(error)"
    }
    report(
      Finding(
        name: "Refuse the name again", isOK: isRefused, detail: detail,
        seconds: (ContinuousClock.now - start).seconds))
  }

  func remove(_ report: (Finding) -> Void) async {
    await timed("Remove the tenant", report) { () throws(BenchError) in
      try await service.agent.drop(
        job: randomHex(bytes: 16), site: site, force: false, master: configuration.masterSite,
        timeout: 120)
      return (true, site)
    }
    await timed("Nothing is left", report) { () throws(BenchError) in
      let sites = try await service.agent.sites().filter { $0.site == site }
      let (found, _) = try await service.agent.reconcile(
        job: randomHex(bytes: 16), orphans: true, dryRun: true, timeout: 60)
      let names = sites.map(\.site) + found.map { "\($0.kind) \($0.name)" }
      let detail =
        names.isEmpty ? "no site, database, user or folder" : names.joined(separator: ", ")
      return (names.isEmpty, detail)
    }
  }

  private func timed(
    _ name: String, _ report: (Finding) -> Void,
    _ check: () async throws(BenchError) -> (isOK: Bool, detail: String)
  ) async {
    let start = ContinuousClock.now
    var result = (isOK: false, detail: "")
    do throws(BenchError) {
      result = try await check()
    } catch {
      result.detail = error.reason
    }
    report(
      Finding(
        name: name, isOK: result.isOK, detail: result.detail,
        seconds: (ContinuousClock.now - start).seconds))
  }
}
