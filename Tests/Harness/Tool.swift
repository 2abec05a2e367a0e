// Programs that a test needs and a machine may lack: without them it is skipped, and says so.
import Foundation
import Testing

/// A program, or what one has to bring.
struct Tool: Sendable {
  let name: String
  let isThere: Bool

  /// A command in PATH.
  init(_ name: String) {
    self.init(name, isThere: Tool.path(of: name) != nil)
  }

  init(_ name: String, isThere: Bool) {
    self.name = name
    self.isThere = isThere
  }

  /// Whether a test that lacks one fails. Such a run has time as well: floods are longer in it.
  static let allAreWanted = ProcessInfo.processInfo.environment["TENANTD_TEST_ALL_TOOLS"] == "1"

  static let bash = Tool("bash")
  static let jq = Tool("jq")
  static let flock = Tool("flock")
  static let perl = Tool("perl")
  static let python = Tool("python3")
  static let script = Tool("script")
  static let tsc = Tool("tsc")
  static let npm = Tool("npm")
  static let node = Tool("node 20 or later", isThere: version(of: "node") >= 20)
  static let chromium = Tool(
    ProcessInfo.processInfo.environment["CHROMIUM"] ?? "chromium")

  /// Where a command is: itself when it is a path, else looked for in PATH.
  static func path(of command: String) -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let places = command.contains("/") ? [command] : folders.map { "\($0)/\(command)" }
    return places.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// The Python that `python3` means, as its own path says.
  static let interpreter = firstLine(of: "python3", "-c 'import sys; print(sys.executable)'")
    .flatMap { path(of: $0) }

  /// The first number of what `--version` says; 0 without the command.
  private static func version(of command: String) -> Int {
    let said = firstLine(of: command, "--version") ?? ""
    return said.firstMatch(of: /[0-9]+/).flatMap { Int($0.output) } ?? 0
  }

  /// What a command says first; nil without it, or when it fails.
  static func firstLine(of command: String, _ arguments: String) -> String? {
    guard let path = path(of: command), let output = popen("'\(path)' \(arguments)", "r") else {
      return nil
    }
    var line = [CChar](repeating: 0, count: 1000)
    let isThere = fgets(&line, Int32(line.count), output) != nil
    guard pclose(output) == 0, isThere else { return nil }
    let bytes = line.prefix { $0 != 0 && $0 != 0x0A }.map(UInt8.init(bitPattern:))
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips a test that lacks one of these; where all tools are to be there, it fails.
  static func needs(_ tools: Tool...) -> Self {
    let missing = tools.filter { !$0.isThere }.map(\.name).joined(separator: ", ")
    return .enabled("for want of \(missing)") {
      if !missing.isEmpty && Tool.allAreWanted {
        throw Trouble("TENANTD_TEST_ALL_TOOLS is 1, but there is no \(missing)")
      }
      return missing.isEmpty
    }
  }
}
