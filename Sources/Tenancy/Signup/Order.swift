// A signup that passed every rule: what the provisioning job works from.

/// One tenant to provision. It holds no password, so that it can be printed and kept.
public struct Order: Sendable, Equatable {
  public var organization: String
  public var fullName: String
  /// In lower case.
  public var owner: String
  public var subdomain: String
  /// The whole site name: `acme-corp.localhost`.
  public var site: String
  public var plan: Plan
  /// What is asked for of the workspace behind the site.
  public var workspace: Workspace
  /// The link that the answer is to hold. It is no part of the tenant.
  public var login: LoginWish?
  /// Two orders with the same key are one signup, told twice.
  public var idempotencyKey: String?
  /// From acceptance to the answer.
  public var timeout: Duration

  public init(
    organization: String, fullName: String, owner: String, subdomain: String, site: String,
    plan: Plan, workspace: Workspace = Workspace(), login: LoginWish? = nil,
    idempotencyKey: String? = nil, timeout: Duration = .seconds(120)
  ) {
    self.organization = organization
    self.fullName = fullName
    self.owner = owner
    self.subdomain = subdomain
    self.site = site
    self.plan = plan
    self.workspace = workspace
    self.login = login
    self.idempotencyKey = idempotencyKey
    self.timeout = timeout
  }

  /// Whether two orders ask for the same tenant: the same site, address, organization, plan
  /// and workspace. It is what the bench keeps of a tenant, so that a repetition means the same during
  /// the job and later.
  public func asksForSame(as other: Order) -> Bool {
    site == other.site && owner == other.owner && organization == other.organization
      && plan.name == other.plan.name && workspace.asked == other.workspace.asked
  }
}
