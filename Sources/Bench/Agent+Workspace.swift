// What the agent is asked and tells about workspaces: the company of a signup, and logins.

import JSONRPC

extension Agent {
  /// Beside the owner: the company, and what the answer is to hold.
  public struct Company: Sendable {
    /// The organisation's name unless told.
    public var name: String?
    /// The initials unless told.
    public var abbreviation: String?
    /// Kept with the tenant, to be compared with a repetition.
    public var asked: String?
    /// For how many seconds a link is to log the owner in; nil: no link.
    public var loginExpires: Int?

    public init(
      name: String? = nil, abbreviation: String? = nil, asked: String? = nil,
      loginExpires: Int? = nil
    ) {
      (self.name, self.abbreviation) = (name, abbreviation)
      (self.asked, self.loginExpires) = (asked, loginExpires)
    }

    var login: JSON? { loginExpires.map { ["expires": .integer(Int64($0))] } }

    func add(to params: inout JSONObject) {
      params["companyName"] = name.map { .string($0) }
      params["abbreviation"] = abbreviation.map { .string($0) }
      params["asked"] = asked.map { .string($0) }
      params["login"] = login
    }
  }

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
    job: String, site: String, url: String, user: String?, expires: Int, administrator: Bool,
    timeout: Double
  ) async throws(BenchError) -> Login {
    var params: JSONObject = [
      "job": .string(job), "site": .string(site), "url": .string(url),
      "expires": .integer(Int64(expires)), "administrator": .bool(administrator),
      "timeout": .double(timeout),
    ]
    params["user"] = user.map { .string($0) }
    let answer = try await session.call("login", params, job: job)
    guard let login = Login(answer) else {
      throw .unreachable(reason: "The agent's answer to login was not understood.")
    }
    return login
  }
}
