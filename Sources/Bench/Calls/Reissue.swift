// The agent's `reissue`: new keys for a signup that came again.

import JSONRPC
import Tenancy

extension Agent {
  /// New keys for a tenant's owner.
  public func reissue(
    job: String, site: String, url: String, owner: String, login: LoginWish?, timeout: Double
  ) async throws(BenchError) -> Keys {
    var params: JSONObject = [
      "job": .string(job), "site": .string(site), "url": .string(url), "owner": .string(owner),
      "timeout": .double(timeout),
    ]
    params["login"] = login?.json
    return Keys(try await session.call("reissue", params, job: job))
  }
}
