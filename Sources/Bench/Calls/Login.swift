// The agent's `login`: a link that logs a user of a tenant in once.

import JSONRPC
import Tenancy

extension Agent {
  /// A link that logs somebody in once.
  public struct Login: Sendable {
    /// Whoever has it is the user.
    public let url: Secret
    /// UTC, as RFC 3339.
    public let expires: String
    /// Nil in the answer to a claim, which tells the user itself.
    public let user: String?

    init?(_ json: JSON?) {
      guard let json, let url = json["url"]?.string else { return nil }
      self.url = Secret(url)
      expires = json["expires"]?.string ?? ""
      user = json["user"]?.string
    }
  }

  /// A link for an enabled user of a tenant, its owner unless told.
  ///
  /// - Parameter administrator: Whether that one may be named.
  public func login(
    job: String, site: String, url: String, user: String?, wish: LoginWish, administrator: Bool,
    timeout: Double
  ) async throws(BenchError) -> Login {
    var params: JSONObject = [
      "job": .string(job), "site": .string(site), "url": .string(url),
      "expires": .integer(Int64(wish.expires)), "administrator": .bool(administrator),
      "timeout": .double(timeout),
    ]
    params["user"] = user.map { .string($0) }
    params["path"] = wish.path.map { .string($0) }
    let answer = try await session.call("login", params, job: job)
    guard let login = Login(answer) else {
      throw .unreachable(reason: "The agent's answer to login was not understood.")
    }
    return login
  }
}
