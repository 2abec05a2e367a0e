// The environment that a launcher gets. Secrets are not part of it: they travel in messages.

import Bench

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

enum ChildEnvironment {
  /// This process's environment as `NAME=value`, without the settings that carry secrets. An agent
  /// that is a child of ours gets only what a program needs; what a launcher needs (`docker compose`
  /// fills the compose file in from it) is not known here, and does not reach the agent.
  static func current(for launcher: Launcher) -> [String] {
    all().filter { name, _ in
      !Configuration.secretNames.contains(name)
        && (!launcher.prefix.isEmpty || isForPrograms(name))
    }
    .map { "\($0.key)=\($0.value)" }.sorted()
  }

  private static let names: Set<String> = [
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR",
    "LD_LIBRARY_PATH", "VIRTUAL_ENV", "SSL_CERT_FILE", "SSL_CERT_DIR",
  ]
  private static let prefixes = ["LC_", "PYTHON", "PYENV_", "FRAPPE_"]

  private static func isForPrograms(_ name: String) -> Bool {
    names.contains(name) || prefixes.contains { name.hasPrefix($0) }
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
