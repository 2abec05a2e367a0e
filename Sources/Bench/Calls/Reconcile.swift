// The agent's `reconcile`: what dead provisions left is gone.

import JSONRPC

extension Agent {
  /// Something that a reconciliation found.
  public struct Remnant: Sendable, Equatable {
    /// `site`, `folder`, `file`, `database` or `database_user`.
    public let kind: String
    public let name: String
    /// Why it could not be removed; nil when it was.
    public let reason: String?

    init(_ json: JSON) {
      kind = json["kind"]?.string ?? ""
      name = json["name"]?.string ?? ""
      reason = json["reason"]?.string
    }
  }

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
    func remnants(_ key: String) -> [Remnant] { (answer[key]?.array ?? []).map(Remnant.init) }
    return (remnants("dropped"), remnants("failed"))
  }
}
