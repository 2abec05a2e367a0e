// A conversation with a running tenantd: lines out, messages in, told apart by their ids.
import Foundation
import JSONRPC
import Synchronization
import Testing

/// A serving tenantd.
final class Daemon: Sendable {
  let program: Program
  let messages = Inbox<JSON>()
  /// Whether its log tells what it does for the pool.
  private let tellsOfThePool: Bool
  private let lastID = Mutex<Int64>(1000)

  /// - Parameters:
  ///   - arguments: all of them.
  ///   - environment: as `Program` takes it.
  init(_ arguments: [String], environment: [String: String] = [:]) throws {
    program = try Program(arguments, environment: environment)
    tellsOfThePool = arguments.contains("--log=debug") || environment["TENANTD_LOG"] == "debug"
    listen()
  }

  private func listen() {
    let (lines, messages) = (program.lines, messages)
    lines.forEach { line in
      // What is no JSON would be a fault of the program: it is kept as a string, which fits nothing.
      let message = try? JSON(parsing: line)
      messages.add(message ?? .string("not JSON: " + String(decoding: line, as: UTF8.self)))
    } end: {
      messages.close()
    }
  }

  // Sending

  func send(_ message: JSON) { send(line: message.encoded()) }

  func send(line: [UInt8]) { program.write(line + [0x0A]) }

  func send(line: String) { send(line: Array(line.utf8)) }

  /// Sends a request and returns its id.
  @discardableResult
  func request(_ method: String, _ params: JSON = [:], id: JSON? = nil) -> JSON {
    let id =
      id
      ?? .integer(
        lastID.withLock {
          $0 += 1
          return $0
        })
    send(["jsonrpc": "2.0", "id": id, "method": .string(method), "params": params])
    return id
  }

  // Receiving

  /// The reply to a request, whole.
  func reply(_ id: JSON) async throws -> JSON {
    try await messages.first("the reply to \(id)") {
      $0["id"] == id && ($0["result"] != nil || $0["error"] != nil)
    }
  }

  /// The error that a request was answered with; a result fails the test.
  func error(
    _ id: JSON, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> JSON {
    let reply = try await reply(id)
    return try #require(reply["error"], "\(reply)", sourceLocation: sourceLocation)
  }

  /// A `progress` notification.
  func progress(_ id: JSON, step: Int64, _ state: String) async throws -> JSON {
    try await messages.first("progress of \(id)") {
      $0["method"] == "progress" && $0["params"]?["id"] == id
        && $0["params"]?["step"] == .integer(step) && $0["params"]?["state"] == .string(state)
    }
  }

  /// Calls, and returns the result; an error fails the test.
  @discardableResult
  func call(
    _ method: String, _ params: JSON = [:], id: JSON? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> JSON {
    let reply = try await reply(request(method, params, id: id))
    return try #require(reply["result"], "\(reply)", sourceLocation: sourceLocation)
  }

  /// Calls, and returns the error; a result fails the test.
  @discardableResult
  func refused(
    _ method: String, _ params: JSON = [:], id: JSON? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> JSON {
    try await error(request(method, params, id: id), sourceLocation: sourceLocation)
  }

  /// What it has written to standard error so far.
  var log: String {
    program.errors.all.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
  }

  /// Returns when such a line is in the log.
  func logged(_ text: String) async throws {
    _ = try await program.errors.first("the log line “\(text)”") {
      String(decoding: $0, as: UTF8.self).contains(text)
    }
  }

  /// Returns when there are that many lines of it in the log.
  func logged(_ text: String, times: Int) async throws {
    let count = Mutex(0)
    _ = try await program.errors.first("\(times) log lines “\(text)”") { line in
      guard String(decoding: line, as: UTF8.self).contains(text) else { return false }
      return count.withLock {
        $0 += 1
        return $0 == times
      }
    }
  }

  // Ending

  /// Waits until it and all of its children are gone, and returns how it ended.
  @discardableResult
  func end() async throws -> Program.End {
    let end = try await program.end()
    try await program.gone()
    try await messages.closed()
    try await program.errors.closed()
    return end
  }

  /// Ends its input and expects an orderly end.
  func finish(sourceLocation: SourceLocation = #_sourceLocation) async throws {
    program.closeInput()
    let end = try await end()
    #expect(end == .exit(0), "\(log)", sourceLocation: sourceLocation)
    #expect(
      messages.all.allSatisfy { $0.string == nil }, "stdout carries messages only",
      sourceLocation: sourceLocation)
  }

  /// Kills it as `kill -9` does.
  func kill() async throws {
    program.signal(SIGKILL)
    #expect(try await end() == .signal(SIGKILL))
  }

  deinit { program.signal(SIGKILL) }
}

extension JSON {
  /// `data.kind` of an error.
  var kind: String? { self["data"]?["kind"]?.string }

  /// The names in `data.fields` of an error.
  var fields: Set<String> {
    Set((self["data"]?["fields"]?.array ?? []).compactMap { $0["field"]?.string })
  }
}

extension Daemon {
  /// Returns when that many standbys wait.
  func poolIsFull(_ count: Int64) async throws {
    while true {
      let known = program.errors.all.count
      let isFull = try await call("status")["pool"]?["ready"] == .integer(count)
      // On a busy machine another may have been begun for one that is back by now.
      if isFull, !tellsOfThePool || poolRests { return }
      try Task.checkCancellation()
      // Else it is asked as often as it answers.
      guard tellsOfThePool else { continue }
      _ = try await program.errors.index("another word of the pool") { place, line in
        place >= known && String(decoding: line, as: UTF8.self).contains("pool: ")
      }
    }
  }
}

extension Daemon {
  /// Whether the last that its log tells of the pool is that nothing was to be done.
  private var poolRests: Bool {
    let last = program.errors.all.last { String(decoding: $0, as: UTF8.self).contains("pool: ") }
    let text = last.map { String(decoding: $0, as: UTF8.self) } ?? ""
    return text.contains("pool: kept") || text.contains("pool: nothing to do now")
  }

  /// How many standbys it has begun to make.
  var refills: Int {
    program.errors.all.count {
      String(decoding: $0, as: UTF8.self).contains("pool: makeStandby")
    }
  }
}

/// A good signup; its address is the subdomain's own.
func signup(_ name: String, _ more: JSONObject = [:]) -> JSON {
  var params: JSONObject = [
    "organizationName": .string(name), "fullName": "Jane Roe",
    "email": .string("owner@\(name.lowercased().filter { $0.isLetter || $0.isNumber }).example"),
    "password": "SecurePass123",
  ]
  for (key, value) in more.members { params[key] = value }
  return .object(params)
}
