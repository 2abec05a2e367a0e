// All that the threads and tasks of one connection share, under one lock.

/// A call that waits for its answer.
typealias Call = CheckedContinuation<Result<JSON, CallError>, Never>

/// The machines of a connection, and what they know by number only. One lock for all of it, so that
/// what is decided and what is written are in the same order.
struct ConnectionState {
  enum Phase: Equatable {
    case ready
    case reading
    /// Nothing is read any more; tasks are in flight.
    case finishing
    /// Nothing can be added any more; what waits is being written.
    case flushing
    case closed
  }

  var phase = Phase.ready
  var requests = RequestTable()
  var calls = CallTable()
  var outbox = Outbox()

  /// The tasks of the requests in flight: finishing the stream cancels its task.
  var tasks: [Ticket: AsyncStream<Void>.Continuation] = [:]
  /// Those who wait for a request to be answered.
  var waiters: [Waiter: AsyncStream<Never>.Continuation] = [:]
  /// Those who wait for the peer's answer.
  var callers: [Int64: Call] = [:]
  private var lastWaiter: Waiter = 0

  /// Set from outside to end the reading.
  var isStopped = false
  /// While the reader works through what it has read, it writes when it is through.
  var isCorked = false
  /// The wake-up has been sent and was not received yet.
  var isWoken = false
  /// Why the output was closed, until that has been told.
  var outputFailure: Int32?
  /// `run()`, when it waits for the end.
  var ending: CheckedContinuation<Void, Never>?

  mutating func nextWaiter() -> Waiter {
    lastWaiter += 1
    return lastWaiter
  }

  /// Queues an answer, when there is something to answer.
  mutating func deliver(_ delivery: RequestTable.Delivery) {
    switch delivery {
    case .nothing:
      break
    case .response(let response):
      outbox.append { response.encode(into: &$0) }
    case .batch(let responses):
      outbox.append { buffer in
        var separator = UInt8(ascii: "[")
        for response in responses {
          buffer.append(separator)
          response.encode(into: &buffer)
          separator = UInt8(ascii: ",")
        }
        buffer.append(UInt8(ascii: "]"))
      }
    }
  }

  /// Ends a request: queues its answer, then lets those go on who waited for that.
  mutating func complete(_ ticket: Ticket, _ outcome: Result<JSON, RPCError>) {
    let completion = requests.finish(ticket, outcome)
    deliver(completion.delivery)
    for waiter in completion.waiters {
      waiters.removeValue(forKey: waiter)?.finish()
    }
  }

  /// No answer can come any more.
  mutating func endCalls() {
    for call in calls.close() {
      callers.removeValue(forKey: call)?.resume(returning: .failure(.closed))
    }
  }

  /// Writes as much as goes without waiting.
  mutating func write(to output: Int32) {
    while !outbox.isEmpty {
      switch outbox.withNext(writeSize, { writeSome(output, $0) }) {
      case .moved(let count):
        outbox.advance(count)
      case .notNow:
        return
      case .failed(let errno):
        outbox.close()
        outputFailure = errno
      }
    }
  }
}
