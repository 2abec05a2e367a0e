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

  /// The first number of what `--version` says; 0 without the command.
  private static func version(of command: String) -> Int {
    guard let path = path(of: command), let output = popen("'\(path)' --version", "r") else {
      return 0
    }
    defer { pclose(output) }
    var line = [CChar](repeating: 0, count: 100)
    guard fgets(&line, 100, output) != nil else { return 0 }
    let said = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return said.firstMatch(of: /[0-9]+/).flatMap { Int($0.output) } ?? 0
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips a test that lacks one of these; where all tools are to be there, it fails.
  static func needs(_ tools: Tool...) -> Self {
    let missing = tools.filter { !$0.isThere }.map(\.name).joined(separator: ", ")
    return .enabled("for want of \(missing)") {
      if !missing.isEmpty && ProcessInfo.processInfo.environment["TENANTD_TEST_ALL_TOOLS"] == "1" {
        throw Trouble("TENANTD_TEST_ALL_TOOLS is 1, but there is no \(missing)")
      }
      return missing.isEmpty
    }
  }
}
