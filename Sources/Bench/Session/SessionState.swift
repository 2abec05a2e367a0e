// When a session starts, who waits for it, how long it rests after a failure, and when it counts as
// dead: a pure machine.

/// The decisions of a session. It reads no clock and starts nothing: the shell around it
/// (`Session`) carries out the actions and reports back.
struct SessionState {
  typealias Waiter = Int

  enum State: Equatable {
    /// An attempt is under way; `attempt` counts from 0 since the last time it worked.
    case starting(attempt: Int)
    /// `misses`: how often it was time for a ping and the last one had no answer; nil: none is out.
    case ready(misses: Int?)
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
    case ping
    /// End the process: it does not answer.
    case kill
  }

  private(set) var state = State.resting(attempt: 0)
  /// Why there is no session now; nil when there is one, or none was tried yet.
  private(set) var trouble: BenchError?
  /// Whether there has been a session. Before, a failure is told at once: it may be a setting's.
  private(set) var hasWorked = false
  private var waiters: [(id: Waiter, isPatient: Bool)] = []

  /// Seconds of rest before each attempt since the last that worked; the last one stays.
  static let rests = [0.0, 0.25, 0.5, 1, 2, 5]
  /// How many pings may go unanswered.
  static let maximumMisses = 2

  static let closedError = BenchError.unreachable(reason: "The session was closed.")

  var isReady: Bool { if case .ready = state { true } else { false } }

  /// The rest is over, or the session begins.
  mutating func begin() -> [Action] {
    guard case .resting(let attempt) = state else { return [] }
    state = .starting(attempt: attempt)
    return [.launch]
  }

  /// Somebody needs the session.
  ///
  /// - Parameter isPatient: Whether it waits on when an attempt fails, once there has been a session.
  mutating func want(_ waiter: Waiter, isPatient: Bool = false) -> [Action] {
    switch state {
    case .ready: return [.resume([waiter])]
    case .closed: return [.fail([waiter], Self.closedError)]
    case .starting:
      waiters.append((waiter, isPatient))
      return []
    case .resting:
      waiters.append((waiter, isPatient))
      return [.wake]
    }
  }

  /// A waiter gave up. It is told what there is no session for.
  mutating func forget(_ waiter: Waiter) -> [Action] {
    guard let index = waiters.firstIndex(where: { $0.id == waiter }) else { return [] }
    waiters.remove(at: index)
    return [.fail([waiter], trouble.flatMap { hasWorked ? .lost($0) : nil } ?? .cancelled)]
  }

  /// The agent has said who it is.
  mutating func started() -> [Action] {
    guard case .starting = state else { return [] }
    state = .ready(misses: nil)
    hasWorked = true
    trouble = nil
    return empty { .resume($0) }
  }

  /// It is time to see whether the agent lives.
  mutating func tick() -> [Action] {
    guard case .ready(let misses) = state else { return [] }
    guard let misses else {
      state = .ready(misses: 0)
      return [.ping]
    }
    state = .ready(misses: misses + 1)
    return misses + 1 == Self.maximumMisses ? [.kill] : []
  }

  /// The agent has answered its ping.
  mutating func heard() { if case .ready = state { state = .ready(misses: nil) } }

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
    let patient = hasWorked ? waiters.filter(\.isPatient) : []
    if hasWorked { waiters.removeAll { $0.isPatient } }
    let told = hasWorked ? BenchError.lost(error) : error
    let actions = empty { .fail($0, told) }
    waiters = patient
    return actions + [.rest(Self.rests[min(attempt, Self.rests.count - 1)])]
  }

  /// No session any more.
  mutating func close() -> [Action] {
    state = .closed
    return empty { .fail($0, Self.closedError) } + [.wake]
  }

  /// Takes all waiters out, for an action where there are any.
  private mutating func empty(_ action: ([Waiter]) -> Action) -> [Action] {
    defer { waiters = [] }
    return waiters.isEmpty ? [] : [action(waiters.map(\.id))]
  }
}
