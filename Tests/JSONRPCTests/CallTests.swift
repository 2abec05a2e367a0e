// The calling end: two connections face to face.
import Synchronization
import Testing

@testable import JSONRPC

@Suite(.timeLimit(.minutes(1)))
struct CallTests {
  /// Runs a client and a server that are connected to one another.
  private func connected(
    serve: @escaping @Sendable (Request) -> Handling = serveExamples,
    receive: @escaping @Sendable (Request) -> Handling = { _ in .reply(.null) },
    body: @Sendable (_ client: Connection, _ server: Connection) async throws -> Void
  ) async throws {
    let up = try makePipe()
    let down = try makePipe()
    let server = Connection(input: up.read, output: down.write)
    let client = Connection(input: down.read, output: up.write)
    async let serving: Void = server.run(serve)
    async let calling: Void = client.run(receive)
    do { try await body(client, server) } catch { Issue.record(error) }
    client.stopReading()
    await calling
    await serving
  }

  @Test func answers() async throws {
    try await connected { client, _ in
      let answer = try await client.call("ping", .null)
      #expect(answer == "pong")
      let echo = try await client.call("echo", ["a": 1])
      #expect(echo == ["a": 1])
      let slow = try await client.call("slow", [])
      #expect(slow == "slow")
      let expected = CallError.rejected(.methodNotFound("nope"))
      await #expect(throws: expected) { try await client.call("nope", .null) }
    }
  }

  @Test("A thousand calls at once each get their own answer")
  func manyCalls() async throws {
    try await connected { client, _ in
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 0..<1000 {
          group.addTask {
            let params: JSON = [.integer(Int64(number))]
            return try await client.call("echo", params) == params
          }
        }
        for try await isOwn in group { #expect(isOwn) }
      }
    }
  }

  @Test("Both ends call each other, and a call may be made while one is served")
  func bothWays() async throws {
    let other = Mutex<Connection?>(nil)
    try await connected(
      serve: { request in
        .task { () async throws(RPCError) in
          guard let server = other.withLock({ $0 }) else { throw .internalError() }
          do throws(CallError) {
            return ["back": try await server.call("name", .null)]
          } catch { throw .internalError("\(error)") }
        }
      },
      receive: { _ in .reply("client") },
      body: { client, server in
        other.withLock { $0 = server }
        let back = try await client.call("ask", .null)
        #expect(back == ["back": "client"])
        other.withLock { $0 = nil }
      })
  }

  @Test("Notifications arrive in order, without an answer")
  func notifications() async throws {
    let (stream, continuation) = AsyncStream.makeStream(of: JSON.self)
    try await connected(
      receive: { request in
        if request.id != nil { Issue.record("a request") }
        continuation.yield(request.params ?? .null)
        return .fail(.methodNotFound(request.method))
      },
      body: { _, server in
        for number in 0..<1000 { server.notify("n", [.integer(Int64(number))]) }
        server.notify("n", .null)
        var expected: Int64 = 0
        for await params in stream {
          guard params != .null else { break }
          #expect(params == [.integer(expected)])
          expected += 1
        }
        #expect(expected == 1000)
      })
  }

  @Test("The end of the connection ends the calls that wait")
  func closed() async throws {
    let started = Gate()
    try await connected(
      serve: { _ in
        started.open()
        return .task { () async throws(RPCError) in try await untilCancelled() }
      },
      body: { client, server in
        let call = Task { try await client.call("hang", .null) }
        await started.wait()
        client.stopReading()
        await #expect(throws: CallError.closed) { try await call.value }
        server.cancelAll()
      })
  }

  @Test("The cancellation of the task does not end its call")
  func cancellation() async throws {
    let started = Gate()
    let gate = Gate()
    try await connected(
      serve: { _ in
        .task { () async throws(RPCError) in
          started.open()
          await gate.wait()
          return "done"
        }
      },
      body: { client, _ in
        let call = Task { try await client.call("wait", .null) }
        await started.wait()
        call.cancel()
        gate.open()
        let answer = try await call.value
        #expect(answer == "done")
      })
  }

  /// Whenever the task is cancelled, before the request is sent or while it waits.
  @Test("A withdrawal follows its request", arguments: [true, false])
  func withdrawal(_ isEarly: Bool) async throws {
    let peer = try Peer()
    async let run: Void = peer.connection.run { _ in .reply(.null) }
    let begun = Gate()
    let call = Task {
      await begun.wait()
      return try await peer.connection.call(
        "x", .null, whenCancelled: .tell(method: "stop", params: ["job": 1]))
    }
    if isEarly { call.cancel() }
    begun.open()
    try await peer.expect(#"{"jsonrpc":"2.0","id":1,"method":"x"}"#)
    call.cancel()
    try await peer.expect(#"{"jsonrpc":"2.0","method":"stop","params":{"job":1}}"#)
    peer.send(#"{"jsonrpc":"2.0","id":1,"result":"stopped"}"#)
    #expect(try await call.value == "stopped")
    peer.end()
    await run
    #expect(await peer.remainingLines() == [])
  }

  @Test("A call that is abandoned ends with its task", arguments: [true, false])
  func abandoned(_ isEarly: Bool) async throws {
    let peer = try Peer()
    async let run: Void = peer.connection.run { _ in .reply(.null) }
    let begun = Gate()
    let call = Task {
      await begun.wait()
      return try await peer.connection.call("x", .null, whenCancelled: .abandon)
    }
    if isEarly { call.cancel() }
    begun.open()
    try await peer.expect(#"{"jsonrpc":"2.0","id":1,"method":"x"}"#)
    call.cancel()
    await #expect(throws: CallError.abandoned) { try await call.value }
    peer.send(#"{"jsonrpc":"2.0","id":1,"result":"too late"}"#)
    peer.end()
    await run
    var events: [Connection.Event] = []
    for await event in peer.events {
      events.append(event)
      break
    }
    #expect(events == [.strayResponse(1)])
  }

  @Test(
    "A malformed error is an error all the same, and kept",
    arguments: [
      #"{}"#, #"null"#, #"{"code":"x","message":"m"}"#, #"{"code":1}"#,
      #"{"code":1.5,"message":"m"}"#,
    ])
  func malformedErrors(_ error: String) async throws {
    let peer = try Peer()
    async let run: Void = peer.connection.run { _ in .reply(.null) }
    async let result = peer.connection.call("x", ["a": 1])
    try await peer.expect(#"{"jsonrpc":"2.0","id":1,"method":"x","params":{"a":1}}"#)
    peer.send(#"{"jsonrpc":"2.0","id":1,"error":\#(error)}"#)
    do {
      _ = try await result
      Issue.record("no error")
    } catch CallError.rejected(let rejection) {
      #expect(rejection.kind == "internal_error")
      #expect(rejection.data?["error"] == (try JSON(parsing: error)))
    }
    peer.end()
    await run
  }
}
