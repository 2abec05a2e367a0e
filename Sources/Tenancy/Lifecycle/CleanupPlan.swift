// Which sites a cleanup may drop. Nothing that tenantd did not make goes unless a person names it.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension Tenant {
  fileprivate func reasonToKeep(isForced: Bool) -> String? {
    if state == .alias, let of { return "is a link to \(of), and goes with it" }
    if isForced { return nil }
    if state == .broken, !isMadeByTenantd {
      // Nobody knows whose it is.
      let why = reason ?? "Its config cannot be used."
      return "is broken; name it together with `force` to drop it. \(why)"
    }
    guard isMadeByTenantd, !isOwn else { return nil }
    return
      "has a database that is not of this bench's making; name it together with `force` to drop it"
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
  ///   - tenants: All the sites on the bench.
  ///   - master: The bench's own site, which is never dropped; `nil` when there is none.
  ///   - reserved: The names that running jobs and other cleanups hold.
  public init(
    _ request: CleanupRequest, tenants: [Tenant], master: String?, reserved: Set<String>
  ) {
    let bySite = Dictionary(tenants.map { ($0.site, $0) }, uniquingKeysWith: { first, _ in first })
    var seen: Set<String> = []
    var decisions: [Decision] = []

    for site in request.sites where seen.insert(site).inserted {
      guard let tenant = bySite[site] else {
        decisions.append(.missing(site: site))
        continue
      }
      let reason =
        if site == master {
          "is the master site"
        } else if let reason = tenant.reasonToKeep(isForced: request.force) {
          reason
        } else if !tenant.isMadeByTenantd, !request.force {
          "was not made by tenantd; name it together with `force` to drop it"
        } else {
          Self.reasonToWait(tenant, reserved)
        }
      decisions.append(reason.map { .keep(site: site, reason: $0) } ?? .drop(site: site))
    }

    guard let pattern = request.pattern else {
      self.decisions = decisions
      return
    }
    for tenant in bySite.values.sorted(by: { $0.site < $1.site })
    where Self.matches(pattern, tenant.site) && seen.insert(tenant.site).inserted {
      let reason =
        if tenant.site == master {
          "is the master site"
        } else if let reason = tenant.reasonToKeep(isForced: false) {
          reason
        } else if !tenant.isMadeByTenantd {
          "was not made by tenantd"
        } else if tenant.site.hasPrefix(Subdomain.hiddenPrefix) {
          "is a hidden site of tenantd's own, which `orphans` looks after"
        } else {
          Self.reasonToWait(tenant, reserved)
        }
      decisions.append(
        reason.map { .keep(site: tenant.site, reason: $0) } ?? .drop(site: tenant.site))
    }
    self.decisions = decisions
  }

  private static func reasonToWait(_ tenant: Tenant, _ reserved: Set<String>) -> String? {
    let isBusy = tenant.isMadeByTenantd && !tenant.state.isWhole
    return isBusy || reserved.contains(tenant.site) ? "is being worked on" : nil
  }

  private static func matches(_ pattern: String, _ site: String) -> Bool {
    let subdomain = String(site.prefix { $0 != "." })
    return fnmatch(pattern, site, 0) == 0 || fnmatch(pattern, subdomain, 0) == 0
  }
}
