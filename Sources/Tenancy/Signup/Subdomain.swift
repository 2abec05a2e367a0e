// The first label of a tenant's site name: made from the organisation's name, or given and checked.

/// Rules for the subdomain of a tenant, such as `acme-corp`.
public enum Subdomain {
  /// The longest label that DNS knows.
  public static let maximumLength = 63

  /// What the names of tenantd's own hidden sites begin with; no tenant can be called so.
  public static let hiddenPrefix = "tenantd-"

  /// Names that no tenant gets: people and programs take them for the service itself, or mail and
  /// name servers do.
  public static let reserved: Set<String> = [
    "admin", "administrator", "api", "app", "assets", "auth", "billing", "blog", "cdn",
    "dashboard", "docs", "files", "ftp", "help", "imap", "localhost", "login", "mail", "ns1", "ns2",
    "pop", "root", "signup", "smtp", "static", "status", "support", "webmail", "www",
  ]

  private static let legalForms = [
    "corporation": "corp", "incorporated": "inc", "limited": "ltd", "company": "co",
  ]

  /// Makes a subdomain of an organisation's name: "Acme Corporation" gives "acme-corp".
  ///
  /// Legal forms are shortened wherever they follow another word, letters are folded to ASCII, and
  /// everything else becomes a single hyphen. A name that is too long is cut between two words, or in
  /// a word where less than half would be left.
  ///
  /// - Throws: An error for `organizationName` that asks for a `subdomain`, when nothing is left of
  ///   the name or what is left may not be used.
  public static func derive(from organization: String) throws(FieldError) -> String {
    func refusal(_ what: String) -> FieldError {
      FieldError(field: "organizationName", reason: "\(what); give `subdomain` as well")
    }
    let words = organization.folded.unicodeScalars
      .split { !$0.isLowerASCIILetter && !$0.isASCIIDigit }.map(String.init)
    guard let first = words.first else {
      throw refusal("has no letter or digit that can stand in a web address")
    }
    let shortened = [first] + words.dropFirst().map { legalForms[$0, default: $0] }
    let name = cut(shortened.joined(separator: "-"))
    if let reason = validate(name) {
      throw refusal("gives the subdomain “\(name)”, which \(reason)")
    }
    return name
  }

  /// Names beside one that is taken, the nearest first: `acme-corp-2` and on.
  ///
  /// - Parameter more: Numbers to end the list with, for a name that many have wanted.
  public static func alternatives(to name: String, more: [Int] = []) -> [String] {
    (Array(2...9) + more).compactMap { number in
      let end = "-\(number)"
      var head = name.prefix(maximumLength - end.utf8.count)
      while head.last == "-" { head.removeLast() }
      let alternative = head + end
      return validate(String(alternative)) == nil ? String(alternative) : nil
    }
  }

  /// Says what is wrong with a subdomain that was given, or `nil` when it can be used.
  ///
  /// A subdomain is one label of RFC 1123 in lower case, is not reserved, and does not look like
  /// an encoded one (`xn--`) or a hidden site's.
  public static func validate(_ given: String) -> String? {
    let scalars = given.unicodeScalars
    if scalars.isEmpty { return "must not be empty" }
    if scalars.count > maximumLength { return "must have at most \(maximumLength) characters" }
    guard scalars.allSatisfy({ $0.isLowerASCIILetter || $0.isASCIIDigit || $0 == "-" }) else {
      return "may hold only lower-case letters a to z, digits and hyphens"
    }
    if scalars.first == "-" || scalars.last == "-" { return "must not begin or end with a hyphen" }
    if given.hasPrefix("xn--") { return "must not begin with “xn--”" }
    if given.hasPrefix(hiddenPrefix) { return "must not begin with “\(hiddenPrefix)”" }
    if reserved.contains(given) { return "is reserved" }
    return nil
  }

  private static func cut(_ name: String) -> String {
    guard name.utf8.count > maximumLength else { return name }
    // One more than may stay: a hyphen just behind the limit is as good a place to cut.
    let head = name.prefix(maximumLength + 1)
    if let end = head.lastIndex(of: "-"), head[..<end].utf8.count > maximumLength / 2 {
      return String(head[..<end])
    }
    // “the” is no name for a company.
    return String(head.dropLast())
  }
}
