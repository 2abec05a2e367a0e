// The machine's processes, to see what works and what was left.
import Foundation

/// One line of `ps`, from `/proc`.
struct TestProcess: Sendable {
  let pid: pid_t
  let parent: pid_t
  let arguments: [String]

  var environment: [String] { Self.words("/proc/\(pid)/environ") }

  /// What it has open: paths, and names for what has none.
  var files: Set<String> {
    let folder = "/proc/\(pid)/fd"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return Set(
      names.compactMap {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)")
      })
  }

  /// The pipes among that, by their numbers.
  var pipes: Set<UInt64> {
    Set(
      files.compactMap { file in
        file.hasPrefix("pipe:[") ? UInt64(file.dropFirst(6).dropLast()) : nil
      })
  }

  /// Returns when all of them have ended; what does not end by itself is not waited for forever.
  static func awaitEnd(of processes: [TestProcess]) async throws {
    guard !processes.isEmpty else { return }
    let pids = processes.map { "--pid=\($0.pid)" }
    let words = ["20", "tail", "-s", "0.02", "-f", "/dev/null"] + pids
    _ = try await Program(executable: "timeout", words).end()
  }

  static var isSupported: Bool { FileManager.default.fileExists(atPath: "/proc/self/stat") }

  static var all: [TestProcess] {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return entries.compactMap { pid_t($0) }.sorted().compactMap { pid in
      guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
        let rest = stat.split(separator: ")").last?.split(separator: " "), rest.count > 1,
        let parent = pid_t(rest[1])
      else { return nil }
      return TestProcess(pid: pid, parent: parent, arguments: words("/proc/\(pid)/cmdline"))
    }
  }

  /// Parents before their children.
  static func descendants(of pid: pid_t) -> [TestProcess] {
    let all = all
    var found: [TestProcess] = []
    var parents: Set<pid_t> = [pid]
    while true {
      let next = all.filter { process in
        parents.contains(process.parent) && !found.contains { $0.pid == process.pid }
      }
      if next.isEmpty { return found }
      found += next
      parents = Set(next.map(\.pid))
    }
  }

  private static func words(_ file: String) -> [String] {
    guard let data = FileManager.default.contents(atPath: file) else { return [] }
    return data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }
}
