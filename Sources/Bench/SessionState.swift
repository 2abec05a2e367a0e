// When a session starts, who waits for it, and how long it rests after a failure: a pure machine.

/// The decisions of a session. It reads no clock and starts nothing: the shell around it
/// (`Session`) carries out the actions and reports back.
struct SessionState {
  typealias Waiter = Int

  enum State: Equatable {
    /// An attempt is under way; `attempt` counts from 0 since the last time it worked.
    case starting(attempt: Int)
    case ready
    /// Resting before the next attempt, which a waiter may ask for at once.
    case resting(attempt: Int)
    case closed
  }

  enum Action: Equatable {
    case launch
    /// Rest before launching: seconds.
    case rest(Double)
    /// Cut the rest short.
    case wake
    case resume([Waiter])
    case fail([Waiter], BenchError)
  }

  private(set) var state = State.resting(attempt: 0)
  /// Why there is no session now; nil when there is one, or none was tried yet.
  private(set) var trouble: BenchError?
  private var waiters: [Waiter] = []

  /// Seconds of rest before each attempt since the last that worked; the last one stays.
  static let rests = [0.0, 0.25, 0.5, 1, 2, 5]

  static let closedError = BenchError.unreachable(reason: "The session was closed.")

  /// The rest is over, or the session begins.
  mutating func begin() -> [Action] {
    guard case .resting(let attempt) = state else { return [] }
    state = .starting(attempt: attempt)
    return [.launch]
  }

  /// Somebody needs the session.
  mutating func want(_ waiter: Waiter) -> [Action] {
    switch state {
    case .ready: return [.resume([waiter])]
    case .closed: return [.fail([waiter], Self.closedError)]
    case .starting:
      waiters.append(waiter)
      return []
    case .resting:
      waiters.append(waiter)
      return [.wake]
    }
  }

  /// A waiter gave up.
  mutating func forget(_ waiter: Waiter) { waiters.removeAll { $0 == waiter } }

  /// The agent has said who it is.
  mutating func started() -> [Action] {
    guard case .starting = state else { return [] }
    state = .ready
    trouble = nil
    defer { waiters = [] }
    return waiters.isEmpty ? [] : [.resume(waiters)]
  }

  /// An attempt failed, or a session that worked has ended. The rests grow from failure to
  /// failure; a waiter cuts one short.
  mutating func ended(_ error: BenchError) -> [Action] {
    let attempt: Int
    switch state {
    case .ready: attempt = 1
    case .starting(let failed): attempt = failed + 1
    case .resting, .closed: return []
    }
    state = .resting(attempt: attempt)
    trouble = error
    defer { waiters = [] }
    let rest = Self.rests[min(attempt, Self.rests.count - 1)]
    return (waiters.isEmpty ? [] : [.fail(waiters, error)]) + [.rest(rest)]
  }

  /// No session any more.
  mutating func close() -> [Action] {
    state = .closed
    defer { waiters = [] }
    return (waiters.isEmpty ? [] : [.fail(waiters, Self.closedError)]) + [.wake]
  }
}
