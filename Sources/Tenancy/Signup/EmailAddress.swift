// What passes for an e-mail address: the common form, as Frappe accepts it, and no more.

/// Rules for an owner's e-mail address.
enum EmailAddress {
  /// Users that every Frappe site has from the start, under these addresses.
  private static let builtIn: Set<String> = ["admin@example.com", "guest@example.com"]

  /// Brings an address into the form in which it is stored, or says what is wrong with it.
  ///
  /// Addresses are compared without case, because Frappe stores them in lower case.
  static func normalise(_ given: String) -> Result<String, FieldError> {
    func refuse(_ reason: String) -> Result<String, FieldError> {
      .failure(FieldError(field: "email", reason: reason))
    }
    let address = given.trimmed.lowercased()
    let scalars = address.unicodeScalars
    if scalars.isEmpty { return refuse("must not be empty") }
    if scalars.count > 140 { return refuse("must have at most 140 characters") }
    let parts = scalars.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return refuse("must have exactly one “@”") }
    let (local, domain) = (parts[0], parts[1])
    guard (1...64).contains(local.count), dotted(local, where: isLocal) else {
      return refuse("must have 1 to 64 plain letters, digits or signs before the “@”")
    }
    guard domain.allSatisfy(\.isASCII) else {
      return refuse(
        "must have its domain in ASCII: write “bücher.example” as “xn--bcher-kva.example”")
    }
    let labels = domain.split(separator: ".", omittingEmptySubsequences: false)
    guard labels.count > 1, labels.allSatisfy({ isHostLabel(Substring($0)) }),
      let top = labels.last, top.count > 1, top.first?.isLowerASCIILetter == true
    else {
      return refuse("must have a domain such as “example.com” after the “@”")
    }
    if builtIn.contains(address) { return refuse("is an address that every site uses itself") }
    return .success(address)
  }

  private static func dotted(
    _ text: Substring.UnicodeScalarView, where allowed: (Unicode.Scalar) -> Bool
  ) -> Bool {
    text.split(separator: ".", omittingEmptySubsequences: false)
      .allSatisfy { !$0.isEmpty && $0.allSatisfy(allowed) }
  }

  // RFC 5322's atext. The apostrophe is in it, as in o'brien@example.com; double quotes, brackets
  // and white space are not.
  private static func isLocal(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isLowerASCIILetter || scalar.isASCIIDigit
      || "!#$%&'*+-/=?^_`{|}~".unicodeScalars.contains(scalar)
  }

  private static func isHostLabel(_ label: Substring) -> Bool {
    let scalars = label.unicodeScalars
    return (1...63).contains(scalars.count) && scalars.first != "-" && scalars.last != "-"
      && scalars.allSatisfy { $0.isLowerASCIILetter || $0.isASCIIDigit || $0 == "-" }
  }
}
