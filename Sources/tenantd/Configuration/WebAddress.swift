// The scheme and port that a tenant's URL takes over from the bench's own.

/// An http or https address: `http://localhost:8080`.
struct WebAddress: Sendable, Equatable {
  let scheme: String
  let host: String
  /// With its colon; empty for the scheme's own.
  let port: String

  init(_ text: String, setting: Setting) throws(ConfigurationError) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    // What stands before an @ may be a password.
    let told = text.lastIndex(of: "@").map { "…" + text[$0...] } ?? text
    let bad = ConfigurationError(
      "\(setting.name) is “\(told)”, but must be an address such as \(setting.standard).")
    guard parts.count >= 3, ["http:", "https:"].contains(parts[0]), parts[1].isEmpty,
      !parts[2].isEmpty, !parts[2].contains("@")
    else { throw bad }
    scheme = String(parts[0].dropLast())
    guard let colon = parts[2].lastIndex(of: ":"), !parts[2].hasSuffix("]") else {
      (host, port) = (parts[2], "")
      return
    }
    let digits = parts[2][parts[2].index(after: colon)...]
    guard let number = UInt16(digits), number > 0 else { throw bad }
    (host, port) = (String(parts[2][..<colon]), ":\(number)")
  }

  /// The address of a site behind the same server.
  func url(of site: String) -> String { "\(scheme)://\(site)\(port)" }
}
