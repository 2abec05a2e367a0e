// A JSON-RPC 2.0 connection: the same for the end that serves and the end that calls.
import Synchronization

/// What to do with a request.
public enum Handling: Sendable {
  /// Quick: answered on the reading path.
  case reply(JSON)
  case fail(RPCError)
  /// Long: becomes a child task of `run`, which answers when it is done. A notification's result
  /// is dropped. One that only waits for what is in flight is urgent: there is room for it when there
  /// is none for others.
  case task(isUrgent: Bool = false, @Sendable () async throws(RPCError) -> JSON)
}

/// Why a call has no result.
public enum CallError: Error, Sendable, Equatable {
  /// The peer answered with an error.
  case rejected(RPCError)
  /// The connection ended, or had ended, before there was an answer.
  case closed
  /// The task was cancelled, and nobody waits for the answer.
  case abandoned
}

/// Two descriptors, one message a line, in both directions.
///
/// A thread of its own reads, answers quick requests in place, and writes what did not go at once;
/// whoever has something to send writes it directly when the output takes it. Messages are never
/// interleaved. The executable ignores SIGPIPE.
public final class Connection: Sendable {
  /// What a connection notices and does not deal with by itself.
  public enum Event: Sendable, Equatable {
    /// The output is broken, mostly since nobody reads it any more. Nothing more is read, and
    /// tasks in flight go on: `cancelAll` ends them.
    case outputClosed(errno: Int32)
    /// The input is broken, which is taken as its end.
    case inputFailed(errno: Int32)
    /// An answer to no call that waits.
    case strayResponse(RequestID)
    /// There could be no thread; `run` has returned.
    case noThread(errno: Int32)
  }

  let input: Int32
  let output: Int32
  let maximumLine: Int
  let maximumBacklog: Int
  let refusal: RPCError
  let wakeUp: WakeUp?
  let onEvent: @Sendable (Event) -> Void
  let state: Mutex<ConnectionState>

  /// A connection that owns both descriptors from here on (they may be the same one) and closes
  /// them when `run` returns. Their flags are left alone, since others may share them.
  ///
  /// - Parameters:
  ///   - maximumLine: The longest line that is served, in bytes.
  ///   - maximumBacklog: When more bytes than this wait to be written, nothing is read until half
  ///     of that is gone.
  ///   - limits: How much may be in flight; what is more is answered with `queue_full`.
  ///   - onEvent: Told what happens, on the reading thread; it must not block.
  public init(
    input: Int32, output: Int32, maximumLine: Int = 1 << 20, maximumBacklog: Int = 64 << 20,
    limits: RequestLimits = RequestLimits(),
    onEvent: @escaping @Sendable (Event) -> Void = { _ in }
  ) {
    self.input = input
    self.output = output
    self.maximumLine = maximumLine
    self.maximumBacklog = max(maximumBacklog, 0)
    self.onEvent = onEvent
    refusal = .queueFull(limits)
    state = Mutex(ConnectionState(limits: limits))
    wakeUp = WakeUp()
  }

  deinit {
    close()
  }

  /// Serves until the end of input (or `stopReading`), then waits for the tasks in flight, writes
  /// what is left, closes the descriptors, and returns. Only the first run does anything.
  ///
  /// When the task that runs it is cancelled, reading stops and the tasks in flight are cancelled.
  ///
  /// - Parameter handler: Called for each request and notification in the order in which they were
  ///   read, on the reading thread: it must not block.
  public func run(_ handler: @escaping @Sendable (Request) -> Handling) async {
    guard begin() else { return }
    let (stream, jobs) = AsyncStream.makeStream(of: Job.self)
    let failure = startThread { self.serve(handler, jobs) }
    guard failure == 0 else {
      close()
      onEvent(.noThread(errno: failure))
      return
    }
    await withTaskCancellationHandler {
      await withDiscardingTaskGroup { group in
        for await job in stream {
          group.addTask { await self.perform(job) }
        }
      }
    } onCancel: {
      stopReading()
    }
    await flush()
  }

  /// Ends the reading as if the input had ended; requests in flight go on, calls end as closed.
  public func stopReading() {
    state.withLock { state in
      state.isStopped = true
      wake(&state)
    }
  }

