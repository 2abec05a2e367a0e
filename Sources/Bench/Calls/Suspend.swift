// The agent's `suspend` and `resume`: a tenant stops, and goes on as it was.

import JSONRPC
import Tenancy

extension Agent {
  /// What came of a change to a tenant.
  public struct Change: Sendable {
    /// False: it was so already.
    public let isChanged: Bool
    /// What does not hold, or not yet, a sentence each.
    public let warnings: [String]
    /// Of a tenant that is suspended now.
    public let suspension: Suspension?

    init(_ json: JSON) {
      isChanged = json["changed"]?.bool ?? false
      warnings = (json["warnings"]?.array ?? []).compactMap(\.string)
      suspension = Suspension(json)
    }
  }

  /// Stops a tenant. Once begun it is finished, by a later session if need be.
  ///
  /// - Parameter timeout: seconds, within the bench.
  public func suspend(
    job: String, site: String, mode: Suspension.Mode, reason: String?, timeout: Double
  ) async throws(BenchError) -> Change {
    var params: JSONObject = [
      "job": .string(job), "site": .string(site), "mode": .string(mode.rawValue),
      "timeout": .double(timeout),
    ]
    params["reason"] = reason.map { .string($0) }
    return Change(try await session.call("suspend", params, job: job))
  }

  /// Puts back what was there before.
  public func resume(
    job: String, site: String, timeout: Double
  ) async throws(BenchError) -> Change {
    Change(
      try await session.call(
        "resume", ["job": .string(job), "site": .string(site), "timeout": .double(timeout)],
        job: job))
  }
}
