// Much, fast, and broken: nothing is lost, nothing is mixed up, nothing ends the process.
import Foundation
import Synchronization
import Testing

@testable import JSONRPC

/// Where all tools are to be there, time is as well.
private let isLongRun = ProcessInfo.processInfo.environment["TENANTD_TEST_ALL_TOOLS"] == "1"

@Suite(.timeLimit(.minutes(1)))
struct LoadTests {
  /// More than the buffers of both ends and all bounds together take; the long run takes many more.
  @Test("Of many pipelined pings none is lost")
  func pings() async throws {
    let count = isLongRun ? 100_000 : 20_000
    let requests = (0..<count).map { #"{"jsonrpc":"2.0","id":\#($0),"method":"ping"}"# + "\n" }
    let lines = try await converse(requests.joined())
    #expect(lines == (0..<count).map { #"{"jsonrpc":"2.0","id":\#($0),"result":"pong"}"# })
  }

  @Test("Of 10,000 long requests none is lost")
  func tasks() async throws {
    let requests = (0..<10_000).map { #"{"jsonrpc":"2.0","id":\#($0),"method":"slow"}"# + "\n" }
    let peer = try Peer(limits: RequestLimits(requests: 10_000))
    peer.send(Array(requests.joined().utf8), thenEnd: true)
    await peer.connection.run(serveExamples)
    let lines = await peer.remainingLines()
    #expect(
      Set(lines) == Set((0..<10_000).map { #"{"jsonrpc":"2.0","id":\#($0),"result":"slow"}"# }))
    #expect(lines.count == 10_000)
  }

  @Test("What is more than may be in flight is refused; what is quick or urgent is not")
  func bounded() async throws {
    let peer = try Peer(limits: RequestLimits(requests: 10))
    let gate = Gate()
    async let run: Void = peer.connection.run { request in
      guard request.method != "ping" else { return .reply("pong") }
      return .task(isUrgent: request.method == "urgent") { () async throws(RPCError) in
        await gate.wait()
        return "done"
      }
    }
    for id in 0..<15 { peer.send(#"{"jsonrpc":"2.0","id":\#(id),"method":"slow"}"#) }
    peer.send(#"{"jsonrpc":"2.0","id":15,"method":"urgent"}"#)
    peer.send(#"{"jsonrpc":"2.0","id":16,"method":"ping"}"#)
    var lines: [JSON] = []
    for await line in peer.lines {
      lines.append(try JSON(parsing: line))
      if lines.count == 6 { break }
    }
    #expect(lines.prefix(5).map { $0["id"] } == (10..<15).map { .integer($0) })
    #expect(lines.prefix(5).allSatisfy { $0["error"]?["data"]?["kind"] == "queue_full" })
    #expect(lines.last?["result"] == "pong")
    gate.open()
    peer.end()
    await run
    let rest = try await peer.remainingLines().map { try JSON(parsing: $0) }
    #expect(rest.count == 11 && rest.allSatisfy { $0["result"] == "done" })
  }

  @Test("A batch that collects too much is refused the rest of it")
  func boundedBatch() async throws {
    let peer = try Peer(limits: RequestLimits(bytes: 100_000))
    let large = JSON.string(String(repeating: "x", count: 30_000))
    let requests = (0..<10).map { #"{"jsonrpc":"2.0","id":\#($0),"method":"a"}"# }
    peer.send("[" + requests.joined(separator: ",") + "]", requests[0])
    peer.end()
    await peer.connection.run { _ in .reply(large) }
    let lines = try await peer.remainingLines().map { try JSON(parsing: $0) }
    let batch = try #require(lines[0].array)
    #expect(batch.count == 10)
    #expect(batch.prefix(4).allSatisfy { $0["result"] == large })
    #expect(batch.dropFirst(4).allSatisfy { $0["error"]?["data"]?["kind"] == "queue_full" })
    #expect(lines[1]["result"] == large, "the answered batch no longer counts")
  }

  @Test("A batch of more than there can be requests in a line is refused as a whole")
  func senselessBatch() async throws {
    let lines = try await converse("[" + String(repeating: "1,", count: 500_000) + "1]")
    try #require(lines.count == 1)
    #expect(try JSON(parsing: lines[0])["error"]?["data"]?["kind"] == "invalid_request")
  }

  @Test("Large replies from all sides to a slow reader are whole, and no task is blocked")
  func slowReader() async throws {
    let peer = try Peer(reads: false)
    let connection = peer.connection
    let done = Mutex(0)
    let all = Gate()
    async let run: Void = connection.run { request in
      let text = JSON.string(String(repeating: "x", count: 70_000))
      guard request.method == "slow" else { return .reply(text) }
      return .task { () async throws(RPCError) in
        connection.notify("progress", text, during: request.id)
        let count = done.withLock { count in
          count += 1
          return count
        }
        if count == 20 { all.open() }
        return text
      }
    }
    for id in 0..<40 {
      peer.send(#"{"jsonrpc":"2.0","id":\#(id),"method":"\#(id % 2 == 0 ? "slow" : "quick")"}"#)
    }
    // Nobody reads, and yet every task gets to its end.
    await all.wait()
    peer.startReading()
    peer.end()
    await run
    var ids: Set<Int64> = []
    var progress = 0
    for line in await peer.remainingLines() {
      let message = try JSON(parsing: line)
      #expect((message["result"] ?? message["params"])?.string?.utf8.count == 70_000)
      if let id = message["id"]?.integer { ids.insert(id) } else { progress += 1 }
    }
    #expect(ids == Set(0..<40))
    #expect(progress == 20)
  }

  @Test("When too much waits to be written, no more is read until it is gone")
  func backPressure() async throws {
    let peer = try Peer(maximumBacklog: 1 << 20, reads: false)
    let served = Mutex(0)
    let reached = Gate()
    let large = JSON.string(String(repeating: "x", count: 100_000))
    async let run: Void = peer.connection.run { _ in
      let count = served.withLock { count in
        count += 1
        return count
      }
      if count == 10 { reached.open() }
      return .reply(large)
    }
    let requests = (0..<60).map { #"{"jsonrpc":"2.0","id":\#($0),"method":"a"}"# + "\n" }
    peer.send(Array(requests.joined().utf8), thenEnd: true)
    await reached.wait()
    // Whatever the reading thread does meanwhile, it cannot go beyond.
    for _ in 0..<1000 { await Task.yield() }
    #expect(served.withLock { $0 } <= 12)
    peer.startReading()
    var count = 0
    for await line in peer.lines where line.utf8.count > 100_000 { count += 1 }
    await run
    #expect(count == 60)
  }

  @Test("A batch of many")
  func largeBatch() async throws {
    let pings = (0..<10_000).map { #"{"jsonrpc":"2.0","id":\#($0),"method":"ping"}"# }
    let lines = try await converse("[" + pings.joined(separator: ",") + "]")
    try #require(lines.count == 1)
    #expect(try JSON(parsing: lines[0]).array?.count == 10_000)
  }

  @Test("Random bytes and broken messages: never a trap, always valid lines", arguments: 0..<8)
  func broken(_ seed: UInt64) async throws {
    var random = Seeded(seed: seed)
    let valid = [
      #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#,
      #"{"jsonrpc":"2.0","id":"é\ud834\udd1e","method":"echo","params":{"a":[1,-2.5e3,null,true]}}"#,
      #"[{"jsonrpc":"2.0","id":2,"method":"slow"},{"jsonrpc":"2.0","method":"ping"},7,{}]"#,
      #"{"jsonrpc":"2.0","id":3,"result":{}}"#, #"{"jsonrpc":"2.0","id":4,"error":{"code":1}}"#,
    ].map { Array($0.utf8) }
    let spice =
      Array(#"{}[]",:\u0eE+-.1 tfn"#.utf8) + [0, 0x0A, 0x0D, 0x80, 0xC3, 0xED, 0xF4, 0xFF]

    var input: [UInt8] = []
    for _ in 0..<3000 {
      var line: [UInt8]
      if Int.random(in: 0..<8, using: &random) == 0 {
        line = (0..<Int.random(in: 0..<80, using: &random)).map { _ in
          UInt8.random(in: .min ... .max, using: &random)
        }
      } else {
        line = valid[Int.random(in: valid.indices, using: &random)]
        for _ in 0..<Int.random(in: 0..<4, using: &random) where !line.isEmpty {
          let position = Int.random(in: line.indices, using: &random)
          switch Int.random(in: 0..<4, using: &random) {
          case 0: line.remove(at: position)
          case 1: line.insert(spice[Int.random(in: spice.indices, using: &random)], at: position)
          case 2: line[position] = spice[Int.random(in: spice.indices, using: &random)]
          default: line.removeSubrange(position...)
          }
        }
      }
      input += line + [0x0A]
    }
    input += Array(#"{"jsonrpc":"2.0","id":"last","method":"ping"}"#.utf8)

    let lines = try await converse(input, maximumLine: 150)
    #expect(lines.contains(#"{"jsonrpc":"2.0","id":"last","result":"pong"}"#))
    for line in lines {
      let messages = try JSON(parsing: line)
      for message in messages.array ?? [messages] {
        #expect(message["jsonrpc"] == "2.0" && message["id"] != nil)
        #expect((message["result"] == nil) != (message["error"] == nil))
      }
    }
  }
}
