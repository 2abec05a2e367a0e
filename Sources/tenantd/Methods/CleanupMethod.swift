// `cleanup`: drops the tenants that a person names, and what dead provisions left.

import Bench
import JSONRPC
import Tenancy

struct CleanupMethod: Sendable {
  let request: CleanupRequest
  let orphans: Bool
  /// Also the standby pool and its template; the pool then stays empty until the next start.
  let pool: Bool
  let dryRun: Bool
  /// Seconds before the first deletion.
  let delay: Double
  let progress: Bool

  /// Seconds that one drop may take.
  private static let dropLimit = 120.0

  init(_ parameters: inout Parameters) throws(RPCError) {
    let sites = parameters.strings("sites")
    let pattern = parameters.string("pattern")
    let force = parameters.bool("force") ?? false
    orphans = parameters.bool("orphans") ?? false
    pool = parameters.bool("pool") ?? false
    dryRun = parameters.bool("dryRun") ?? false
    delay = parameters.number("delay") ?? 5
    progress = parameters.bool("progress") ?? false
    if sites == nil, pattern == nil, !orphans, !pool, parameters.errors.isEmpty {
      parameters.refuse("sites", "or `pattern`, `orphans` or `pool` must say what to clean up")
    }
    if pattern?.isEmpty == true { parameters.refuse("pattern", "must not be empty") }
    if !(0...3600).contains(delay) { parameters.refuse("delay", "must be 0 to 3600 seconds") }
    if force, sites == nil, !parameters.errors.contains(where: { $0.field == "sites" }) {
      parameters.refuse("force", "goes with `sites` only")
    }
    try parameters.finish()
    request = CleanupRequest(sites: sites ?? [], pattern: pattern, force: force)
  }

  func run(_ service: Service, _ notify: @escaping Notifier) async throws(RPCError) -> JSON {
    let start = ContinuousClock.now
    var report = CleanupReport(dryRun: dryRun)
    var (plan, hidden) = try await plan(service)
    for decision in plan.decisions {
      switch decision {
      case .drop: break
      case .keep(let site, _) where hidden.contains { $0.name == site }: break
      case .keep(let site, let reason): report.kept.append((site, reason))
      case .missing(let site): report.failed.append(("site", site, "There is no such site."))
      }
    }
    if dryRun {
      report.dropped += plan.dropped.map { ("site", $0) } + hidden
    } else {
      try await wait(plan.dropped.count + hidden.count, notify, report)
      if pool {
        service.pool.pause()
        await service.pool.stop(finishing: false)
        // What was being made has gone, or is whole by now.
        hidden = try await self.plan(service).hidden
      }
      let targets = plan.dropped.map { ("site", $0) } + hidden
      for (index, (kind, site)) in targets.enumerated() {
        if Task.isCancelled { throw report.cancelled() }
        notify(body(site, index, targets.count, "started"))
        let trouble = await drop(site, service)
        if let trouble { report.failed.append((kind, site, trouble)) }
        if trouble == nil { report.dropped.append((kind, site)) }
        notify(body(site, index, targets.count, trouble == nil ? "done" : "failed"))
      }
    }
    if orphans { try await dropOrphans(service, &report) }
    return report.json(seconds: (ContinuousClock.now - start).seconds)
  }

  /// What is to be dropped: tenants, and the standbys and templates where they are meant.
  private func plan(
    _ service: Service
  ) async throws(RPCError) -> (CleanupPlan, hidden: [(kind: String, name: String)]) {
    guard !request.sites.isEmpty || request.pattern != nil || pool else {
      return (CleanupPlan(CleanupRequest(), records: [], master: nil, reserved: []), [])
    }
    do throws(BenchError) {
      let sites = try await service.agent.sites()
      let plan = CleanupPlan(
        request, records: sites.map(\.record), master: service.configuration.masterSite,
        reserved: service.provisioner.reservedSites)
      let hidden = sites.filter { pool && ["standby", "template"].contains($0.state) }
      return (plan, hidden.map { ($0.state, $0.site) })
    } catch {
      throw error.failure(site: "").rpcError
    }
  }

