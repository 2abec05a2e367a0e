// Where a sandbox's bench lives: a folder of the user's, or a temporary one.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The folder of a sandbox.
struct Sandbox: Sendable, Equatable {
  let folder: String
  /// It ends with the process; the agent removes it.
  let isTemporary: Bool

  /// - Parameter given: the folder, or an empty string for a new temporary one.
  init(_ given: String) throws(ConfigurationError) {
    isTemporary = given.isEmpty
    guard isTemporary else {
      if mkdir(given, 0o755) != 0, errno != EEXIST {
        throw ConfigurationError(
          "--sandbox=\(given) cannot be made: \(String(cString: strerror(errno))).")
      }
      guard let path = realpath(given, nil) else {
        throw ConfigurationError(
          "--sandbox=\(given) cannot be used: \(String(cString: strerror(errno))).")
      }
      defer { free(path) }
      folder = String(cString: path)
      return
    }
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/tenantd-sandbox.XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw ConfigurationError(
        "No temporary sandbox can be made in \(base): \(String(cString: strerror(errno))).")
    }
    folder = template.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map { String(cString: $0) } ?? ""
    }
  }
}
