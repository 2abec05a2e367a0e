// How a connection ends: end of input, a reader that went away, being stopped, being cancelled.
import Foundation
import Synchronization
import Testing

@testable import JSONRPC

@Suite(.timeLimit(.minutes(1)))
struct ConnectionEndTests {
  private let slow = #"{"jsonrpc":"2.0","id":1,"method":"slow"}"# + "\n"
  private let waited = #"{"jsonrpc":"2.0","id":1,"result":"waited"}"#

  @Test("End of input: tasks in flight finish and are answered, then run returns")
  func endOfInput() async throws {
    let peer = try Peer()
    let gate = Gate()
    async let run: Void = peer.connection.run { _ in
      .task { () async throws(RPCError) in
        await gate.wait()
        return "waited"
      }
    }
    peer.send(Array(slow.utf8), thenEnd: true)
    // Calls end when no answer can come: the reading is over, the task is not.
    await #expect(throws: CallError.closed) { try await peer.connection.call("x", .null) }
    gate.open()
    await run
    let lines = await peer.remainingLines()
    #expect(lines.last == waited && lines.count == 2)
  }

  @Test("Stopped: nothing more is read, requests in flight go on")
  func stopped() async throws {
    let peer = try Peer()
    let gate = Gate()
    let started = Gate()
    async let run: Void = peer.connection.run { _ in
      .task { () async throws(RPCError) in
        started.open()
        await gate.wait()
        return "waited"
      }
    }
    peer.send(String(slow.dropLast()))
    await started.wait()
    peer.connection.stopReading()
    await #expect(throws: CallError.closed) { try await peer.connection.call("x", .null) }
    gate.open()
    await run
    #expect(await peer.remainingLines().last == waited)
    peer.end()
  }

  @Test("Stopped before it runs, it returns at once; a second run does as well")
  func stoppedBefore() async throws {
    let peer = try Peer()
    peer.connection.stopReading()
    await peer.connection.run { _ in .reply(.null) }
    await peer.connection.run { _ in .reply(.null) }
    #expect(await peer.remainingLines() == [])
    peer.connection.stopReading()
    peer.connection.cancelAll()
    peer.connection.notify("late", .null)
    #expect(peer.connection.cancel(1)?.isAnswered == nil)
    await #expect(throws: CallError.closed) { try await peer.connection.call("late", .null) }
    peer.end()
  }

  @Test("A cancelled run stops reading, cancels its tasks, and answers them")
  func cancelledRun() async throws {
    let peer = try Peer()
    let started = Gate()
    let run = Task {
      await peer.connection.run { _ in
        .task { () async throws(RPCError) in
          started.open()
          return try await untilCancelled()
        }
      }
    }
    peer.send(String(slow.dropLast()))
    await started.wait()
    run.cancel()
    await run.value
    let answer = #"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"cancelled"}}"#
    #expect(await peer.remainingLines() == [answer])
    peer.end()
  }

  @Test(
    "Every request that was read is answered, however the cancellation falls", arguments: 0..<20)
  func cancelledRunUnderLoad(_ round: Int) async throws {
    let peer = try Peer()
    let read = Mutex(0)
    let some = Gate()
    let run = Task {
      await peer.connection.run { _ in
        let count = read.withLock { count in
          count += 1
          return count
        }
        if count == 10 * round + 1 { some.open() }
        return .task { () async throws(RPCError) in try await untilCancelled() }
      }
    }
    let requests = (0..<400).map { #"{"jsonrpc":"2.0","id":\#($0),"method":"hang"}"# + "\n" }
    peer.send(Array(requests.joined().utf8))
    await some.wait()
    run.cancel()
    await run.value
    #expect(await peer.remainingLines().count == read.withLock { $0 })
    peer.end()
  }

  @Test("A reader that went away ends the reading; tasks go on and may be cancelled")
  func brokenPipe() async throws {
    let peer = try Peer(reads: false)
    let started = Gate()
    let ended = Gate()
    async let run: Void = peer.connection.run { request in
      guard request.method == "slow" else { return .reply("pong") }
      return .task { () async throws(RPCError) in
        started.open()
        defer { ended.open() }
        return try await untilCancelled()
      }
    }
    peer.send(String(slow.dropLast()))
    await started.wait()
    peer.stopListening()
    peer.send(#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#)
    for await event in peer.events.prefix(1) { #expect(event == .outputClosed(errno: EPIPE)) }
    await #expect(throws: CallError.closed) { try await peer.connection.call("x", .null) }
    peer.connection.cancelAll()
    await ended.wait()
    await run
    // The input is closed: whoever writes to it is told.
    peer.end()
  }

  @Test("A reader that goes away while much waits to be written")
  func brokenPipeUnderLoad() async throws {
    let peer = try Peer(reads: false)
    let large = JSON.string(String(repeating: "x", count: 1 << 20))
    async let run: Void = peer.connection.run { _ in .reply(large) }
    peer.send(#"{"jsonrpc":"2.0","id":1,"method":"a"}"#, #"{"jsonrpc":"2.0","id":2,"method":"a"}"#)
    peer.stopListening()
    await run
    peer.end()
  }

  @Test("Descriptors that are none end the connection, not the process")
  func badDescriptors() async {
    let (events, continuation) = AsyncStream.makeStream(of: Connection.Event.self)
    let none: Int32 = 1 << 24
    let connection = Connection(input: none, output: none) { continuation.yield($0) }
    connection.notify("x", .null)
    await connection.run { _ in .reply(.null) }
    for await event in events.prefix(1) where event != .outputClosed(errno: EBADF) {
      Issue.record("\(event)")
    }
  }

  #if os(Linux)
    @Test("No descriptor is left open, whether it ran or not")
    func descriptors() async {
      await #expect(processExitsWith: .success) {
        func open() throws -> Int {
          try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        }
        // The first use opens what stays open, if anything does.
        for round in 0..<3 {
          let before = try open()
          let lines = try await converse(#"{"jsonrpc":"2.0","id":1,"method":"slow"}"#)
          #expect(lines.count == 1)
          do {
            let input = try makePipe()
            let output = try makePipe()
            _ = Connection(input: input.read, output: output.write)
            close(input.write)
            close(output.read)
          }
          guard round > 0 else { continue }
          // A connection's thread ends, with what it polls with, a moment after its run.
          for _ in 0..<100_000 where try open() > before { await Task.yield() }
          #expect(try open() <= before)
        }
      }
    }
  #endif

  @Test("One descriptor for both directions is closed once")
  func socket() async throws {
    var ends: [Int32] = [-1, -1]
    #if os(Linux)
      // A child of another test that inherits an end would hold it open.
      let stream = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    #else
      let stream = SOCK_STREAM
    #endif
    try #require(socketpair(AF_UNIX, stream, 0, &ends) == 0)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let server = Connection(input: ends[0], output: ends[0])
    let client = Connection(input: ends[1], output: ends[1])
    async let serving: Void = server.run(serveExamples)
    async let calling: Void = client.run { _ in .reply(.null) }
    let answer = try await client.call("ping", .null)
    #expect(answer == "pong")
    client.stopReading()
    await calling
    await serving
  }
}
