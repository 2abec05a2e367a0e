// The requests that the peer has sent and that are not answered yet: a pure machine.

/// Which of the requests in flight: ids may be missing, null or repeated, tickets are not.
typealias Ticket = UInt64

/// Someone who waits for a cancelled request to be answered.
typealias Waiter = UInt64

/// How much may be in flight, that is: read and not answered, the collected answers of a batch
/// included.
public struct RequestLimits: Sendable, Equatable {
  public var requests: Int
  /// Bytes of the lines that the requests came in, and of the answers of batches.
  public var bytes: Int

  /// More than these take memory that is worth giving back.
  static let many = 256

  public init(requests: Int = 4096, bytes: Int = 8 << 20) {
    (self.requests, self.bytes) = (requests, bytes)
  }
}

/// Decides what is answered when, and who may be cancelled. It is told of messages in the order in
/// which they were read; it knows tasks by their tickets only.
struct RequestTable {
  /// What is to be written now, and who is to be told that it was.
  enum Delivery: Equatable {
    case nothing
    case response(Response)
    case batch([Response])
  }

  /// What follows from the end of a request.
  struct Completion: Equatable {
    var delivery = Delivery.nothing
    var waiters: [Waiter] = []
  }

  /// What follows from the wish to cancel a request.
  enum Cancellation: Equatable {
    case unknown
    /// It is cancelled already, or will be when its task starts: wait.
    case wait
    /// Cancel its task, then wait.
    case cancel(Ticket)
  }

  private struct Entry {
    enum State: Equatable {
      /// The handler is looking at it.
      case deciding(cancelled: Bool)
      case running(cancelled: Bool)
      /// Done; its answer waits for the rest of the batch. The peer still holds the id to be open.
      case held
    }
    let id: RequestID?
    let place: Place?
    let size: Int
    var state = State.deciding(cancelled: false)
    var waiters: [Waiter] = []
  }

  /// Where an answer goes in the reply of a batch.
  private struct Place {
    let batch: Ticket
    let slot: Int
  }

  private struct Batch {
    /// In the order of the requests; `nil` while one is not done.
    var responses: [Response?] = []
    var missing = 0
    var isRead = false
    var tickets: [Ticket] = []
    /// Of its line and the answers so far.
    var size = 0
  }

  private var entries: [Ticket: Entry] = [:]
  private var open: [RequestID: Ticket] = [:]
  private var batches: [Ticket: Batch] = [:]
  private var last: Ticket = 0
  private var size = 0
  private let limits: RequestLimits

  init(limits: RequestLimits = RequestLimits()) { self.limits = limits }

  /// Whether nothing is in flight.
  var isEmpty: Bool { entries.isEmpty && batches.isEmpty }

  /// How many requests are in flight.
  var count: Int { entries.count }

  /// Whether what was entered last may stay in flight. For what is urgent there is as much room
  /// again.
  func hasRoom(isUrgent: Bool = false) -> Bool {
    let share = isUrgent ? 2 : 1
    return entries.count <= limits.requests * share && size <= limits.bytes * share
  }

  /// Gives up the room that many requests have taken.
  mutating func shrink() {
    entries = Dictionary(uniqueKeysWithValues: entries.map { ($0, $1) })
    open = Dictionary(uniqueKeysWithValues: open.map { ($0, $1) })
    batches = Dictionary(uniqueKeysWithValues: batches.map { ($0, $1) })
  }

  /// Whether a request of that id is in flight and its answer is not known yet.
  func isUnanswered(_ id: RequestID) -> Bool {
    guard let ticket = open[id], let entry = entries[ticket] else { return false }
    return entry.state != .held
  }

  /// Enters a request (`id` nil: a notification) before its handler sees it. `nil`: another one of
  /// this id is in flight; this one is to be refused. Requests of id null are never the same.
  ///
  /// - Parameter size: Bytes of its line; 0 in a batch, whose line is counted once.
  mutating func enter(_ id: RequestID?, batch: Ticket? = nil, size: Int = 0) -> Ticket? {
    let ticket = nextTicket()
    if let id, id != .null {
      guard open[id] == nil else { return nil }
      open[id] = ticket
    }
    var place: Place?
    if let batch, id != nil {
      place = reserve(in: batch)
      batches[batch]?.tickets.append(ticket)
    }
    entries[ticket] = Entry(id: id, place: place, size: size)
    self.size += size
    return ticket
  }

