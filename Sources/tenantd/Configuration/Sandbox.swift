// Where a sandbox's bench lives: a folder of the user's, or a temporary one.

import Bench
import JSONRPC
import StandIn

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
      if let fault = Self.fault(of: folder) {
        throw ConfigurationError("--sandbox=\(given) cannot be used: \(fault).")
      }
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

  /// The names that a sandbox has; the agent makes the same ones (`frappe.sandbox.py`).
  private static let names: Set<String> = [
    ".", "..", "sites", "apps", "databases", "logs", "queue", "cache",
  ]

  /// Why the folder is no place for a sandbox: it holds something else. The agent looks again; here
  /// a mistake is told before the first request.
  private static func fault(of folder: String) -> String? {
    guard let entries = opendir(folder) else { return String(cString: strerror(errno)) }
    defer { closedir(entries) }
    let config = folder + "/sites/common_site_config.json"
    if access(config, F_OK) == 0 {
      let isSandbox = read(config).flatMap { try? JSON(parsing: $0) }?["sandbox"] == 1
      return isSandbox ? nil : "it is a bench, but not a sandbox"
    }
    while let entry = readdir(entries) {
      guard let name = entry.pointer(to: \.d_name) else { continue }
      let text = String(cString: UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self))
      if !names.contains(text) { return "it holds something that is not a sandbox: \(text)" }
    }
    return access(folder, W_OK) == 0 ? nil : String(cString: strerror(errno))
  }

  /// The first 64 KiB, which is more than such a file has.
  private static func read(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "re") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = fread(&bytes, 1, bytes.count, file)
    return Array(bytes.prefix(count))
  }
}

extension Launcher.StandIn {
  /// The one that this program carries.
  static let embedded = Launcher.StandIn(
    modules: StandIn.modules.map { Launcher.Module(name: $0.name, source: $0.source) },
    maker: StandIn.maker)
}
