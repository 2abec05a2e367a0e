// The agent's `rotateKeys`: new API keys for a user of a tenant.

import JSONRPC

extension Agent {
  /// New keys; the old ones end with it.
  ///
  /// - Parameters:
  ///   - user: nil for the owner.
  ///   - timeout: seconds, within the bench.
  /// - Throws: also `no_such_site`, `not_a_tenant`, `site_held`, and `invalid` of `user`.
  public func rotateKeys(
    job: String, site: String, user: String?, timeout: Double
  ) async throws(BenchError) -> Keys {
    var params: JSONObject = [
      "job": .string(job), "site": .string(site), "timeout": .double(timeout),
    ]
    params["user"] = user.map { .string($0) }
    return Keys(try await session.call("rotateKeys", params, job: job))
  }
}
