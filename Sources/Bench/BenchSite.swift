// A site as the agent describes it, from the site's own configuration.

import JSONRPC

/// One folder of the bench's `sites` that holds a site.
public struct BenchSite: Sendable, Equatable {
  public let site: String
  /// `active`, or what a provision or a drop was doing: `preparing`, `ready`, `claiming`,
  /// `dropping`; `foreign` for a site that tenantd did not make, `broken` for one whose config
  /// cannot be used, `alias` for a link to a site.
  public let state: String
  public let isMadeByTenantd: Bool
  /// Whether its database has the form of the names that this bench makes, or it has none.
  public let isOwn: Bool
  /// Why it is `broken`, as a sentence.
  public let reason: String?
  /// The site that an `alias` leads to.
  public let of: String?
  public let owner: String?
  public let organisation: String?
  public let plan: JSON?
  /// The name of the plan that its signup asked for, where it has another one by now.
  public let orderedPlan: String?
  /// Why and since when it is suspended; its `state` is `active` all the same.
  public let suspension: Suspension?
  /// What was asked for of its workspace, as the caller of `claim` has told it.
  public let asked: String?
  /// UTC, as RFC 3339.
  public let created: String?
  /// What its signup had to leave out, a sentence each.
  public let warnings: [String]
  /// The job that made it.
  public let job: String?
  /// The session that works on it, or worked on it last.
  public let session: String?

  init?(_ json: JSON) {
    guard let site = json["site"]?.string, let state = json["state"]?.string else { return nil }
    (self.site, self.state) = (site, state)
    isMadeByTenantd = json["made"]?.bool ?? false
    isOwn = json["own"]?.bool ?? true
    reason = json["reason"]?.string
    of = json["of"]?.string
    owner = json["owner"]?.string
    organisation = json["organisation"]?.string
    plan = json["plan"].flatMap { $0 == .null ? nil : $0 }
    orderedPlan = json["ordered"]?.string
    suspension = Suspension(json["suspended"])
    asked = json["asked"]?.string
    created = json["created"]?.string
    warnings = (json["warnings"]?.array ?? []).compactMap(\.string)
    job = json["job"]?.string
    session = json["session"]?.string
  }
}

/// The bench at a glance.
public struct BenchOverview: Sendable, Equatable {
  /// How many sites of tenantd's are in which state.
  public let counts: [String: Int]
  /// Standbys that this session's hot children hold, ready for anybody.
  public let ready: Int
  /// Whether the bench has a template of its build.
  public let hasTemplate: Bool
  /// Why the bench's pool could not be kept when somebody tried last.
  public let poolFailure: PoolFailure?
  /// Nil while the session's connection to the database stands; else its trouble.
  public let database: BenchError?
  /// The database server's own version string, while connected.
  public let databaseVersion: String?
  /// Whether the first connection is still being made.
  public let isConnecting: Bool

  init(_ json: JSON) {
    let members = json["counts"]?.object?.members ?? []
    counts = Dictionary(
      members.map { ($0.key, Int($0.value.integer ?? 0)) }, uniquingKeysWith: { $1 })
    ready = Int(json["ready"]?.integer ?? 0)
    hasTemplate = json["template"]?.bool ?? false
    poolFailure = PoolFailure(json["failure"])
    let state = json["database"]
    databaseVersion = state?["version"]?.string
    isConnecting = state?["state"]?.string == "connecting"
    database = state?["error"].map { error in
      BenchError.refused(
        kind: error["data"]?["kind"]?.string ?? "database_unavailable",
        reason: error["message"]?.string ?? "The database did not answer.", site: nil)
    }
  }
}
