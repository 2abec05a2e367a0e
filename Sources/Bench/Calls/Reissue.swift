// The agent's `reissue`: new keys for a signup that came again.

import JSONRPC

extension Agent {
  /// New keys for a tenant's owner.
  public func reissue(
    job: String, site: String, url: String, email: String, loginExpires: Int?, timeout: Double
  ) async throws(BenchError) -> Keys {
    var params: JSONObject = [
      "job": .string(job), "site": .string(site), "url": .string(url), "email": .string(email),
      "timeout": .double(timeout),
    ]
    params["login"] = Company(loginExpires: loginExpires).login
    return Keys(try await session.call("reissue", params, job: job))
  }
}
