// How the service as a whole is, as `status` answers it.

import Bench
import JSONRPC
import Tenancy

/// Looks at the service and the bench, within a second.
struct ServiceStatus: Sendable {
  let service: Service

  static let schema = Schema.object([
    .always("version", .string), .always("uptime", .number),
    .always(
      "bench",
      .object([
        .always("state", .string, "ready, connecting, or the kind of what is wrong."),
        .maybe("error", .string), .maybe("advice", .string), .maybe("frappe", .string),
        .maybe("apps", .anyObject), .maybe("path", .string), .maybe("database", .string),
        .maybe(
          "age", .number,
          "The bench does not answer now: seconds since it told what is told."),
      ])),
    .always(
      "jobs",
      .object([
        .always("running", .array(Snapshot.Entry.schema)),
        .always("queued", .array(Snapshot.Entry.schema)),
        .always("concurrency", .integer), .always("capacity", .integer),
        .always(
          "served", .object(SitePath.allCases.map { .always($0.rawValue, .integer) }),
          "Tenants made since the start, by path."),
      ])),
    .always(
      "pool",
      .object([
        .always("min", .integer), .always("max", .integer),
        .always(
          "wanted", .integer, "How many standbys the demand asks for now, from min to max."),
        .maybe("ready", .integer, "Standbys that this process holds ready."),
        .maybe("template", .boolean),
        .maybe(
          "failure",
          .object([.maybe("reason", .string), .maybe("at", .string), .maybe("tries", .integer)]),
          "Why the pool could not be kept when it was tried last."),
      ])),
    .always(
      "tenants",
      .either([.anyObject, .null])),
  ])

  /// The service at once, from what is known, while jobs keep the bench busy; nil: the bench has
  /// to be asked, which also shows what others on it have done.
  func known() -> JSON? {
    guard !service.provisioner.snapshot().running.isEmpty,
      let view = service.lastOverview.fresh, let found = view.overview
    else { return nil }
    return answer(described(view.facts, found), found)
  }

  func overview() async -> JSON {
    await firstSession()
    let trouble: BenchError
    do throws(BenchError) {
      let found = try await within(Self.limit) { () throws(BenchError) in
        try await service.agent.overview()
      }
      if let found {
        service.lastOverview.keep(found)
        return answer(described(await service.session.facts, found), found)
      }
      if await service.session.trouble == nil { return lastKnown() }
      trouble = await service.session.absence
    } catch {
      trouble = error
    }
    let view = service.lastOverview.last
    var bench = described(view, trouble)
    bench["age"] = view.facts == nil ? nil : (ContinuousClock.now - view.since).json
    return answer(bench, tenants: view.overview)
  }

  /// What the bench is asked, it answers in that time, or the answer is what was known last.
  static let limit = Duration.milliseconds(900)

  /// Before there was a session, or a failure to have one, there is nothing to tell.
  func firstSession() async {
    guard service.lastOverview.last.facts == nil, await service.session.trouble == nil else {
      return
    }
    try? await service.session.ready()
  }

  func silence() async -> BenchError {
    if await service.session.trouble != nil { return await service.session.absence }
    return .unreachable(reason: "It has not answered within a second.")
  }

  /// The bench does not answer, and it is not known yet whether it will.
  private func lastKnown() -> JSON {
    let view = service.lastOverview.last
    var bench = view.overview.map { described(view.facts, $0) } ?? describedFacts(view.facts)
    if view.overview == nil { bench["state"] = "connecting" }
    bench["age"] = (ContinuousClock.now - view.since).json
    return answer(bench, view.overview)
  }

  /// - Parameter tenants: What tells of them, where the pool is gone with its session.
  private func answer(
    _ bench: JSONObject, _ found: BenchOverview? = nil,
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
  private func pool(_ state: PoolRun.State, _ found: BenchOverview?) -> JSON {
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

  private func described(_ view: LastOverview.View, _ trouble: BenchError) -> JSONObject {
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
