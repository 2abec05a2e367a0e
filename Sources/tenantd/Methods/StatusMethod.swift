// `status`: the service as a whole, or one tenant.

import Bench
import JSONRPC
import Tenancy

/// Without `site` it answers whatever state the bench is in; with it, the bench must answer.
struct StatusMethod: Sendable {
  let site: String?

  init(_ parameters: inout Parameters) throws(RPCError) {
    site = parameters.string("site")
    if site?.isEmpty == true { parameters.refuse("site", "must not be empty") }
    try parameters.finish()
  }

  func run(_ service: Service) async throws(RPCError) -> JSON {
    if let site { return try await tenant(site, service) }
    return await overview(service)
  }

  private func tenant(_ site: String, _ service: Service) async throws(RPCError) -> JSON {
    let snapshot = service.provisioner.snapshot()
    if let job = (snapshot.running + snapshot.waiting).first(where: { $0.site == site }) {
      var result: JSONObject = ["site": .string(site), "state": "provisioning"]
      result["step"] = job.step.map { .integer(Int64($0.rawValue)) }
      result["seconds"] = job.elapsed.json
      return .object(result)
    }
    let found: [BenchSite]?
    do throws(BenchError) {
      await firstSession(service)
      found = try await within(Self.limit) { () throws(BenchError) in
        try await service.agent.sites(site)
      }
    } catch {
      throw error.failure(at: nil, site: site).rpcError
    }
    guard let found else { throw await Self.silence(service).failure(site: site).rpcError }
    guard let record = found.first else { throw Failure.noSuchSite(site: site).rpcError }
    var result: JSONObject = [
      "site": .string(site), "state": .string(record.state),
      "url": .string(service.configuration.address.url(of: site)),
    ]
    result["reason"] = record.reason.map { .string($0) }
    result["of"] = record.of.map { .string($0) }
    result["plan"] = record.plan
    result["owner"] = record.owner.map { .string($0) }
    result["organization"] = record.organisation.map { .string($0) }
    result["created"] = record.created.map { .string($0) }
    if !record.warnings.isEmpty { result["warnings"] = .array(record.warnings.map { .string($0) }) }
    return .object(result)
  }

  /// The service at once, from what is known, while jobs keep the bench busy; nil: the bench has
  /// to be asked, which also shows what others on it have done.
  func known(_ service: Service) -> JSON? {
    guard site == nil, !service.provisioner.snapshot().running.isEmpty,
      let view = service.glance.fresh, let found = view.overview
    else { return nil }
    return answer(service, described(view.facts, found), found)
  }

  private func overview(_ service: Service) async -> JSON {
    await firstSession(service)
    let trouble: BenchError
    do throws(BenchError) {
      let found = try await within(Self.limit) { () throws(BenchError) in
        try await service.agent.overview()
      }
      if let found {
        service.glance.keep(found)
        return answer(service, described(await service.session.facts, found), found)
      }
      if await service.session.trouble == nil { return lastKnown(service) }
      trouble = await service.session.absence
    } catch {
      trouble = error
    }
    let view = service.glance.last
    var bench = described(view, trouble)
    bench["age"] = view.facts == nil ? nil : (ContinuousClock.now - view.since).json
    return answer(service, bench, tenants: view.overview)
  }

  /// What the bench is asked, it answers in that time, or the answer is what was known last.
  private static let limit = Duration.milliseconds(900)

  /// Before there was a session, or a failure to have one, there is nothing to tell.
  private func firstSession(_ service: Service) async {
    guard service.glance.last.facts == nil, await service.session.trouble == nil else { return }
    try? await service.session.ready()
  }

  private static func silence(_ service: Service) async -> BenchError {
    if await service.session.trouble != nil { return await service.session.absence }
    return .unreachable(reason: "It has not answered within a second.")
  }

