// Which passwords an owner may choose. The bench's own check does not run for users made by program.

/// Rules for an owner's password: long enough, not a common one, not a personal one.
public enum PasswordRules {
  /// In characters.
  public static let length = 12...128

  /// Says what is wrong with a password, or `nil` when it is good.
  ///
  /// The reason never holds the password or a part of it. Personal facts are those that are known;
  /// `nil` for one that is missing or wrong.
  public static func fault(
    in password: String, email: String?, organization: String?, fullName: String?
  ) -> String? {
    if password.count < length.lowerBound {
      return "must have at least \(length.lowerBound) characters"
    }
    if password.unicodeScalars.count > length.upperBound {
      return "must have at most \(length.upperBound) characters"
    }
    if password.hasControlCharacters { return "must not hold control characters" }
    if CommonPasswords.contains(password) {
      return "is too common: choose one that is hard to guess"
    }
    let plain = password.folded
    if let email, personalParts(ofEmail: email).contains(where: plain.contains) {
      return "must not contain a part of the e-mail address"
    }
    if let fullName, personalParts(fullName).contains(where: plain.contains) {
      return "must not contain a part of the owner's name"
    }
    if let organization, personalParts(organization).contains(where: plain.contains) {
      return "must not contain a part of the organisation's name"
    }
    return nil
  }

  private static func personalParts(ofEmail email: String) -> [String] {
    let local = String(email.prefix { $0 != "@" })
    return personalParts(local) + (local.count >= 4 ? [local.folded] : [])
  }

  // The words of a name, and all of them together; short ones are in too many passwords by chance.
  private static func personalParts(_ name: String) -> [String] {
    let words = name.folded.split { !$0.isLetter && !$0.isNumber }
      .filter { !genericWords.contains(String($0)) }
    return (words.map(String.init) + [words.joined()]).filter { $0.count >= 4 }
  }

  // Every other organisation has one of these, so that they say nothing about this one.
  private static let genericWords: Set<String> = [
    "corporation", "corp", "incorporated", "limited", "company", "gmbh", "group",
  ]
}
