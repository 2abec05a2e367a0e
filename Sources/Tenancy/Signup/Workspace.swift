// What a signup says of the workspace behind the site: where its company is, and what it is called.

/// What is left out comes from the country as the bench knows it, and from the operator's settings.
/// What the bench does not know is refused there.
public struct Workspace: Sendable, Equatable {
  /// The members, in the order in which they are told.
  public enum Field: String, Sendable, CaseIterable {
    /// ISO 3166-1 alpha-2, or Frappe's own name.
    case country
    /// ISO 4217.
    case currency
    /// BCP 47.
    case language
    /// IANA.
    case timeZone
    case chartOfAccounts
    /// MM-DD.
    case fiscalYearStart
    /// The organisation's name unless told.
    case companyName
    /// The company's initials unless told.
    case abbreviation
  }

  public private(set) var values: [Field: String] = [:]

  public init() {}

  public subscript(_ field: Field) -> String? {
    get { values[field] }
    set { values[field] = newValue }
  }

  /// What decides which template the site is a copy of.
  public static let profileFields = Field.allCases.filter {
    $0 != .companyName && $0 != .abbreviation
  }

  /// The same text for the same wishes, kept with the tenant; nil where nothing is wished.
  public var asked: String? { text(of: Field.allCases) }

  /// The same of what decides which template the site is a copy of.
  public var profileWish: String? { text(of: Self.profileFields) }

  private func text(of fields: [Field]) -> String? {
    let told = fields.compactMap { field in values[field].map { "\(field.rawValue)=\($0)" } }
    return told.isEmpty ? nil : told.joined(separator: "\n")
  }
}

/// A link that logs the owner in once.
public struct LoginWish: Sendable, Equatable {
  /// Seconds from the answer.
  public var expires: Int
  /// Where on the site it leads; nil: where Frappe leads whoever logs in.
  public var path: String?
  public static let expires = 1...600

  public init(expires: Int = 60, path: String? = nil) {
    (self.expires, self.path) = (expires, path)
  }
}
