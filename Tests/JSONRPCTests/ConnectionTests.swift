// Requests in flight over real pipes: order, cancelling, duplicates, batches, progress.
import Synchronization
import Testing

@testable import JSONRPC

@Suite(.timeLimit(.minutes(1)))
struct ConnectionTests {
  private func request(_ id: String, _ method: String) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)"}"#
  }

  private func reply(_ id: String, _ result: String) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"result":\#(result)}"#
  }

  private func cancelled(_ id: String) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"error":{"code":1,"message":"cancelled"}}"#
  }

  /// `wait` ends when the gate opens, `hang` when it is cancelled, `cancel:X` cancels request X.
  private func handler(_ connection: Connection, _ gate: Gate) -> @Sendable (Request) -> Handling {
    { request in
      switch request.method {
      case "wait":
        return .task { () async throws(RPCError) in
          await gate.wait()
          return Task.isCancelled ? "cancelled" : "waited"
        }
      case "hang":
        return .task { () async throws(RPCError) in try await untilCancelled() }
      case "open":
        gate.open()
        return .reply("opened")
      case let method where method.hasPrefix("cancel:"):
        let id = Int64(method.dropFirst(7)).map { RequestID.integer($0) } ?? .null
        guard let cancelled = connection.cancel(id) else { return .reply(false) }
        return .task { () async throws(RPCError) in
          await cancelled.answered()
          return true
        }
      default:
        return serveExamples(request)
      }
    }
  }

  /// Runs a conversation that `body` leads; the peer ends the input afterwards.
  private func serve(_ body: (Peer) async throws -> Void) async throws -> [String] {
    let peer = try Peer()
    let gate = Gate()
    async let run: Void = peer.connection.run(handler(peer.connection, gate))
    do {
      try await body(peer)
    } catch {
      peer.connection.cancelAll()
      gate.open()
      Issue.record(error)
    }
    peer.end()
    await run
    return await peer.remainingLines()
  }

  @Test("A slow request delays no quick one, in a batch neither")
  func slowAndQuick() async throws {
    let rest = try await serve { peer in
      peer.send(request("1", "wait"))
      peer.send("[\(request("2", "ping")),\(request("3", "wait"))]")
      peer.send(request("4", "ping"))
      try await peer.expect(reply("4", "\"pong\""))
      peer.send("[\(request("5", "ping"))]", request("6", "open"))
      try await peer.expect("[\(reply("5", "\"pong\""))]")
      try await peer.expect(reply("6", "\"opened\""))
    }
    let batch = "[\(reply("2", "\"pong\"")),\(reply("3", "\"waited\""))]"
    #expect(Set(rest) == [reply("1", "\"waited\""), batch])
    #expect(rest.count == 2)
  }

  @Test("An id in flight is refused, the first is unaffected, and the id is free again afterwards")
  func duplicates() async throws {
    let rest = try await serve { peer in
      peer.send(request("1", "wait"), request("1", "ping"))
      let refusal = try JSON(parsing: await peer.line())
      #expect(refusal["id"] == 1)
      #expect(refusal["error"]?["data"]?["kind"] == "duplicate_id")
      peer.send(request("null", "ping"), request("null", "wait"), request("null", "ping"))
      for _ in 0..<2 { try await peer.expect(reply("null", "\"pong\"")) }
      peer.send(request("2", "open"))
      let answers = [try await peer.line(), try await peer.line(), try await peer.line()]
      #expect(
        Set(answers) == [
          reply("2", "\"opened\""), reply("1", "\"waited\""), reply("null", "\"waited\""),
        ])
      peer.send(request("1", "ping"))
      try await peer.expect(reply("1", "\"pong\""))
    }
    #expect(rest == [])
  }

  @Test("Cancel ends the request, whose answer comes first, then answers true")
  func cancels() async throws {
    let rest = try await serve { peer in
      // One write, so that the cancel is read while the task has hardly begun.
      peer.send(request("1", "hang"), request("2", "cancel:1"))
      try await peer.expect(cancelled("1"))
      try await peer.expect(reply("2", "true"))
      peer.send(request("3", "cancel:1"))
      try await peer.expect(reply("3", "false"))
    }
    #expect(rest == [])
  }

  @Test("Cancel never overtakes its request", arguments: 0..<20)
  func cancelsAtOnce(_ round: Int) async throws {
    let rest = try await serve { peer in
      for id in 0..<20 {
        peer.send(request("\(id)", "hang"), request("\(100 + id)", "cancel:\(id)"))
      }
    }
    #expect(
      Set(rest)
        == Set((0..<20).flatMap { [cancelled("\($0)"), reply("\(100 + $0)", "true")] }))
    for id in 0..<20 {
      let answer = try #require(rest.firstIndex(of: cancelled("\(id)")))
      let cancel = try #require(rest.firstIndex(of: reply("\(100 + id)", "true")))
      #expect(answer < cancel)
    }
  }

  @Test("A batch may cancel what is in it, and what is not")
  func cancelsInBatches() async throws {
    let rest = try await serve { peer in
      peer.send("[\(request("1", "hang")),\(request("2", "cancel:1"))]")
      try await peer.expect("[\(cancelled("1")),\(reply("2", "true"))]")
      peer.send(request("3", "hang"), "[\(request("4", "cancel:3")),\(request("5", "ping"))]")
      try await peer.expect(cancelled("3"))
      try await peer.expect("[\(reply("4", "true")),\(reply("5", "\"pong\""))]")
    }
    #expect(rest == [])
  }

  @Test("Requests that cancel themselves, or one before them that does, end all the same")
  func cancelsInCircles() async throws {
    let rest = try await serve { peer in
      peer.send(request("1", "cancel:1"))
      try await peer.expect(reply("1", "true"))
      peer.send("[\(request("2", "cancel:2")),\(request("3", "cancel:2"))]")
      try await peer.expect("[\(reply("2", "true")),\(reply("3", "true"))]")
      // What is not read yet is not in flight.
      peer.send("[\(request("4", "cancel:5")),\(request("5", "ping"))]")
      try await peer.expect("[\(reply("4", "false")),\(reply("5", "\"pong\""))]")
    }
    #expect(rest == [])
  }

  /// The request may be answered, and its id be another's, before anybody has waited for it.
  @Test("A cancel never means a later request of the same id", arguments: 0..<20)
  func cancelsNoLaterRequest(_ round: Int) async throws {
    let rest = try await serve { peer in
      peer.send(request("0", "open"))
      try await peer.expect(reply("0", "\"opened\""))
      for id in 100..<130 {
        peer.send(request("1", "slow"), request("\(id)", "cancel:1"))
        let answers = [try await peer.line(), try await peer.line()]
        #expect(answers.contains { $0.hasPrefix(#"{"jsonrpc":"2.0","id":1,"#) })
        peer.send(request("1", "wait"))
        try await peer.expect(reply("1", "\"waited\""))
      }
    }
    #expect(rest == [])
  }

  @Test("cancelAll ends every task, and each is answered")
  func cancelsAll() async throws {
    let rest = try await serve { peer in
      peer.send("[\(request("1", "hang"))]", request("2", "hang"), request("3", "ping"))
      try await peer.expect(reply("3", "\"pong\""))
      peer.connection.cancelAll()
    }
    #expect(Set(rest) == ["[\(cancelled("1"))]", cancelled("2")])
  }

  @Test("Notifications are never answered: quick, failing, long, unknown or cancelled")
  func notifications() async throws {
    let rest = try await serve { peer in
      for method in ["ping", "unknown", "slow", "hang", "cancel:9"] {
        peer.send(#"{"jsonrpc":"2.0","method":"\#(method)"}"#)
      }
      peer.send(request("1", "ping"))
      try await peer.expect(reply("1", "\"pong\""))
      peer.connection.cancelAll()
    }
    #expect(rest == [])
  }

  @Test("Responses are never answered, and those to no call are told")
  func strayResponses() async throws {
    let rest = try await serve { peer in
      peer.send(#"{"jsonrpc":"2.0","id":7,"result":1}"#, #"[{"id":"x","error":{}}]"#)
      peer.send(#"{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"m"}}"#)
      var ids: [Connection.Event] = []
      for await event in peer.events.prefix(3) { ids.append(event) }
      #expect(ids == [.strayResponse(7), .strayResponse("x"), .strayResponse(.null)])
    }
    #expect(rest == [])
  }

  @Test("Progress comes between a request and its answer, and never after")
  func progress() async throws {
    let peer = try Peer()
    let connection = peer.connection
    async let run: Void = connection.run { request in
      connection.notify("progress", ["step": 0], during: request.id)
      return .task { () async throws(RPCError) in
        // One task reports without end, and does not know that the request is answered.
        Task.detached {
          for step in 1..<200 {
            connection.notify("progress", ["step": .integer(Int64(step))], during: request.id)
            if step % 20 == 0 { await Task.yield() }
          }
          connection.notify("end", .null)
        }
        return "done"
      }
    }
    for id in 1...50 {
      peer.send(request("\(id)", "job"))
      let queued = try await peer.line()
      #expect(queued.contains(#""step":0"#))
      var isAnswered = false
      while case let line = try await peer.line(), line != #"{"jsonrpc":"2.0","method":"end"}"# {
        #expect(!isAnswered, "\(line) after the answer")
        isAnswered = line == reply("\(id)", "\"done\"")
      }
      if !isAnswered { try await peer.expect(reply("\(id)", "\"done\"")) }
    }
    connection.notify("progress", ["step": 1], during: 50)
    connection.notify("progress", ["step": 1], during: .null)
    peer.end()
    await run
    #expect(await peer.remainingLines() == [])
  }
}
