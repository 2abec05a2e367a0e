// One site of a bench as its own configuration describes it: the record of a tenant.

/// What a site is to tenantd, and what is being done to it.
public enum TenantState: String, Sendable, CaseIterable {
  /// A job of this process makes it, or waits for its turn.
  case provisioning
  /// A whole tenant.
  case active
  /// Whole as well, and stopped: `suspension` says how.
  case suspended
  /// A site that is being made, under a hidden name.
  case preparing
  /// Whole, under a hidden name, and about to be claimed.
  case ready
  /// Its signup is being written.
  case claiming
  /// It is being dropped, or a drop of it was ended half-way.
  case dropping
  /// Whole, under a hidden name, and waiting for a customer.
  case standby
  /// What standbys are copied from.
  case template
  /// A site that tenantd did not make.
  case foreign
  /// Its config cannot be used: `reason` says why.
  case broken
  /// A link to the site that `of` names.
  case alias

  /// Whether it is a customer's, with all that belongs to it, and nobody is at it.
  public var isWhole: Bool { self == .active || self == .suspended }
}

/// How, why and since when a tenant is stopped.
public struct Suspension: Sendable, Equatable {
  /// What is left of it.
  public enum Mode: String, Sendable, CaseIterable {
    /// Nothing.
    case blocked
    /// Reading.
    case readOnly = "read_only"
  }

  public var mode: Mode
  /// For the people who see the page.
  public var reason: String?
  /// UTC, as RFC 3339.
  public var since: String

  public init(mode: Mode, reason: String?, since: String) {
    (self.mode, self.reason, self.since) = (mode, reason, since)
  }
}

/// A site of the bench, whoever made it.
public struct Tenant: Sendable, Equatable {
  public var site: String
  public var state: TenantState
  public var isMadeByTenantd: Bool
  /// Whether its database has the form of the names that this bench makes, or it has none.
  public var isOwn: Bool
  /// Why it is `broken`, as a sentence.
  public var reason: String?
  /// The site that an `alias` leads to.
  public var of: String?
  /// The address of whoever signed up.
  public var owner: String?
  public var organization: String?
  public var plan: Plan?
  /// The name of the plan that its signup asked for, where it has another one by now.
  public var orderedPlan: String?
  /// Of a `suspended` one.
  public var suspension: Suspension?
  /// What was asked for of its workspace, as `Workspace.asked` tells it.
  public var asked: String?
  /// UTC, as RFC 3339.
  public var created: String?
  /// What its signup had to leave out, a sentence each.
  public var warnings: [String] = []

  public init(
    site: String, state: TenantState, isMadeByTenantd: Bool = true, isOwn: Bool = true,
    reason: String? = nil, of: String? = nil
  ) {
    (self.site, self.state, self.isMadeByTenantd) = (site, state, isMadeByTenantd)
    (self.isOwn, self.reason, self.of) = (isOwn, reason, of)
  }

  /// Whether it is what this order asks for, by the same rule as `Order.asksForSame`.
  public func isSame(as order: Order) -> Bool {
    site == order.site && owner == order.owner && organization == order.organization
      && (orderedPlan ?? plan?.name) == order.plan.name && asked == order.workspace.asked
  }
}
