// What a cleanup does: decide, wait, drop side by side, search for orphans, report.

import Bench
import JSONRPC
import Tenancy

struct Cleanup: Sendable {
  let request: CleanupRequest
  let orphans: Bool
  /// Also the standby pool and its template; the pool then stays empty until the next start.
  let pool: Bool
  let dryRun: Bool
  /// Before the first deletion.
  let delay: Duration

  /// Seconds that one drop may take.
  private static let dropLimit = 120.0

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
      try await wait(plan.dropped.count + hidden.count, service, notify, report)
      if pool {
        service.pool.pause()
        await service.pool.stop(finishing: false)
        // What was being made has gone, or is whole by now.
        hidden = try await self.plan(service).hidden
      }
      try await dropAll(plan.dropped.map { ("site", $0) } + hidden, service, notify, &report)
    }
    if orphans { try await dropOrphans(service, &report, isDry: dryRun) }
    return report.json(seconds: (ContinuousClock.now - start).seconds)
  }

  /// What is to be dropped: tenants, and the standbys and templates where they are meant.
  private func plan(
    _ service: Service
  ) async throws(RPCError) -> (CleanupPlan, hidden: [(kind: String, name: String)]) {
    guard !request.sites.isEmpty || request.pattern != nil || pool else {
      return (CleanupPlan(CleanupRequest(), tenants: [], master: nil, reserved: []), [])
    }
    do throws(BenchError) {
      let sites = try await service.agent.sites()
      let plan = CleanupPlan(
        request, tenants: sites, master: service.configuration.masterSite,
        reserved: service.provisioner.reservedSites)
      let hidden = sites.filter { pool && [.standby, .template].contains($0.state) }
      return (plan, hidden.map { ($0.state.rawValue, $0.site) })
    } catch {
      throw error.failure(at: nil, site: "").rpcError
    }
  }

  /// Time to think again: a `cancel` now leaves everything as it was.
  private func wait(
    _ count: Int, _ service: Service, _ notify: Notifier, _ report: CleanupReport
  ) async throws(RPCError) {
    guard delay > .zero else { return }
    var count = count
    if orphans, count == 0 {
      var found = CleanupReport(dryRun: true)
      try await dropOrphans(service, &found, isDry: true)
      count = found.dropped.count
    }
    guard count > 0 else { return }
    notify(["state": "waiting", "seconds": delay.json, "of": .integer(Int64(count))])
    try? await Task.sleep(for: delay)
    if Task.isCancelled { throw report.cancelled() }
  }

  /// As many at once as provisions may run. The report has them in the order of the list.
  private func dropAll(
    _ targets: [(kind: String, name: String)], _ service: Service,
    _ notify: @escaping Notifier, _ report: inout CleanupReport
  ) async throws(RPCError) {
    var outcomes: [Int: String?] = [:]
    await withTaskGroup(of: (Int, String?).self) { group in
      var next = 0
      func begin() {
        guard next < targets.count, !Task.isCancelled else { return }
        let (index, site) = (next, targets[next].name)
        next += 1
        notify(body(site, index, targets.count, "started"))
        group.addTask { (index, await drop(site, service)) }
      }
      for _ in 0..<service.configuration.concurrency { begin() }
      for await (index, trouble) in group {
        outcomes[index] = .some(trouble)
        let state = trouble == nil ? "done" : "failed"
        notify(body(targets[index].name, index, targets.count, state))
        begin()
      }
    }
    for (index, (kind, site)) in targets.enumerated() {
      guard let outcome = outcomes[index] else { continue }
      if let trouble = outcome {
        report.failed.append((kind, site, trouble))
      } else {
        report.dropped.append((kind, site))
      }
    }
    if Task.isCancelled { throw report.cancelled() }
  }

  /// A drop that has begun is ended: half a site serves nobody. Returns why it failed.
  private func drop(_ site: String, _ service: Service) async -> String? {
    do throws(Failure) {
      let operation = TenantOperation(service: service, site: site, isEndedByCancel: false)
      try await operation.run { job throws(BenchError) in
        try await service.agent.drop(
          job: job, site: site, force: request.force, master: service.configuration.masterSite,
          timeout: Self.dropLimit)
      }
      return nil
    } catch {
      return error.reason
    }
  }

  private func dropOrphans(
    _ service: Service, _ report: inout CleanupReport, isDry: Bool
  ) async throws(RPCError) {
    do throws(BenchError) {
      let (dropped, failed) = try await service.agent.reconcile(
        job: randomHex(bytes: 16), orphans: true, dryRun: isDry, timeout: 300)
      report.dropped += dropped.map { ($0.kind, $0.name) }
      report.failed += failed.map { ($0.kind, $0.name, $0.reason ?? "") }
    } catch {
      if Task.isCancelled { throw report.cancelled() }
      if case .refused(kind: "timeout", _, _) = error {
        throw Failure.timeout(step: nil, after: .seconds(300)).rpcError(
          ["report": .object(report.body)])
      }
      throw error.failure(at: nil, site: "").rpcError
    }
  }

  private func body(_ site: String, _ index: Int, _ count: Int, _ state: String) -> JSONObject {
    [
      "site": .string(site), "step": .integer(Int64(index + 1)), "of": .integer(Int64(count)),
      "title": "Drop site", "state": .string(state),
    ]
  }
}
