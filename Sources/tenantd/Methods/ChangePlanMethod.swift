// `changePlan`: a tenant gets another plan, up or down.

import Bench
import JSONRPC
import Tenancy

struct ChangePlanMethod: Method {
  private static let plan = Parameter(
    name: "plan", schema: .string(lengths: 1...140),
    meaning: "A plan of TENANTD_PLANS, in upper or lower case.", isRequired: true)
  private static let force = Parameter(
    name: "force", schema: .boolean, meaning: "Also when the tenant uses more than the plan allows."
  )
  private static let dryRun = Parameter(name: "dryRun", schema: .boolean, meaning: "Only tell.")

  static let excess = Schema.object(
    [
      .always("limit", .string, "users, storageGB, or a further limit's name."),
      .always("used", .number), .always("allowed", .integer),
    ], isClosed: true)

  static let declaration = Declaration(
    name: "changePlan", summary: "Gives a tenant another plan.",
    parameters: [.site, plan, force, dryRun, .timeout],
    result: (
      "change",
      .object(
        [
          .always("site", .string), .always("plan", Plan.schema), .maybe("previous", Plan.schema),
          .always("exceeds", .array(excess)), .always("changed", .boolean),
          .always("dryRun", .boolean), .always("warnings", .array(.string)),
          .always("seconds", .number),
        ], isClosed: true)
    ),
    errors: ["over_limit"] + TenantOperation.errors)

  private let site: String
  private let plan: Plan
  private let force: Bool
  private let dryRun: Bool
  private let timeout: Double

  init(_ parameters: inout Parameters, _ configuration: Configuration) {
    let plans = configuration.rules.plans
    site = parameters.string(.site) ?? ""
    let name = parameters.string(Self.plan)
    if let name, plans.named(name) == nil {
      parameters.refuse(
        Self.plan, "must be one of: \(plans.all.map(\.name).joined(separator: ", "))")
    }
    plan = name.flatMap(plans.named) ?? plans.unnamed
    force = parameters.bool(Self.force) ?? false
    dryRun = parameters.bool(Self.dryRun) ?? false
    timeout = parameters.number(.timeout, unit: "seconds") ?? configuration.rules.timeout.seconds
  }

  func handle(_ call: Call) -> Handling {
    TenantOperation.handle(call, site, isEndedByCancel: false) { agent, job throws(BenchError) in
      try await agent.changePlan(
        job: job, site: site, plan: plan, force: force, dryRun: dryRun, timeout: timeout)
    } answer: { change throws(RPCError) in
      let exceeds = JSON.array(change.exceeds.map(\.json))
      if change.isRefused {
        let names = change.exceeds.map(\.limit).joined(separator: ", ")
        throw Failure.other(
          kind: "over_limit", reason: "\(site) uses more than \(plan.name) allows: \(names).",
          site: site
        ).rpcError(["exceeds": exceeds])
      }
      var answer: JSONObject = ["plan": plan.json]
      answer["previous"] = change.previous?.json
      answer["exceeds"] = exceeds
      answer["changed"] = .bool(change.isChanged)
      answer["dryRun"] = .bool(dryRun)
      answer["warnings"] = .array(change.warnings.map { .string($0) })
      return answer
    }
  }
}

extension Agent.PlanChange.Excess {
  fileprivate var json: JSON {
    let isWhole = used == used.rounded() && abs(used) < 1e15
    return [
      "limit": .string(limit), "used": isWhole ? .integer(Int64(used)) : .double(used),
      "allowed": .integer(Int64(allowed)),
    ]
  }
}