  /// The bench does not answer, and it is not known yet whether it will.
  private func lastKnown(_ service: Service) -> JSON {
    let view = service.glance.last
    var bench = view.overview.map { described(view.facts, $0) } ?? describedFacts(view.facts)
    if view.overview == nil { bench["state"] = "connecting" }
    bench["age"] = (ContinuousClock.now - view.since).json
    return answer(service, bench, view.overview)
  }

  /// - Parameter tenants: What tells of them, where the pool is gone with its session.
  private func answer(
    _ service: Service, _ bench: JSONObject, _ found: BenchOverview? = nil,
    tenants: BenchOverview? = nil
  ) -> JSON {
    let snapshot = service.provisioner.snapshot()
    return [
      "version": .string(version), "uptime": (ContinuousClock.now - service.started).json,
      "bench": .object(bench),
      "jobs": [
        "running": .array(snapshot.running.map(\.json)),
        "queued": .array(snapshot.waiting.map(\.json)),
        "concurrency": .integer(Int64(service.configuration.concurrency)),
        "capacity": .integer(Int64(service.configuration.queue)),
        "served": service.served.json,
      ],
      "pool": pool(service.pool.state, found), "tenants": (found ?? tenants).map(counted) ?? .null,
    ]
  }

  /// A failure of this process's own is told first; another process's is as the bench has it.
  private func pool(_ state: PoolKeeper.State, _ found: BenchOverview?) -> JSON {
    var pool: JSONObject = [
      "min": .integer(Int64(state.sizes.lowerBound)),
      "max": .integer(Int64(state.sizes.upperBound)), "wanted": .integer(Int64(state.wanted)),
    ]
    pool["ready"] = found.map { .integer(Int64($0.ready)) }
    pool["template"] = found.map { .bool($0.hasTemplate) }
    pool["failure"] = (state.failure ?? found?.poolFailure)?.json
    return .object(pool)
  }

  private func described(_ facts: BenchFacts?, _ found: BenchOverview) -> JSONObject {
    var bench: JSONObject = ["state": "ready"]
    if let trouble = found.database {
      let failure = trouble.failure(site: "")
      bench = ["state": .string(failure.kind), "error": .string(failure.sentence)]
      bench["advice"] = failure.advice.map { .string($0) }
    } else if found.isConnecting {
      bench["state"] = "connecting"
    }
    for (key, value) in describedFacts(facts).members { bench[key] = value }
    bench["database"] = found.databaseVersion.map { .string($0) }
    return bench
  }

  private func described(_ view: Glance.View, _ trouble: BenchError) -> JSONObject {
    let failure = trouble.failure(site: "")
    var bench: JSONObject = ["state": .string(failure.kind), "error": .string(failure.sentence)]
    bench["advice"] = failure.advice.map { .string($0) }
    for (key, value) in describedFacts(view.facts).members { bench[key] = value }
    return bench
  }

  private func describedFacts(_ facts: BenchFacts?) -> JSONObject {
    var bench: JSONObject = [:]
    bench["frappe"] = facts.map { .string($0.frappe) }
    bench["apps"] = facts.map { facts in
      .object(JSONObject(facts.apps.map { ($0.name, .string($0.version)) }))
    }
    bench["path"] = facts.map { .string($0.bench) }
    return bench
  }

  /// How many of tenantd's own sites are in which state, but for the pool's.
  private func counted(_ found: BenchOverview) -> JSON {
    var counts = found.counts.filter { !["standby", "template"].contains($0.key) }
    counts["active", default: 0] += 0
    let members = counts.sorted { $0.key < $1.key }.map { ($0.key, JSON.integer(Int64($0.value))) }
    return .object(JSONObject(members))
  }
}

extension Snapshot.Entry {
  var json: JSON {
    var body: JSONObject = ["site": .string(site)]
    body["step"] = step.map { .integer(Int64($0.rawValue)) }
    body["title"] = step.map { .string($0.title) }
    body["seconds"] = elapsed.json
    return .object(body)
  }
}
