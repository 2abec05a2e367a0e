// The agent's `verify`: the five steps of a signup, read back from its site.

import JSONRPC
import Tenancy

extension Agent {
  /// One check of a tenant: `step` is `site`, `app`, `owner`, `settings` or `keys`.
  public struct Check: Sendable, Equatable {
    public let step: String
    public let isOK: Bool
    public let detail: String
  }

  /// Reads the five steps of a provision back from the site.
  public func verify(
    site: String, owner: String, plan: Plan, apiKey: Secret, timeout: Double
  ) async throws(BenchError) -> [Check] {
    let answer = try await session.call(
      "verify",
      [
        "site": .string(site), "owner": .string(owner), "plan": plan.json,
        "apiKey": .string(apiKey.revealed), "timeout": .double(timeout),
      ])
    return (answer["checks"]?.array ?? []).map {
      Check(
        step: $0["step"]?.string ?? "", isOK: $0["ok"]?.bool ?? false,
        detail: $0["detail"]?.string ?? "")
    }
  }
}
