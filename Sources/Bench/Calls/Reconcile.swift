// The agent's `reconcile`: what dead provisions left is gone.

import JSONRPC
import Tenancy

extension Agent {
  /// Drops what dead provisions left; with `orphans`, also databases and users that no site names.
  /// - Returns: what was removed (or, on a dry run, would be), and what could not be.
  public func reconcile(
    job: String, orphans: Bool, dryRun: Bool, timeout: Double
  ) async throws(BenchError) -> (dropped: [Remnant], failed: [Remnant]) {
    let answer = try await session.call(
      "reconcile",
      [
        "job": .string(job), "orphans": .bool(orphans), "dryRun": .bool(dryRun),
        "timeout": .double(timeout),
      ], job: job)
    func remnants(_ key: String) -> [Remnant] {
      (answer[key]?.array ?? []).map {
        Remnant(
          kind: $0["kind"]?.string ?? "", name: $0["name"]?.string ?? "",
          reason: $0["reason"]?.string)
      }
    }
    return (remnants("dropped"), remnants("failed"))
  }
}
