// Which sites a cleanup may drop. Nothing that tenantd did not make goes unless a person names it.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A site as the bench describes it.
public struct SiteRecord: Sendable, Equatable {
  public var site: String
  /// In the bench's words, such as `active`; `nil` for a site that tenantd did not make.
  public var state: String?
  public var madeByTenantd: Bool
  public var owner: String?
  public var organisation: String?
  public var plan: String?
  /// When it was made, as an RFC 3339 timestamp.
  public var created: String?
  /// Whether a job of any process on the bench works on it now.
  public var busy: Bool
  public var trouble: Trouble?

  /// What keeps a cleanup from a site, unless a person forces it.
  public enum Trouble: Sendable, Equatable {
    /// Its config cannot be used, so that nobody knows whose it is; a sentence says why.
    case broken(reason: String)
    /// It is a second name of another site, and goes with that.
    case alias(of: String)
    /// Its database is not of this bench's making.
    case notOwn
  }

  public init(
    site: String, state: String? = nil, madeByTenantd: Bool, owner: String? = nil,
    organisation: String? = nil, plan: String? = nil, created: String? = nil, busy: Bool = false,
    trouble: Trouble? = nil
  ) {
    self.site = site
    self.state = state
    self.madeByTenantd = madeByTenantd
    self.owner = owner
    self.organisation = organisation
    self.plan = plan
    self.created = created
    self.busy = busy
    self.trouble = trouble
  }
}

extension SiteRecord {
  fileprivate func reasonToKeep(isForced: Bool) -> String? {
    switch trouble {
    case .alias(let site): "is a link to \(site), and goes with it"
    case .broken(let reason) where !isForced:
      "is broken; name it together with `force` to drop it. \(reason)"
    case .notOwn where !isForced:
      "has a database that is not of this bench's making; name it together with `force` to drop it"
    default: nil
    }
  }
}

/// What a cleanup is to look at.
public struct CleanupRequest: Sendable, Equatable {
  /// Whole site names.
  public var sites: [String]
  /// A glob (`*`, `?`, `[…]`) for whole site names or for subdomains alone.
  public var pattern: String?
  /// Also drop sites in `sites` that tenantd did not make.
  public var force: Bool

  public init(sites: [String] = [], pattern: String? = nil, force: Bool = false) {
    self.sites = sites
    self.pattern = pattern
    self.force = force
  }
}

/// What a cleanup will do, decided before anything is dropped.
public struct CleanupPlan: Sendable, Equatable {
  public enum Decision: Sendable, Equatable {
    case drop(site: String)
    /// The site stays, for a reason that follows its name in a sentence: "is the master site".
    case keep(site: String, reason: String)
    /// It was named, but there is no such site.
    case missing(site: String)
  }

  /// The named sites in the order in which they were named, then those that match the pattern in
  /// the order of their names; each site once.
  public let decisions: [Decision]

  /// The sites that will be dropped.
  public var dropped: [String] {
    decisions.compactMap { if case .drop(let site) = $0 { site } else { nil } }
  }

  /// - Parameters:
  ///   - records: All the sites on the bench.
  ///   - master: The bench's own site, which is never dropped; `nil` when there is none.
  ///   - reserved: The names that running jobs and other cleanups hold.
  public init(
    _ request: CleanupRequest, records: [SiteRecord], master: String?, reserved: Set<String>
  ) {
    let bySite = Dictionary(records.map { ($0.site, $0) }, uniquingKeysWith: { first, _ in first })
    var seen: Set<String> = []
    var decisions: [Decision] = []

    for site in request.sites where seen.insert(site).inserted {
      guard let record = bySite[site] else {
        decisions.append(.missing(site: site))
        continue
      }
      let reason =
        if site == master {
          "is the master site"
        } else if let reason = record.reasonToKeep(isForced: request.force) {
          reason
        } else if !record.madeByTenantd, !request.force {
          "was not made by tenantd; name it together with `force` to drop it"
        } else {
          Self.reasonToWait(record, reserved)
        }
      decisions.append(reason.map { .keep(site: site, reason: $0) } ?? .drop(site: site))
    }

    guard let pattern = request.pattern else {
      self.decisions = decisions
      return
    }
    for record in bySite.values.sorted(by: { $0.site < $1.site })
    where Self.matches(pattern, record.site) && seen.insert(record.site).inserted {
      let reason =
        if record.site == master {
          "is the master site"
        } else if let reason = record.reasonToKeep(isForced: false) {
          reason
        } else if !record.madeByTenantd {
          "was not made by tenantd"
        } else if record.site.hasPrefix(Subdomain.hiddenPrefix) {
          "is a hidden site of tenantd's own, which `orphans` looks after"
        } else {
          Self.reasonToWait(record, reserved)
        }
      decisions.append(
        reason.map { .keep(site: record.site, reason: $0) } ?? .drop(site: record.site))
    }
    self.decisions = decisions
  }

  private static func reasonToWait(_ record: SiteRecord, _ reserved: Set<String>) -> String? {
    record.busy || reserved.contains(record.site) ? "is being worked on" : nil
  }

  private static func matches(_ pattern: String, _ site: String) -> Bool {
    let subdomain = String(site.prefix { $0 != "." })
    return fnmatch(pattern, site, 0) == 0 || fnmatch(pattern, subdomain, 0) == 0
  }
}
