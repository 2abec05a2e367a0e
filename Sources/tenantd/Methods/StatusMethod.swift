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
      record = try await service.agent.sites(site).sites.first
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
    return .object(result)
  }

  private func overview(_ service: Service) async -> JSON {
    let snapshot = service.provisioner.snapshot()
    var bench: JSONObject = [:]
    var tenants: JSON = .null
    var pool: JSONObject = ["size": .integer(Int64(service.pool.size))]
    do throws(BenchError) {
      let sites = try await service.agent.sites()
      bench = described(await service.session.facts, sites)
      tenants = counted(sites.sites)
      pool["ready"] = .integer(Int64(sites.ready))
      pool["template"] = .bool(sites.hasTemplate)
    } catch {
      let failure = error.failure(site: "")
      bench = ["state": .string(failure.kind), "error": .string(failure.sentence)]
      bench["advice"] = failure.advice.map { .string($0) }
    }
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
      "pool": .object(pool), "tenants": tenants,
    ]
  }

  private func described(_ facts: BenchFacts?, _ sites: BenchSites) -> JSONObject {
    var bench: JSONObject = ["state": "ready"]
    if let trouble = sites.database {
      let failure = trouble.failure(site: "")
      bench = ["state": .string(failure.kind), "error": .string(failure.sentence)]
      bench["advice"] = failure.advice.map { .string($0) }
    } else if sites.isConnecting {
      bench["state"] = "connecting"
    }
    bench["frappe"] = facts.map { .string($0.frappe) }
    bench["apps"] = facts.map { facts in
      .object(JSONObject(facts.apps.map { ($0.name, .string($0.version)) }))
    }
    bench["path"] = facts.map { .string($0.bench) }
    bench["database"] = sites.databaseVersion.map { .string($0) }
    return bench
  }

  /// How many of tenantd's own sites are in which state.
  private func counted(_ sites: [BenchSite]) -> JSON {
    var counts: [String: Int64] = ["active": 0]
    for site in sites where site.isMadeByTenantd && !["standby", "template"].contains(site.state) {
      counts[site.state, default: 0] += 1
    }
    let members = counts.sorted { $0.key < $1.key }.map { ($0.key, JSON.integer($0.value)) }
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
