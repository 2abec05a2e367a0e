// The environment that a launcher gets: all but the secrets, which travel in messages.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

enum ChildEnvironment {
  /// This process's environment as `NAME=value`, without the settings that carry secrets.
  static func current() -> [String] {
    all().filter { !Configuration.secretNames.contains($0.key) }
      .map { "\($0.key)=\($0.value)" }.sorted()
  }

  /// This process's environment.
  static func all() -> [String: String] {
    var result: [String: String] = [:]
    var next = environ
    while let entry = next.pointee {
      let parts = String(cString: entry).split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { result[String(parts[0])] = String(parts[1]) }
      next = next.advanced(by: 1)
    }
    return result
  }
}