  /// From now on the output is waited for no longer than this; then what waits in it is dropped, as
  /// if nobody read any more. Without it, that is so at the end when for minutes nothing was taken.
  public func limitOutput(to limit: Duration) {
    state.withLock { state in
      state.outputPatience = nil
      state.outputDeadline = .now + limit
      wake(&state)
    }
  }

  /// Cancels every task in flight.
  public func cancelAll() {
    change { state in
      for ticket in state.requests.cancelAll() { state.tasks[ticket]?.finish() }
    }
  }

  /// Cancels the request in flight of that id; nil when there is none. Called by the handler it means
  /// the request that is in flight as the handler's own is read, and never a later one of that id. A
  /// task that has not begun is cancelled from its beginning.
  public func cancel(_ id: RequestID) -> CancelledRequest? {
    let (answered, continuation) = AsyncStream.makeStream(of: Never.self)
    var isInFlight = true
    change { state in
      let waiter = state.nextWaiter()
      switch state.requests.cancel(id, waiter: waiter) {
      case .unknown: isInFlight = false
      case .cancel(let ticket):
        state.tasks[ticket]?.finish()
        fallthrough
      case .wait: state.waiters[waiter] = continuation
      }
    }
    return isInFlight ? CancelledRequest(isAnswered: answered) : nil
  }

  /// Sends a notification.
  ///
  /// - Parameters:
  ///   - params: An object or an array; `.null` for none.
  ///   - during: It is dropped unless that request is in flight and unanswered, so that no progress
  ///     comes after the answer.
  public func notify(_ method: String, _ params: JSON, during: RequestID? = nil) {
    let request = Request(id: nil, method: method, params: params == .null ? nil : params)
    change { state in
      if let during, !state.requests.isUnanswered(during) { return }
      state.outbox.append { request.encode(into: &$0) }
    }
  }

  /// Sends a request and waits for its answer.
  ///
  /// - Parameters:
  ///   - params: An object or an array; `.null` for none.
  ///   - whenCancelled: What follows when the task is cancelled.
  public func call(
    _ method: String, _ params: JSON, whenCancelled: Withdrawal = .wait
  ) async throws(CallError) -> JSON {
    let sent = Mutex<SentCall>(.not)
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: Call) in
        let id = send(method, params, continuation)
        // Whoever comes second, this or the cancellation, does what follows from both.
        let isCancelled = sent.withLock { sent in
          defer { sent = .sent(id) }
          return sent == .cancelled
        }
        if isCancelled { withdraw(id, whenCancelled) }
      }
    } onCancel: {
      let before = sent.withLock { sent in
        defer { if sent == .not { sent = .cancelled } }
        return sent
      }
      if case .sent(let id) = before { withdraw(id, whenCancelled) }
    }
    return try result.get()
  }

  private func send(_ method: String, _ params: JSON, _ continuation: Call) -> Int64? {
    var call: Int64?
    change { state in
      guard !state.outbox.isClosed, let id = state.calls.enter() else {
        continuation.resume(returning: .failure(.closed))
        return
      }
      call = id
      state.callers[id] = continuation
      let params = params == .null ? nil : params
      let request = Request(id: .integer(id), method: method, params: params)
      state.outbox.append { request.encode(into: &$0) }
    }
    return call
  }

  private func withdraw(_ call: Int64?, _ withdrawal: Withdrawal) {
    guard let call else { return }
    switch withdrawal {
    case .wait: break
    case .tell(let method, let params): notify(method, params)
    case .abandon:
      let caller = state.withLock { state in
        state.calls.answer(.integer(call)).flatMap { state.callers.removeValue(forKey: $0) }
      }
      caller?.resume(returning: .failure(.abandoned))
    }
  }
}

/// What becomes of a call whose task is cancelled.
public enum Withdrawal: Sendable {
  /// It is waited for all the same.
  case wait
  /// The peer is told with this notification, which never comes before the request; the answer is
  /// waited for.
  case tell(method: String, params: JSON)
  /// Nobody waits any more; an answer that comes is dropped.
  case abandon
}

/// How far a call has come when its task is cancelled.
private enum SentCall: Equatable {
  case not
  case cancelled
  /// Nil: there was no connection any more.
  case sent(Int64?)
}

/// A request that was cancelled and has not been answered yet.
public struct CancelledRequest: Sendable {
  let isAnswered: AsyncStream<Never>

  /// Returns when its answer has been queued (in a batch: is ready), or the waiting task is itself
  /// cancelled.
  public func answered() async { for await _ in isAnswered {} }
}
