// A test suite in another language, run as one test: against the built program, in a temporary
// folder of its own in which nothing may be left, and with nothing left running.
import Foundation
import Testing

/// A command that tests something, and the folder in which it does.
struct ForeignSuite {
  /// The package's root.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  /// From its turn to its end.
  private static let limit = Duration.seconds(300)

  private let folder: String
  private let command: [String]

  /// - Parameters:
  ///   - folder: where it runs, from the package's root.
  ///   - command: a program and its arguments.
  init(in folder: String, _ command: String...) {
    self.folder = "\(Self.root)/\(folder)"
    self.command = command
  }

  /// Runs it to its end when its turn comes, and returns what it said on both outputs. When it fails,
  /// the issue shows the tail of that.
  @discardableResult
  func run(sourceLocation: SourceLocation = #_sourceLocation) async throws -> String {
    try await InTurn.run(isLong: true) {
      try await withThrowingTaskGroup(of: String.self) { group in
        group.addTask { try await runNow(sourceLocation) }
        // A test's own limit counts from before its turn, which may come late.
        group.addTask {
          try await Task.sleep(for: Self.limit)
          throw CancellationError()
        }
        defer { group.cancelAll() }
        return try await group.next() ?? ""
      }
    }
  }

  private func runNow(_ sourceLocation: SourceLocation) async throws -> String {
    let temporary = try Self.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: temporary) }
    // The program's own settings are no suite's business; what is said of the run is all of ours.
    let ours: Set = ["TENANTD_CI_MARK", "TENANTD_TEST_ALL_TOOLS"]
    let settings = ProcessInfo.processInfo.environment.filter {
      !$0.key.hasPrefix("TENANTD_") || ours.contains($0.key)
    }
    let own = [
      "TMPDIR": temporary, "TENANTD_BINARY": Program.path, "PYTHONDONTWRITEBYTECODE": "1",
      "PATH": Program.environment["PATH"] ?? "",
    ]
    let shell = #"unset TENANTD_POOL; cd "$1" && shift && exec "$@" 2>&1"#
    let program = try Program(
      executable: "/bin/sh", ["-c", shell, "sh", folder] + command,
      environment: settings.merging(own) { $1 })
    program.closeInput()
    defer {
      program.signal(SIGKILL)
      for process in Self.processes(of: temporary) { kill(process.pid, SIGKILL) }
    }
    func said() -> [String] {
      program.lines.all.map { String(decoding: $0.prefix(400), as: UTF8.self) }
    }
    func record(_ what: String) {
      // What failed may have been told long before the end, with the cause behind it.
      let early = said().dropLast(60)
      let faults = early.indices.filter {
        early[$0].contains("not ok ") || early[$0].contains(" ... FAIL")
      }.prefix(10).flatMap { early[$0..<min($0 + 14, early.endIndex)] }
      let tail = (faults + said().suffix(60)).joined(separator: "\n")
      Issue.record("\(command) \(what):\n\(tail)", sourceLocation: sourceLocation)
    }
    let end: Program.End
    do {
      end = try await program.end()
    } catch {
      record("was not done in time")
      throw error
    }
    try await program.lines.closed()
    if end != .exit(0) { record("ended with \(end)") }
    try await Self.expectNoProcess(of: temporary, sourceLocation)
    let left = try FileManager.default.contentsOfDirectory(atPath: temporary)
    #expect(left == [], "left in its temporary folder", sourceLocation: sourceLocation)
    return said().joined(separator: "\n")
  }

  private static func temporaryFolder() throws -> String {
    var template = Array(
      (NSTemporaryDirectory() as NSString).appendingPathComponent("s.XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil, let real = realpath(template, nil) else {
      throw Trouble("no temporary folder: \(errno)")
    }
    defer { free(real) }
    return String(cString: real)
  }

  /// Those that were given the folder as theirs, or work in it.
  private static func processes(of temporary: String) -> [TestProcess] {
    TestProcess.all.filter { process in
      process.environment.contains { $0.hasPrefix("TMPDIR=\(temporary)") }
        || process.arguments.contains { $0.contains(temporary) }
    }
  }

  /// What a suite has ended may take a moment for that, but not longer.
  private static func expectNoProcess(
    of temporary: String, _ sourceLocation: SourceLocation
  ) async throws {
    try await TestProcess.awaitEnd(of: processes(of: temporary))
    let left = processes(of: temporary).map { $0.arguments.joined(separator: " ").prefix(200) }
    #expect(left == [], "left running", sourceLocation: sourceLocation)
  }
}