  /// Time to think again: a `cancel` now leaves everything as it was.
  private func wait(
    _ count: Int, _ notify: Notifier, _ report: CleanupReport
  ) async throws(RPCError) {
    guard delay > 0, count > 0 || orphans else { return }
    notify(["state": "waiting", "seconds": .double(delay), "of": .integer(Int64(count))])
    try? await Task.sleep(for: .seconds(delay))
    if Task.isCancelled { throw report.cancelled() }
  }

  /// A drop that has begun is ended: half a site serves nobody. Returns why it failed.
  private func drop(_ site: String, _ service: Service) async -> String? {
    guard service.provisioner.reserve(site: site) else { return "A job is working on it." }
    defer { service.provisioner.release(site: site) }
    return await Task {
      do throws(BenchError) {
        try await service.agent.drop(
          job: randomHex(bytes: 16), site: site, force: request.force,
          master: service.configuration.masterSite, timeout: Self.dropLimit)
        return nil
      } catch {
        return error.reason
      }
    }.value
  }

  private func dropOrphans(
    _ service: Service, _ report: inout CleanupReport
  ) async throws(RPCError) {
    do throws(BenchError) {
      let (dropped, failed) = try await service.agent.reconcile(
        job: randomHex(bytes: 16), orphans: true, dryRun: dryRun, timeout: 300)
      report.dropped += dropped.map { ($0.kind, $0.name) }
      report.failed += failed.map { ($0.kind, $0.name, $0.reason ?? "") }
    } catch {
      if Task.isCancelled { throw report.cancelled() }
      if case .refused(kind: "timeout", _, _) = error {
        throw Failure.timeout(step: nil, after: .seconds(300)).rpcError(
          ["report": .object(report.body)])
      }
      throw error.failure(site: "").rpcError
    }
  }

  private func body(_ site: String, _ index: Int, _ count: Int, _ state: String) -> JSONObject {
    [
      "site": .string(site), "step": .integer(Int64(index + 1)), "of": .integer(Int64(count)),
      "title": "Drop site", "state": .string(state),
    ]
  }
}

/// What a cleanup has done so far.
struct CleanupReport: Sendable {
  let dryRun: Bool
  var dropped: [(kind: String, name: String)] = []
  var failed: [(kind: String, name: String, reason: String)] = []
  var kept: [(site: String, reason: String)] = []

  init(dryRun: Bool) { self.dryRun = dryRun }

  var body: JSONObject {
    [
      "dryRun": .bool(dryRun),
      "dropped": .array(dropped.map { ["kind": .string($0.kind), "name": .string($0.name)] }),
      "failed": .array(
        failed.map {
          ["kind": .string($0.kind), "name": .string($0.name), "reason": .string($0.reason)]
        }),
      "kept": .array(kept.map { ["site": .string($0.site), "reason": .string($0.reason)] }),
    ]
  }

  func json(seconds: Double) -> JSON {
    var body = body
    body["seconds"] = .double(seconds)
    return .object(body)
  }

  /// The error of a cleanup that was cancelled, with what it had done by then.
  func cancelled() -> RPCError {
    var error = Failure.cancelled(step: nil).rpcError(["report": .object(body)])
    error.message =
      dropped.isEmpty
      ? "The cleanup was cancelled; nothing was dropped."
      : "The cleanup was cancelled; the report says what was dropped by then."
    return error
  }
}

extension BenchSite {
  var record: SiteRecord {
    SiteRecord(
      site: site, state: isMadeByTenantd ? state : nil, madeByTenantd: isMadeByTenantd,
      owner: owner, organisation: organisation, plan: plan?["name"]?.string, created: created,
      busy: isMadeByTenantd && state != "active")
  }
}
