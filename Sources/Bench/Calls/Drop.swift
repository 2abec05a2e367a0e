// The agent's `drop`: a site with all that belongs to it is gone.

import JSONRPC

extension Agent {
  /// Drops a site. The master site is never dropped, and a site that tenantd did not make only
  /// with `force`.
  public func drop(
    job: String, site: String, force: Bool, master: String?, timeout: Double
  ) async throws(BenchError) {
    var params: JSONObject = [
      "job": .string(job), "site": .string(site), "force": .bool(force),
      "timeout": .double(timeout),
    ]
    params["master"] = master.map { .string($0) }
    _ = try await session.call("drop", params, job: job)
  }
}
