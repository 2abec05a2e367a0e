// A signup as a customer's form sends it, and the rules that make an order of it.

/// What a caller asks for, unchecked. The password is not part of it (see `SignupRules.order`).
public struct Signup: Sendable {
  public var organizationName: String?
  public var fullName: String?
  public var email: String?
  public var subdomain: String?
  public var plan: String?
  public var workspace = Workspace()
  public var login: LoginWish?
  public var idempotencyKey: String?
  /// In seconds.
  public var timeout: Double?

  public init(
    organizationName: String? = nil, fullName: String? = nil, email: String? = nil,
    subdomain: String? = nil, plan: String? = nil, idempotencyKey: String? = nil,
    timeout: Double? = nil
  ) {
    self.organizationName = organizationName
    self.fullName = fullName
    self.email = email
    self.subdomain = subdomain
    self.plan = plan
    self.idempotencyKey = idempotencyKey
    self.timeout = timeout
  }
}

/// Turns signups into orders, or says everything that is wrong with them at once.
public struct SignupRules: Sendable {
  public var plans: Plans
  /// What follows the subdomain in a site's name, without the dot between: `localhost`.
  public var siteSuffix: String
  /// For signups that give no timeout.
  public var timeout: Duration

  public init(plans: Plans = Plans(), siteSuffix: String, timeout: Duration = .seconds(120)) {
    self.plans = plans
    self.siteSuffix = siteSuffix
    self.timeout = timeout
  }

  /// Checks a signup.
  ///
  /// - Parameter password: The one the customer chose, or `nil` when one will be made. It is an
  ///   argument of its own, kept nowhere and in no error, so that no value that could be printed
  ///   holds it.
  /// - Returns: The order.
  /// - Throws: `Failure.invalid` with all the field errors, in the order of the fields.
  public func order(from signup: Signup, password: String?) throws(Failure) -> Order {
    var errors = FieldErrors()
    let organization = errors.name(signup.organizationName, "organizationName")
    let fullName = errors.name(signup.fullName, "fullName")
    if let fullName, !fullName.contains(where: \.isLetter) {
      errors.add("fullName", "must have a letter")
    }
    let email = errors.value(of: signup.email.map(EmailAddress.normalise), "email")
    if let password,
      let reason = PasswordRules.fault(
        in: password, email: email, organization: organization, fullName: fullName)
    {
      errors.add("password", reason)
    }
    let subdomain = errors.subdomain(signup.subdomain, organization: organization)
    let plan = signup.plan.map(plans.named) ?? plans.unnamed
    if plan == nil {
      let offered = plans.all.map(\.name).joined(separator: ", ")
      errors.add("plan", "must be one of: \(offered)")
    }
    let workspace = errors.workspace(signup.workspace)
    if let login = signup.login, !LoginWish.expires.contains(login.expires) {
      errors.add("login", "must expire in 1 to \(LoginWish.expires.upperBound) seconds")
    }
    let key = signup.idempotencyKey
    if let key, !(1...255 ~= key.utf8.count && key.utf8.allSatisfy { 0x21...0x7E ~= $0 }) {
      errors.add("idempotencyKey", "must be 1 to 255 visible ASCII characters")
    }
    if let seconds = signup.timeout, !(1...3600 ~= seconds) {
      errors.add("timeout", "must be 1 to 3600 seconds")
    }
    guard errors.all.isEmpty, let organization, let fullName, let email, let subdomain, let plan
    else { throw .invalid(errors.all) }
    return Order(
      organization: organization, fullName: fullName, owner: email, subdomain: subdomain,
      site: "\(subdomain).\(siteSuffix)", plan: plan, workspace: workspace, login: signup.login,
      idempotencyKey: key,
      timeout: signup.timeout.map { .seconds($0) } ?? timeout)
  }
}

/// The errors found so far; each check adds its own and gives the value when there is none.
private struct FieldErrors {
  private(set) var all: [FieldError] = []

  mutating func add(_ field: String, _ reason: String) {
    all.append(FieldError(field: field, reason: reason))
  }

  mutating func name(_ given: String?, _ field: String) -> String? {
    guard let given else {
      add(field, "is required")
      return nil
    }
    let name = String(given.trimmed)
    // Frappe's text columns hold 140 code points.
    switch name.unicodeScalars.count {
    case 0: add(field, "must not be empty")
    case 141...: add(field, "must have at most 140 characters")
    case _ where name.hasControlCharacters: add(field, "must not hold control characters")
    case _ where name.hasInvisibleCharacters: add(field, "must not hold invisible characters")
    default: return name
    }
    return nil
  }

  /// Names as of everything else; what the values may be, only the bench knows.
  mutating func workspace(_ given: Workspace) -> Workspace {
    var checked = Workspace()
    for field in Workspace.Field.allCases {
      guard let value = given[field] else { continue }
      checked[field] = name(value, field.rawValue)
    }
    if let abbreviation = checked[.abbreviation], abbreviation.unicodeScalars.count > 10 {
      add("abbreviation", "must have at most 10 characters")
    }
    return checked
  }

  mutating func value(of result: Result<String, FieldError>?, _ field: String) -> String? {
    switch result {
    case .success(let value): return value
    case .failure(let error): all.append(error)
    case nil: add(field, "is required")
    }
    return nil
  }

  mutating func subdomain(_ given: String?, organization: String?) -> String? {
    if let given {
      guard let reason = Subdomain.validate(given) else { return given }
      add("subdomain", reason)
      return nil
    }
    guard let organization else { return nil }  // its own error says enough
    do {
      return try Subdomain.derive(from: organization)
    } catch {
      all.append(error)
      return nil
    }
  }
}
