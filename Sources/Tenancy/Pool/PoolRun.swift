// Keeps the standby pool: surveys the bench when something has changed, and does what the policy
// asks for.

import Synchronization

/// The shell around `StandbyPool`.
public final class PoolRun: Sendable {
  /// How the pool is doing, for `status`.
  public struct State: Sendable {
    public var sizes: ClosedRange<Int>
    public var wanted: Int
    public var failure: PoolFailure?
  }

  private struct Kept {
    var policy: StandbyPool
    /// What is being done now.
    var action: StandbyPool.Action?
    /// Whether a customer has come since the start.
    var hasServed = false
    var failedAt = ""
  }

  private enum Next {
    case again
    /// When the policy wants to be asked, unless something changes before.
    case at(ContinuousClock.Instant)
    case nothing
  }

  /// How often the bench is looked at when nothing is heard of.
  private static let patrol = Duration.seconds(60)

  private let timestamp: @Sendable () -> String
  private let report: @Sendable (PoolEvent) -> Void
  private let changes: AsyncStream<Void>
  private let change: AsyncStream<Void>.Continuation
  private let kept: Mutex<Kept>
  private let work = Mutex<Task<Void, Never>?>(nil)
  private let isPaused = Atomic(false)

  /// - Parameters:
  ///   - sizes: How many standbys are wanted at least and at most.
  ///   - timestamp: Now, in UTC, as RFC 3339.
  ///   - events: Called with what happens, from any thread, and quick to return.
  public init(
    sizes: ClosedRange<Int>, timestamp: @escaping @Sendable () -> String,
    events: @escaping @Sendable (PoolEvent) -> Void = { _ in }
  ) {
    (self.timestamp, report) = (timestamp, events)
    kept = Mutex(Kept(policy: StandbyPool(sizes: sizes)))
    (changes, change) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  public var state: State {
    kept.withLock { kept in
      State(
        sizes: kept.policy.sizes, wanted: kept.policy.total(at: .now),
        failure: kept.policy.failure.map {
          PoolFailure(reason: $0.reason, at: kept.failedAt, tries: $0.tries)
        })
    }
  }

  /// Something has changed: a customer was served, a standby ended.
  public func wake() { change.yield() }

  /// A customer has come.
  ///
  /// - Parameter wish: What was asked for of a profile.
  public func arrived(_ wish: String? = nil) {
    kept.withLock { kept in
      kept.policy.arrived(wish, at: .now)
      kept.hasServed = true
    }
    wake()
  }

  /// What a customer has asked for came to that profile.
  public func learned(_ wish: String, is profile: String) {
    kept.withLock { $0.policy.learned(wish, is: profile, at: .now) }
  }

  /// A session has begun.
  public func sessionBegan() { kept.withLock { $0.policy.sessionBegan() } }

  /// Leaves the pool as it is until the process is started again.
  public func pause() { isPaused.store(true, ordering: .relaxed) }

  /// Serves until `stop()`, or the task is cancelled.
  public func run(_ bench: PoolActions, load: @escaping @Sendable () -> StandbyPool.Load) async {
    guard state.sizes.upperBound > 0 else { return }
    let task = Task {
      await withDiscardingTaskGroup { group in
        group.addTask {
          while (try? await Task.sleep(for: Self.patrol)) != nil { self.wake() }
        }
        var alarm = ContinuousClock.now
        for await _ in changes {
          var next = Next.again
          while case .again = next, !Task.isCancelled { next = await step(bench, load) }
          guard case .at(let due) = next, alarm <= .now || due < alarm else { continue }
          alarm = due
          group.addTask {
            try? await Task.sleep(until: due, clock: .continuous)
            self.wake()
          }
        }
        group.cancelAll()
      }
    }
    work.withLock { $0 = task }
    await withTaskCancellationHandler {
      await task.value
    } onCancel: {
      task.cancel()
    }
  }

  /// Ends what is being done, undone where it was half done, and returns then.
  ///
  /// - Parameter finishing: A template that is being made for customers who have come is finished
  ///   first: a process that serves one of them must not leave the next one without it again.
  public func stop(finishing: Bool) async {
    pause()
    change.finish()
    let isMaking = kept.withLock { $0.action == .makeTemplate && $0.hasServed }
    let task = work.withLock { $0 }
    if finishing, isMaking {
      report(.finishesTemplate)
    } else {
      task?.cancel()
    }
    await task?.value
  }

  /// Ends a template that `stop` waits for.
  public func abandon() { work.withLock { $0 }?.cancel() }

  private func step(_ bench: PoolActions, _ load: @Sendable () -> StandbyPool.Load) async -> Next {
    guard !isPaused.load(ordering: .relaxed) else { return .nothing }
    if let due = kept.withLock({ $0.policy.pause(load(), at: .now) }) { return .at(due) }
    let (found, noted): (StandbyPool.Survey, PoolFailure?)
    do throws(PoolTrouble) {
      (found, noted) = try await bench.survey()
    } catch {
      return await failed(nil, error, bench)
    }
    let chosen = kept.withLock { kept in
      let action = kept.policy.next(found, load(), at: .now)
      kept.action = action
      return action.map { (action: $0, wanted: kept.policy.size(for: $0, at: .now)) }
    }
    guard let (action, wanted) = chosen else {
      // Whoever noted it may be gone: it is over when somebody sees that the pool is kept.
      let isKept = kept.withLock { $0.policy.isKept }
      report(.rests(isKept: isKept))
      if isKept, noted != nil { await bench.note(nil) }
      return .nothing
    }
    defer { kept.withLock { $0.action = nil } }
    report(.began(action))
    let began = ContinuousClock.now
    do throws(PoolTrouble) {
      try await bench.carryOut(action, wanted)
    } catch {
      return await failed(action, error, bench)
    }
    let isMended = kept.withLock { kept in
      kept.policy.succeeded(action, began: began, at: .now)
      return kept.policy.failure == nil
    }
    if isMended, noted != nil { await bench.note(nil) }
    return .again
  }

  private func failed(
    _ action: StandbyPool.Action?, _ trouble: PoolTrouble, _ bench: PoolActions
  ) async -> Next {
    let reason: String
    switch trouble {
    case .busy:
      kept.withLock { $0.policy.isBusy(at: .now) }
      return .again
    case .rehearsalsOff(let hook):
      // What the next standby does without is told once, with the hook that will not have it.
      report(.rehearsalsOff(reason: hook))
      return .again
    case .failed(let why): reason = why
    }
    if Task.isCancelled { return .nothing }
    let failure = kept.withLock { kept in
      kept.policy.failed(action, reason, at: .now)
      kept.failedAt = timestamp()
      return kept.policy.failure
    }
    if let failure { report(.failed(reason: reason, tries: failure.tries)) }
    // A bench that does not answer is seen by everybody; what fails there is noted for them.
    if action != nil, let noted = state.failure { await bench.note(noted) }
    return .again
  }
}
