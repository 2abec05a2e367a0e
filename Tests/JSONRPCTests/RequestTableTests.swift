// The table of requests that are served: each input, and the actions that it returns.
import Testing

@testable import JSONRPC

@Suite(.timeLimit(.minutes(1)))
struct RequestTableTests {
  private var table = RequestTable()

  private func response(_ id: RequestID, _ result: JSON = "done") -> Response {
    Response(id: id, outcome: .success(result))
  }

  private mutating func enter(_ id: RequestID?, batch: Ticket? = nil) throws -> Ticket {
    let ticket = table.enter(id, batch: batch)
    return try #require(ticket)
  }

  @Test mutating func answersOnce() throws {
    let ticket = try enter(1)
    #expect(table.isUnanswered(1) && !table.isEmpty)
    #expect(table.finish(ticket, .success("done")).delivery == .response(response(1)))
    #expect(!table.isUnanswered(1) && table.isEmpty)
    #expect(table.finish(ticket, .success("again")) == .init())
  }

  @Test mutating func answersWithTheError() throws {
    let ticket = try enter("a")
    let expected = Response(id: "a", outcome: .failure(.methodNotFound("m")))
    #expect(table.finish(ticket, .failure(.methodNotFound("m"))).delivery == .response(expected))
  }

  @Test("A notification has no answer, in a batch neither")
  mutating func notifications() throws {
    let alone = try enter(nil)
    #expect(table.finish(alone, .success("x")) == .init())
    let batch = table.openBatch()
    let inside = try enter(nil, batch: batch)
    #expect(table.closeBatch(batch) == .nothing)
    #expect(table.finish(inside, .failure(.duplicateID)) == .init())
    #expect(table.isEmpty)
  }

  @Test("An id in flight is refused and the first is unaffected; afterwards it is free")
  mutating func duplicates() throws {
    let first = try enter(1)
    #expect(table.enter(1) == nil)
    #expect(table.enter("1") != nil)
    #expect(table.enter(.number(1)) != nil)
    #expect(table.finish(first, .success("done")).delivery == .response(response(1)))
    #expect(table.enter(1) != nil)
  }

  @Test("Requests of id null, and notifications, are never the same")
  mutating func nulls() throws {
    let first = try enter(.null)
    let second = try enter(.null)
    _ = try enter(nil)
    _ = try enter(nil)
    #expect(!table.isUnanswered(.null))
    #expect(table.finish(second, .success("done")).delivery == .response(response(.null)))
    #expect(table.finish(first, .success("done")).delivery == .response(response(.null)))
  }

  @Test("A batch is answered at once, in the order of its requests, when all are done")
  mutating func batch() throws {
    let batch = table.openBatch()
    let slow = try enter(1, batch: batch)
    let quick = try enter(2, batch: batch)
    #expect(table.finish(quick, .success("done")) == .init())
    let invalid = Response(id: .null, outcome: .failure(.invalidRequest("x")))
    #expect(table.refuse(invalid, batch: batch) == .nothing)
    #expect(table.closeBatch(batch) == .nothing)
    #expect(table.isUnanswered(1) && !table.isUnanswered(2))
    #expect(table.enter(2) == nil, "its answer has not been sent")
    let completion = table.finish(slow, .success("done"))
    #expect(completion.delivery == .batch([response(1), response(2), invalid]))
    #expect(table.isEmpty)
    #expect(table.enter(2) != nil)
  }

  @Test("A batch whose requests were quick is answered when it has been read, not before")
  mutating func quickBatch() throws {
    let batch = table.openBatch()
    #expect(table.finish(try enter(1, batch: batch), .success("done")) == .init())
    #expect(table.finish(try enter(2, batch: batch), .success("done")) == .init())
    #expect(table.closeBatch(batch) == .batch([response(1), response(2)]))
  }

  @Test("A refusal outside of a batch is answered at once")
  mutating func refusal() {
    #expect(table.refuse(response(1)) == .response(response(1)))
  }

  @Test mutating func cancelsATask() throws {
    let ticket = try enter(1)
    #expect(table.start(ticket) == false)
    #expect(table.cancel(1, waiter: 7) == .cancel(ticket))
    #expect(table.cancel(1, waiter: 8) == .wait, "told once")
    #expect(table.isCancelled(ticket))
    #expect(table.finish(ticket, .success("done")).waiters == [7, 8])
    #expect(table.cancel(1, waiter: 9) == .unknown)
  }

