// The compose project that the Docker tests work on: its services, and what is in the bench.
import Foundation
import JSONRPC
import Testing

@testable import Harness

/// The project in TENANTD_TEST_COMPOSE: `.ci/stack`, or one of its shape.
enum Stack {
  static let isWanted = ProcessInfo.processInfo.environment["TENANTD_TEST_DOCKER"] == "1"

  static let folder: String = {
    let given = ProcessInfo.processInfo.environment["TENANTD_TEST_COMPOSE"] ?? ".ci/stack"
    return URL(fileURLWithPath: given).path
  }()

  /// The name and the URL that everything in here uses for the bench.
  static let environment = ["TENANTD_COMPOSE_DIR": folder, "TENANTD_LOG": "debug"]

  // Commands

  /// Runs a command to its end and returns its standard output; a failure is thrown with what it
  /// said.
  @discardableResult
  static func run(_ command: [String], input: String = "") async throws -> String {
    let program = try Program(executable: command[0], Array(command.dropFirst()))
    program.write(Array(input.utf8))
    program.closeInput()
    let end = try await program.end()
    try await program.lines.closed()
    let output = text(program.lines)
    guard end == .exit(0) else {
      try await program.errors.closed()
      throw Trouble("\(command.prefix(6)): \(end): \(text(program.errors))")
    }
    return output
  }

  @discardableResult
  static func compose(_ arguments: String...) async throws -> String {
    try await run(["docker", "compose", "--project-directory", folder] + arguments)
  }

  /// Runs a command in a service's container.
  @discardableResult
  static func exec(
    in service: String = "backend", _ command: [String], input: String = ""
  ) async throws -> String {
    try await run(["docker", "exec", "-i", container(service)] + command, input: input)
  }

  /// Compose's own name of the container, which stays over a restart.
  static func container(_ service: String) -> String { "tenantd-ci-\(service)-1" }

  static func text(_ inbox: Inbox<[UInt8]>) -> String {
    inbox.all.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
  }

  // The probe

  private static let probe: String = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    return (try? String(contentsOf: file.appendingPathComponent("probe.py"), encoding: .utf8)) ?? ""
  }()

  static func probeCommand(_ arguments: [String]) -> [String] {
    ["docker", "exec", "-i", container("backend"), "env/bin/python", "-c", probe] + arguments
  }

  /// Asks the program `probe.py`, which says there what it answers.
  @discardableResult
  static func ask(_ command: String, _ arguments: String...) async throws -> JSON {
    try JSON(parsing: Array(try await run(probeCommand([command] + arguments)).utf8))
  }

  /// What is in the bench that tenantd made, anywhere.
  static func contents() async throws -> [String] {
    try await ask("contents").array?.compactMap(\.string) ?? []
  }

  /// The sites of one state, by name, with their configs.
  static func sites(_ state: String) async throws -> [(name: String, config: JSON)] {
    let found = try await ask("sites").object?.members ?? []
    return found.filter { $0.value["tenantd"]?["state"]?.string == state }
      .map { ($0.key, $0.value) }
  }

  /// Rows of strings.
  @discardableResult
  static func sql(_ statement: String) async throws -> [[String]] {
    try await ask("sql", statement).array?.map { $0.array?.compactMap(\.string) ?? [] } ?? []
  }

  /// Status and user that a login over HTTP gets.
  static func logIn(with tenant: JSON) async throws -> JSON {
    try await ask(
      "log_in", tenant["site"]?.string ?? "", tenant["apiKey"]?.string ?? "",
      tenant["apiSecret"]?.string ?? "")
  }

  // Levers of the stand-in

  /// Pulls a lever at a point; without a lever, all are let go of.
  static func lever(
    _ kind: String? = nil, at point: String = "", _ value: JSON = true, match: String = ""
  ) async throws {
    var levers: JSONObject = [:]
    if let kind { levers[kind] = [point: ["what": value, "match": .string(match)]] }
    try await write(
      String(decoding: JSON.object(levers).encoded(), as: UTF8.self), to: "sites/sandbox.json")
  }

  /// Replaces a file of the bench, at once.
  static func write(_ text: String, to file: String) async throws {
    try await exec(
      [
        "sh", "-c", "mkdir -p \"$(dirname \"$0\")\" && cat > \"$0.new\" && mv \"$0.new\" \"$0\"",
        file,
      ],
      input: text)
  }
}

/// A place in the bench where jobs wait, until it is opened or lost with its container.
final class Gate: Sendable {
  private static let path = "/tmp/tenantd-test-gate"
  private let program: Program

  /// Holds whatever comes to that point and mentions `match`.
  init(at point: String, match: String = "") async throws {
    let path = Self.path + String(UInt32.random(in: 0...UInt32.max))
    program = try Program(
      executable: "docker", Array(Stack.probeCommand(["hold", path]).dropFirst()))
    _ = try await program.lines.first("the gate at \(point)") { $0 == Array(#""waiting""#.utf8) }
    try await Stack.lever("hold", at: point, .string(path), match: match)
  }

  /// Returns when a job waits here.
  func reached() async throws {
    _ = try await program.lines.first("a job at the gate") { $0 == Array(#""reached""#.utf8) }
  }

  /// Holds nobody any more.
  func open() async throws {
    try await Stack.lever()
    program.closeInput()
    _ = try await program.end()
  }
}
