// A bench that does what the test says, a clock that the test moves, and events that it can await.
import Synchronization

@testable import Tenancy

/// A place where calls arrive, and go on when the test says so. It is open until it is closed.
final class Gate: Sendable {
  private enum Ticket {
    case waiting(CheckedContinuation<Failure?, Never>)
    case opened(Failure?)
  }

  private struct State {
    var isClosed: Bool
    var tickets: [String: Ticket] = [:]
  }

  private let state: Mutex<State>
  private let ignoresCancellation: Bool
  private let arrived = AsyncStream<String>.makeStream()
  private let interrupted = AsyncStream<String>.makeStream()

  init(closed: Bool = false, ignoresCancellation: Bool = false) {
    state = Mutex(State(isClosed: closed))
    self.ignoresCancellation = ignoresCancellation
  }

  /// The next call that arrives.
  func arrival() async -> String {
    for await name in arrived.stream { return name }
    return "nobody"
  }

  /// The next call that is interrupted.
  func interruption() async -> String {
    for await name in interrupted.stream { return name }
    return "nobody"
  }

  /// Lets a call go on, or fail.
  func open(_ name: String, _ failure: Failure? = nil) {
    let waiting = state.withLock { state -> CheckedContinuation<Failure?, Never>? in
      if case .waiting(let continuation) = state.tickets.removeValue(forKey: name) {
        return continuation
      }
      state.tickets[name] = .opened(failure)
      return nil
    }
    waiting?.resume(returning: failure)
  }

  /// Lets all later calls go on.
  func open() { state.withLock { $0.isClosed = false } }

  func pass(_ name: String) async throws(Failure) {
    arrived.continuation.yield(name)
    let failure = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let now = state.withLock { state -> Failure?? in
          if Task.isCancelled, !ignoresCancellation { return .cancelled(step: nil) }
          if case .opened(let failure) = state.tickets.removeValue(forKey: name) { return failure }
          if !state.isClosed { return .some(nil) }
          state.tickets[name] = .waiting(continuation)
          return nil
        }
        if let now { continuation.resume(returning: now) }
      }
    } onCancel: {
      interrupted.continuation.yield(name)
      if !ignoresCancellation { open(name, .cancelled(step: nil)) }
    }
    if let failure { throw failure }
  }
}

/// A bench whose calls all go through gates, and its provisioner.
final class FakeBench: Sendable {
  let lookUp = Gate()
  let prepare: Gate
  let claim: Gate
  let reissue = Gate()
  let undo: Gate
  let time = ManualTime()
  let events = AsyncStream<JobEvent>.makeStream()
  private let existing: Mutex<OrderLookUp>
  private let attempts = Mutex<[Attempt]>([])
  private let limits: (concurrency: Int, capacity: Int, uniqueEmail: Bool)

  init(
    concurrency: Int = 4, capacity: Int = 10, uniqueEmail: Bool = true,
    existing: OrderLookUp = .free,
    prepare: Gate = Gate(), claim: Gate = Gate(), undo: Gate = Gate()
  ) {
    self.prepare = prepare
    self.claim = claim
    self.undo = undo
    self.existing = Mutex(existing)
    limits = (concurrency, capacity, uniqueEmail)
  }

  /// What `prepare` was called for.
  var prepared: [Attempt] { attempts.withLock { $0 } }

  func set(existing: OrderLookUp) { self.existing.withLock { $0 = existing } }

  func provisioner(time source: TimeSource? = nil) -> Provisioner<String> {
    let events = events.continuation
    return Provisioner(
      concurrency: limits.concurrency, capacity: limits.capacity, uniqueEmail: limits.uniqueEmail,
      bench: actions, time: source ?? time.source, events: { events.yield($0) })
  }

  /// The next event that is as the test wants it; those before it are dropped.
  func event(where wanted: (JobEvent) -> Bool) async {
    for await event in events.stream where wanted(event) { return }
  }

  private var actions: BenchActions<String> {
    BenchActions(
      lookUp: { [self] _, order throws(Failure) in
        try await lookUp.pass(order.site)
        return existing.withLock { $0 }
      },
      prepare: { [self] attempt, order, _, progress throws(Failure) in
        attempts.withLock { $0.append(attempt) }
        progress(StepProgress(.site, .started))
        try await prepare.pass(order.site)
        time.advance(by: .seconds(2))
        progress(StepProgress(.site, .done))
        progress(StepProgress(.app, .warning("No app.")))
        return Prepared(hidden: "tenantd-\(order.subdomain)")
      },
      reissue: { [self] _, site, _, progress throws(Failure) in
        progress(StepProgress(.keys, .started))
        try await reissue.pass(site)
        progress(StepProgress(.keys, .done))
        return "new keys"
      },
      undo: { [self] _, sites throws(Failure) in
        try await undo.pass(sites.joined(separator: " "))
      })
  }

  /// What a signup's own claim does.
  func claiming(_ credentials: String = "keys") -> Provisioner<String>.Claim {
    { [self] _, order, hidden, _, progress throws(Failure) in
      progress(StepProgress(.owner, .started))
      try await claim.pass(hidden)
      time.advance(by: .seconds(1))
      progress(StepProgress(.owner, .done))
      return credentials
    }
  }
}

/// A clock that stands still until the test moves it.
final class ManualTime: Sendable {
  private struct State {
    var now = ContinuousClock.now
    var next = 0
    var sleepers: [Int: (until: ContinuousClock.Instant, CheckedContinuation<Void, Never>)] = [:]
  }

  private let state = Mutex(State())
  private let begun = AsyncStream<Duration>.makeStream()

  /// Returns when somebody sleeps for that long, whom the time may wake then.
  func sleeper(for duration: Duration) async {
    for await other in begun.stream where other == duration { return }
  }

  var source: TimeSource {
    TimeSource(now: { self.state.withLock { $0.now } }, sleep: { await self.sleep(until: $0) })
  }

  func advance(by duration: Duration) {
    let awake = state.withLock { state in
      state.now += duration
      let due = state.sleepers.filter { $0.value.until <= state.now }
      for number in due.keys { state.sleepers[number] = nil }
      return due.values.map(\.1)
    }
    for sleeper in awake { sleeper.resume() }
  }

  private func sleep(until instant: ContinuousClock.Instant) async {
    let number = state.withLock { state in
      state.next += 1
      return state.next
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isDue = state.withLock { state in
          if state.now >= instant || Task.isCancelled { return true }
          state.sleepers[number] = (instant, continuation)
          begun.continuation.yield(instant - state.now)
          return false
        }
        if isDue { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.sleepers.removeValue(forKey: number) }?.1.resume()
    }
  }
}
