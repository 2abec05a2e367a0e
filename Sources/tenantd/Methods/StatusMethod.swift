// `status`: the service as a whole, or one tenant.

import Bench
import JSONRPC
import Tenancy

/// Without `site` it answers whatever state the bench is in; with it, the bench must answer.
struct StatusMethod: Sendable {
  let site: String?

  init(_ parameters: inout Parameters) throws(RPCError) {
    site = parameters.string("site")
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
    let record: BenchSite?
    do throws(BenchError) {
      record = try await service.agent.sites(site).first
    } catch {
      throw error.failure(site: site).rpcError
    }
    guard let record else { throw Failure.noSuchSite(site: site).rpcError }
    var result: JSONObject = [
      "site": .string(site), "state": .string(record.state),
      "url": .string(service.configuration.address.url(of: site)),
    ]
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
      let view = service.glance.fresh
    else { return nil }
    return answer(service, described(view.facts, view.overview), view.overview)
  }

  private func overview(_ service: Service) async -> JSON {
    do throws(BenchError) {
      let found = try await service.agent.overview()
      service.glance.keep(found)
      return answer(service, described(await service.session.facts, found), found)
    } catch {
      let failure = error.failure(site: "")
      var bench: JSONObject = ["state": .string(failure.kind), "error": .string(failure.sentence)]
      bench["advice"] = failure.advice.map { .string($0) }
      return answer(service, bench, nil)
    }
  }

  private func answer(_ service: Service, _ bench: JSONObject, _ found: BenchOverview?) -> JSON {
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
      "pool": pool(service.pool.state, found), "tenants": found.map(counted) ?? .null,
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
    bench["frappe"] = facts.map { .string($0.frappe) }
    bench["apps"] = facts.map { facts in
      .object(JSONObject(facts.apps.map { ($0.name, .string($0.version)) }))
    }
    bench["path"] = facts.map { .string($0.bench) }
    bench["database"] = found.databaseVersion.map { .string($0) }
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