  @Test("Cancelled while its handler looks at it, a task is cancelled from its beginning")
  mutating func cancelsBeforeTheStart() throws {
    let ticket = try enter(1)
    #expect(table.cancel(1, waiter: 7) == .wait)
    #expect(!table.isCancelled(ticket))
    #expect(table.start(ticket) == true)
    #expect(table.isCancelled(ticket))
    #expect(table.cancelAll() == [])
  }

  @Test("In a batch, who cancels waits for the answer, not for the batch: it may be part of it")
  mutating func cancelsInABatch() throws {
    let batch = table.openBatch()
    let ticket = try enter(1, batch: batch)
    let canceller = try enter(2, batch: batch)
    #expect(table.start(ticket) == false)
    #expect(table.start(canceller) == false)
    #expect(table.closeBatch(batch) == .nothing)
    #expect(table.cancel(1, waiter: 7) == .cancel(ticket))
    #expect(table.finish(ticket, .success("done")) == .init(delivery: .nothing, waiters: [7]))
    #expect(table.cancel(1, waiter: 8) == .unknown, "its answer is known")
    #expect(
      table.finish(canceller, .success("done"))
        == .init(delivery: .batch([response(1), response(2)]), waiters: []))
  }

  @Test mutating func unknownRequests() throws {
    #expect(table.cancel(1, waiter: 7) == .unknown)
    _ = try enter(.null)
    #expect(table.cancel(.null, waiter: 7) == .unknown)
    #expect(table.start(99) == false && !table.isCancelled(99))
    #expect(table.finish(99, .success("x")) == .init())
    #expect(table.closeBatch(99) == .nothing)
    #expect(table.refuse(response(1), batch: 99) == .nothing)
  }

  @Test("Everything that runs is cancelled, oldest first, notifications too, each once")
  mutating func cancelsAll() throws {
    let batch = table.openBatch()
    let tickets = [try enter(1), try enter(nil), try enter(.null), try enter(2, batch: batch)]
    for ticket in tickets { _ = table.start(ticket) }
    let deciding = try enter(3)
    #expect(table.cancelAll() == tickets)
    #expect(table.cancelAll() == [])
    #expect(table.start(deciding) == true, "cancelled before it starts")
  }
}

@Suite(.timeLimit(.minutes(1)))
struct CallTableTests {
  @Test func answersEachCallOnce() {
    var table = CallTable()
    #expect(table.enter() == 1)
    #expect(table.enter() == 2)
    #expect(table.answer(2) == 2)
    #expect(table.answer(2) == nil)
    #expect(table.answer(3) == nil)
    #expect(table.answer("1") == nil)
    #expect(table.answer(.null) == nil)
    #expect(table.answer(.number(1)) == nil)
    #expect(table.answer(1) == 1)
  }

  @Test func endsAllCalls() {
    var table = CallTable()
    for _ in 0..<3 { _ = table.enter() }
    _ = table.answer(2)
    #expect(table.close() == [1, 3])
    #expect(table.close() == [])
    #expect(table.enter() == nil)
    #expect(table.answer(1) == nil)
  }
}

@Suite(.timeLimit(.minutes(1)))
struct OutboxTests {
  private func next(_ outbox: Outbox, _ maximum: Int) -> [UInt8] {
    outbox.withNext(maximum) { Array($0) }
  }

  @Test("What goes in comes out, in whatever pieces", arguments: [1, 7, 4096, 1 << 20])
  func keepsBytes(_ piece: Int) {
    var outbox = Outbox()
    var expected: [UInt8] = []
    var written: [UInt8] = []
    for line in 0..<2000 {
      let text = Array(repeating: UInt8(0x20 + line % 64), count: line % 300)
      outbox.append { $0.append(contentsOf: text) }
      expected += text + [0x0A]
      let bytes = next(outbox, piece)
      written += bytes
      outbox.advance(bytes.count)
    }
    #expect(outbox.count == expected.count - written.count)
    while !outbox.isEmpty {
      let bytes = next(outbox, piece * 97)
      written += bytes
      outbox.advance(bytes.count)
    }
    #expect(written == expected)
  }

  @Test func closedStaysEmpty() {
    var outbox = Outbox()
    outbox.append { $0.append(1) }
    outbox.close()
    outbox.append { $0.append(2) }
    #expect(outbox.isEmpty && outbox.isClosed)
    #expect(next(outbox, 10) == [])
  }
}