  /// The handler has made a task of it. Returns whether that is cancelled before it starts.
  mutating func start(_ ticket: Ticket) -> Bool {
    guard case .deciding(let cancelled) = entries[ticket]?.state else { return false }
    entries[ticket]?.state = .running(cancelled: cancelled)
    return cancelled
  }

  /// Whether a task was cancelled, for one that is about to begin.
  func isCancelled(_ ticket: Ticket) -> Bool {
    entries[ticket]?.state == .running(cancelled: true)
  }

  /// The handler, or the task, is done with it. Of a quick answer to a batch that has collected too
  /// much, a refusal is kept instead.
  mutating func finish(_ ticket: Ticket, _ outcome: Result<JSON, RPCError>) -> Completion {
    guard let entry = entries[ticket], entry.state != .held else { return Completion() }
    var outcome = outcome
    if entry.place != nil, case .deciding = entry.state, case .success = outcome,
      size > limits.bytes
    {
      outcome = .failure(.queueFull(limits))
    }
    var completion = Completion(waiters: entry.waiters)
    if let id = entry.id, let place = entry.place {
      entries[ticket]?.state = .held
      entries[ticket]?.waiters = []
      completion.delivery = fill(place, Response(id: id, outcome: outcome))
    } else {
      entries[ticket] = nil
      size -= entry.size
      guard let id = entry.id else { return completion }
      if id != .null { open[id] = nil }
      completion.delivery = .response(Response(id: id, outcome: outcome))
    }
    return completion
  }

  /// Answers something that is no request in flight: an invalid one, or a duplicate.
  mutating func refuse(_ response: Response, batch: Ticket? = nil) -> Delivery {
    guard let batch else { return .response(response) }
    guard let place = reserve(in: batch) else { return .nothing }
    return fill(place, response)
  }

  // MARK: Batches

  /// Begins a batch; its requests are entered with the ticket.
  ///
  /// - Parameter size: Bytes of its line.
  mutating func openBatch(size: Int = 0) -> Ticket {
    let batch = nextTicket()
    batches[batch] = Batch(size: size)
    self.size += size
    return batch
  }

  /// All of the batch has been read.
  mutating func closeBatch(_ batch: Ticket) -> Delivery {
    batches[batch]?.isRead = true
    return completed(batch)
  }

  private mutating func reserve(in batch: Ticket) -> Place? {
    guard let slot = batches[batch]?.responses.count else { return nil }
    batches[batch]?.responses.append(nil)
    batches[batch]?.missing += 1
    return Place(batch: batch, slot: slot)
  }

  private mutating func fill(_ place: Place, _ response: Response) -> Delivery {
    batches[place.batch]?.responses[place.slot] = response
    batches[place.batch]?.missing -= 1
    let added = response.size
    batches[place.batch]?.size += added
    size += added
    return completed(place.batch)
  }

  private mutating func completed(_ ticket: Ticket) -> Delivery {
    guard let batch = batches[ticket], batch.isRead, batch.missing == 0 else { return .nothing }
    batches[ticket] = nil
    size -= batch.size
    for ticket in batch.tickets {
      if let id = entries.removeValue(forKey: ticket)?.id, id != .null { open[id] = nil }
    }
    let responses = batch.responses.compactMap { $0 }
    return responses.isEmpty ? .nothing : .batch(responses)
  }

  // MARK: Cancelling

  /// Someone wants the request cancelled and waits for its answer.
  mutating func cancel(_ id: RequestID, waiter: Waiter) -> Cancellation {
    guard let ticket = open[id], let state = entries[ticket]?.state, state != .held else {
      return .unknown
    }
    entries[ticket]?.waiters.append(waiter)
    return cancel(ticket) ? .cancel(ticket) : .wait
  }

  /// Everything is to be cancelled. Returns the tasks to cancel, oldest first.
  mutating func cancelAll() -> [Ticket] {
    entries.keys.sorted().filter { cancel($0) }
  }

  /// Marks a request as cancelled. Returns whether a task runs that must be told.
  private mutating func cancel(_ ticket: Ticket) -> Bool {
    switch entries[ticket]?.state {
    case .running(cancelled: false):
      entries[ticket]?.state = .running(cancelled: true)
      return true
    case .deciding:
      entries[ticket]?.state = .deciding(cancelled: true)
      return false
    case .running(cancelled: true), .held, nil:
      return false
    }
  }

  private mutating func nextTicket() -> Ticket {
    last += 1
    return last
  }
}
