// What a new session tells the agent first.

import JSONRPC

extension Session {
  /// What the agent is told when it starts.
  public struct Hello: Sendable {
    public var rootUser: String?
    public var rootPassword: Secret?
    /// Remove the bench's folder when the session's input ends: a temporary sandbox.
    public var removeAtEnd: Bool
    /// The apps of a new tenant, those of them that the bench has.
    public var apps: [String]
    /// The DocType that takes a plan's limits.
    public var settings: String
    /// The steps whose failure is a warning: `app`, `settings`.
    public var optional: [String]
    /// The roles of an owner; nil: those that Frappe's wizard gives its first user.
    public var roles: [String]?
    /// Of what workspaces are, what requests leave out: `country`, `currency`, `language`,
    /// `timeZone`.
    public var workspace: [String: String]
    /// The Administrator's password of new sites; nil: a random one for each.
    public var adminPassword: Secret?

    public init(
      rootUser: String?, rootPassword: Secret?, removeAtEnd: Bool, apps: [String],
      settings: String, optional: [String] = [], roles: [String]? = nil,
      workspace: [String: String] = [:], adminPassword: Secret?
    ) {
      (self.rootUser, self.rootPassword, self.removeAtEnd) = (rootUser, rootPassword, removeAtEnd)
      (self.apps, self.settings, self.adminPassword) = (apps, settings, adminPassword)
      (self.optional, self.roles, self.workspace) = (optional, roles, workspace)
    }

    /// The message, with a new name for the session.
    ///
    /// - Parameter predecessor: The process of the session before, as it has told who it is. One
    ///   that is stopped would keep its locks.
    func message(predecessor: JSON?) -> JSONObject {
      var params: JSONObject = [
        "session": .string(randomHex(bytes: 8)),
        "apps": .array(apps.map { .string($0) }), "settings": .string(settings),
        "optional": .array(optional.map { .string($0) }),
      ]
      params["roles"] = roles.map { .array($0.map { .string($0) }) }
      params["workspace"] = .object(
        JSONObject(workspace.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
      params["adminPassword"] = adminPassword.map { .string($0.revealed) }
      params["rootUser"] = rootUser.map { .string($0) }
      params["rootPassword"] = rootPassword.map { .string($0.revealed) }
      params["predecessor"] = predecessor
      if removeAtEnd { params["remove"] = .bool(true) }
      return params
    }
  }
}
