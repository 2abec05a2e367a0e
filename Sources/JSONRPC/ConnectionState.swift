// All that the threads and tasks of one connection share, under one lock.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A call that waits for its answer.
typealias Call = CheckedContinuation<Result<JSON, CallError>, Never>

/// The machines of a connection, and what they know by number only. One lock for all of it, so that
/// what is decided and what is written are in the same order.
struct ConnectionState {
  /// Bytes of a line, or of answers that wait, after which memory is given back.
  static let large = 1 << 18

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
  var requests: RequestTable
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
  /// Until when the output is waited for, if not for ever; and what each write adds to that.
  var outputDeadline: ContinuousClock.Instant?
  var outputPatience: Duration?
  /// How many times more memory is to be given back that a flood has taken, when it is over.
  private(set) var givingsBack = 0
  /// When that may be at the earliest.
  var memoryDue = ContinuousClock.now
  /// Why the output was closed, until that has been told.
  var outputFailure: Int32?
  /// `run()`, when it waits for the end.
  var ending: CheckedContinuation<Void, Never>?

  init(limits: RequestLimits) { requests = RequestTable(limits: limits) }

  /// Whether nothing is in flight and nothing waits to be written.
  var isIdle: Bool { requests.isEmpty && outbox.isEmpty }

  /// A flood has taken memory. To give it back once would be too little: between two pieces of a
  /// flood it looks over, and what its tasks held is freed a moment after their answers.
  mutating func swell() { givingsBack = 2 }

  /// Gives up the room that a flood has taken.
  mutating func shrink() {
    givingsBack -= 1
    requests.shrink()
    tasks = Dictionary(uniqueKeysWithValues: tasks.map { ($0, $1) })
    waiters = Dictionary(uniqueKeysWithValues: waiters.map { ($0, $1) })
    callers = Dictionary(uniqueKeysWithValues: callers.map { ($0, $1) })
  }

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

  /// Writes as much as goes without waiting. When nobody may be waited for any more, what does not
  /// go is dropped.
  mutating func write(to output: Int32) {
    while !outbox.isEmpty {
      switch outbox.withNext(writeSize, { writeSome(output, $0) }) {
      case .moved(let count):
        if outbox.count > Self.large { swell() }
        outbox.advance(count)
        if let outputPatience { outputDeadline = .now + outputPatience }
      case .notNow:
        if let outputDeadline, .now >= outputDeadline {
          outbox.close()
          outputFailure = ETIMEDOUT
        }
        return
      case .failed(let errno):
        outbox.close()
        outputFailure = errno
      }
    }
  }
}
