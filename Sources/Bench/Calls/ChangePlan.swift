// The agent's `changePlan`: other limits for a tenant.

import JSONRPC
import Tenancy

extension Agent {
  /// What came of a change of plan.
  public struct PlanChange: Sendable {
    /// A limit that the tenant is above.
    public struct Excess: Sendable, Equatable {
      public let limit: String
      public let used: Double
      public let allowed: Int
    }

    /// As the record has it; nil where it has none.
    public let previous: Plan?
    public let exceeds: [Excess]
    public let isChanged: Bool
    /// Nothing was done, because of what exceeds.
    public let isRefused: Bool
    public let warnings: [String]

    init(_ json: JSON) {
      previous = json["previous"].flatMap(Plan.init)
      exceeds = (json["exceeds"]?.array ?? []).map {
        Excess(
          limit: $0["limit"]?.string ?? "", used: $0["used"]?.double ?? 0,
          allowed: Int($0["allowed"]?.integer ?? 0))
      }
      isChanged = json["changed"]?.bool ?? false
      isRefused = json["isRefused"]?.bool ?? false
      warnings = (json["warnings"]?.array ?? []).compactMap(\.string)
    }
  }

  /// Gives a tenant another plan, unless it exceeds it.
  ///
  /// - Parameters:
  ///   - force: Also where it exceeds the plan.
  ///   - dryRun: Only tell.
  ///   - timeout: seconds, within the bench.
  public func changePlan(
    job: String, site: String, plan: Plan, force: Bool, dryRun: Bool, timeout: Double
  ) async throws(BenchError) -> PlanChange {
    PlanChange(
      try await session.call(
        "changePlan",
        [
          "job": .string(job), "site": .string(site), "plan": plan.json, "force": .bool(force),
          "dryRun": .bool(dryRun), "timeout": .double(timeout),
        ], job: job))
  }
}
