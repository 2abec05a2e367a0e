// The other end of a connection under test, over real pipes, and small helpers.
import Foundation
import Synchronization
import Testing

@testable import JSONRPC

/// Writes and reads raw lines; nothing it does blocks a task.
final class Peer: Sendable {
  let connection: Connection
  /// What the connection writes, line by line, until it closes its output.
  let lines: AsyncStream<String>
  let events: AsyncStream<Connection.Event>

  private let sending: Int32
  private let receiving: Int32
  private let linesContinuation: AsyncStream<String>.Continuation
  private let isEnded = Mutex(false)

  /// - Parameter reads: whether to read from the start; else `startReading` does.
  init(
    maximumLine: Int = 1 << 20, maximumBacklog: Int = 64 << 20,
    limits: RequestLimits = RequestLimits(), reads: Bool = true
  ) throws {
    _ = ignoreBrokenPipes
    let input = try makePipe()
    let output = try makePipe()
    let (events, eventsContinuation) = AsyncStream.makeStream(of: Connection.Event.self)
    (lines, linesContinuation) = AsyncStream.makeStream(of: String.self)
    self.events = events
    sending = input.write
    receiving = output.read
    connection = Connection(
      input: input.read, output: output.write, maximumLine: maximumLine,
      maximumBacklog: maximumBacklog, limits: limits,
      onEvent: { eventsContinuation.yield($0) })
    if reads { startReading() }
  }

  /// Writes on a thread of its own, in order with nothing else that is being written.
  func send(_ bytes: [UInt8], thenEnd: Bool = false) {
    Thread.detachNewThread { [self] in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(sending, $0.baseAddress, $0.count) }
        guard count > 0 else { break }
        rest = rest.dropFirst(count)
      }
      if thenEnd { end() }
    }
  }

  /// Writes lines at once; only for what the pipe surely takes.
  func send(_ lines: String...) {
    let bytes = Array(lines.map { $0 + "\n" }.joined().utf8)
    #expect(bytes.count <= 4096)
    #expect(bytes.withUnsafeBytes { write(sending, $0.baseAddress, $0.count) } == bytes.count)
  }

  /// Ends the connection's input.
  func end() {
    isEnded.withLock { ended in
      if !ended { close(sending) }
      ended = true
    }
  }

  /// Reads until the end of the connection's output, and closes this end of it.
  func startReading() {
    Thread.detachNewThread { [receiving, linesContinuation] in
      var line: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let count = buffer.withUnsafeMutableBytes { read(receiving, $0.baseAddress, $0.count) }
        guard count > 0 else { break }
        var rest = buffer[..<count]
        while let end = rest.firstIndex(of: 0x0A) {
          line += rest[..<end]
          linesContinuation.yield(String(decoding: line, as: UTF8.self))
          line = []
          rest = rest[(end + 1)...]
        }
        line += rest
      }
      if !line.isEmpty {
        linesContinuation.yield("unfinished: " + String(decoding: line, as: UTF8.self))
      }
      close(receiving)
      linesContinuation.finish()
    }
  }

  /// Goes away without having read: only for a peer that does not.
  func stopListening() {
    close(receiving)
    linesContinuation.finish()
  }

  /// All lines until the end.
  func remainingLines() async -> [String] {
    var all: [String] = []
    for await line in lines { all.append(line) }
    return all
  }

  /// The next line.
  func line() async throws -> String {
    for await line in lines { return line }
    throw Ended()
  }

  /// Expects the next line to be this.
  func expect(_ line: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let next = try await self.line()
    #expect(next == line, sourceLocation: sourceLocation)
  }

  struct Ended: Error {}
}

/// Sends bytes, then the end, to a connection and returns all of its lines.
func converse(
  _ bytes: [UInt8], maximumLine: Int = 1 << 20,
  _ handler: @escaping @Sendable (Request) -> Handling = serveExamples
) async throws -> [String] {
  let peer = try Peer(maximumLine: maximumLine)
  peer.send(bytes, thenEnd: true)
  await peer.connection.run(handler)
  return await peer.remainingLines()
}

func converse(
  _ text: String, _ handler: @escaping @Sendable (Request) -> Handling = serveExamples
) async throws -> [String] {
  try await converse(Array(text.utf8), handler)
}

/// The methods of the specification's examples, and `ping`.
@Sendable func serveExamples(_ request: Request) -> Handling {
  let numbers = request.params?.array?.compactMap(\.integer) ?? []
  switch request.method {
  case "ping": return .reply("pong")
  case "echo": return .reply(request.params ?? .null)
  case "sum": return .reply(.integer(numbers.reduce(0, +)))
  case "subtract":
    let first = request.params?["minuend"]?.integer ?? numbers.first ?? 0
    let second = request.params?["subtrahend"]?.integer ?? numbers.last ?? 0
    return .reply(.integer(first - second))
  case "get_data": return .reply(["hello", 5])
  case "slow": return .task { () async throws(RPCError) in .string("slow") }
  case "update", "notify_hello", "notify_sum": return .reply(.null)
  default: return .fail(.methodNotFound(request.method))
  }
}

/// Opens once, for all who wait.
final class Gate: Sendable {
  private let state = Mutex<(isOpen: Bool, waiting: [CheckedContinuation<Void, Never>])>(
    (false, []))

  func open() {
    let waiting = state.withLock { state in
      state.isOpen = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  func wait() async {
    await withCheckedContinuation { continuation in
      let isOpen = state.withLock { state in
        if !state.isOpen { state.waiting.append(continuation) }
        return state.isOpen
      }
      if isOpen { continuation.resume() }
    }
  }
}

/// Waits until the task is cancelled, then throws an error that says so.
@Sendable func untilCancelled() async throws(RPCError) -> JSON {
  let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
  for await _ in stream {}
  continuation.finish()
  throw RPCError(code: 1, message: Task.isCancelled ? "cancelled" : "not cancelled")
}

/// Random numbers that are the same each time (SplitMix64).
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// As the executable does.
private let ignoreBrokenPipes: Void = { signal(SIGPIPE, SIG_IGN) }()

struct NoPipe: Error { let errno: Int32 }

func makePipe() throws -> (read: Int32, write: Int32) {
  var ends: [Int32] = [-1, -1]
  guard pipe(&ends) == 0 else { throw NoPipe(errno: errno) }
  for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  return (ends[0], ends[1])
}

extension RequestID: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
  public init(integerLiteral value: Int64) { self = .integer(value) }
  public init(stringLiteral value: String) { self = .string(value) }
}
