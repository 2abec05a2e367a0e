// Keeps the standby pool: surveys the bench when something has changed, and does what the policy
// asks for.

import Bench
import JSONRPC
import Synchronization
import Tenancy

/// The shell around `StandbyPool`.
final class PoolKeeper: Sendable {
  /// How the pool is doing, for `status`.
  struct State {
    var sizes: ClosedRange<Int>
    var wanted: Int
    var failure: PoolFailure?
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

  private let log: Log
  private let changes: AsyncStream<Void>
  private let change: AsyncStream<Void>.Continuation
  private let kept: Mutex<Kept>
  private let work = Mutex<Task<Void, Never>?>(nil)
  private let isPaused = Atomic(false)

  init(sizes: ClosedRange<Int>, log: Log) {
    self.log = log
    kept = Mutex(Kept(policy: StandbyPool(sizes: sizes)))
    (changes, change) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  var state: State {
    kept.withLock { kept in
      State(
        sizes: kept.policy.sizes, wanted: kept.policy.total(at: .now),
        failure: kept.policy.failure.map {
          PoolFailure(reason: $0.reason, at: kept.failedAt, tries: $0.tries)
        })
    }
  }

  /// Something has changed: a customer was served, a standby ended.
  func wake() { change.yield() }

  /// A customer has come.
  ///
  /// - Parameter wish: What was asked for of a profile.
  func arrived(_ wish: String? = nil) {
    kept.withLock { kept in
      kept.policy.arrived(wish, at: .now)
      kept.hasServed = true
    }
    wake()
  }

  /// What a customer has asked for came to that profile.
  func learned(_ wish: String, is profile: String) {
    kept.withLock { $0.policy.learned(wish, is: profile, at: .now) }
  }

  /// A session has begun.
  func sessionBegan() { kept.withLock { $0.policy.sessionBegan() } }

  /// Leaves the pool as it is until the process is started again.
  func pause() { isPaused.store(true, ordering: .relaxed) }

  /// Serves until `stop()`, or the task is cancelled.
  func run(_ agent: Agent, load: @escaping @Sendable () -> StandbyPool.Load) async {
    guard state.sizes.upperBound > 0 else { return }
    let task = Task {
      await withDiscardingTaskGroup { group in
        group.addTask {
          while (try? await Task.sleep(for: Self.patrol)) != nil { self.wake() }
        }
        var alarm = ContinuousClock.now
        for await _ in changes {
          var next = Next.again
          while case .again = next, !Task.isCancelled { next = await step(agent, load) }
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
  func stop(finishing: Bool) async {
    pause()
    change.finish()
    let isMaking = kept.withLock { $0.action == .makeTemplate && $0.hasServed }
    let task = work.withLock { $0 }
    if finishing, isMaking {
      log(.info, "finishing the template, so that the next signup is quick; a signal ends that")
    } else {
      task?.cancel()
    }
    await task?.value
  }

  /// Ends a template that `stop` waits for.
  func abandon() { work.withLock { $0 }?.cancel() }

  private func step(_ agent: Agent, _ load: @Sendable () -> StandbyPool.Load) async -> Next {
    guard !isPaused.load(ordering: .relaxed) else { return .nothing }
    if let due = kept.withLock({ $0.policy.pause(load(), at: .now) }) { return .at(due) }
    let found: Agent.PoolSurvey
    do throws(BenchError) {
      found = try await agent.survey(job: randomHex(bytes: 16), timeout: 30)
    } catch {
      return await failed(nil, error, agent)
    }
    let chosen = kept.withLock { kept in
      let action = kept.policy.next(found.survey, load(), at: .now)
      kept.action = action
      return action.map { (action: $0, wanted: kept.policy.size(for: $0, at: .now)) }
    }
    guard let (action, wanted) = chosen else {
      // Whoever noted it may be gone: it is over when somebody sees that the pool is kept.
      let isKept = kept.withLock { $0.policy.isKept }
      log(.debug, isKept ? "pool: kept" : "pool: nothing to do now")
      if isKept, found.failure != nil { try? await agent.note(nil) }
      return .nothing
    }
    defer { kept.withLock { $0.action = nil } }
    log(.debug, "pool: \(action)")
    let began = ContinuousClock.now
    do throws(BenchError) {
      try await agent.carryOut(action, size: wanted)
    } catch .refused(kind: "pool_busy", _, _) {
      kept.withLock { $0.policy.isBusy(at: .now) }
      return .again
    } catch .refused(kind: "rehearsal_off", let reason, _) {
      // What the next standby does without is told once, with the hook that will not have it.
      log(.warning, reason)
      return .again
    } catch {
      return await failed(action, error, agent)
    }
    let isMended = kept.withLock { kept in
      kept.policy.succeeded(action, began: began, at: .now)
      return kept.policy.failure == nil
    }
    if isMended, found.failure != nil { try? await agent.note(nil) }
    return .again
  }

  private func failed(
    _ action: StandbyPool.Action?, _ error: BenchError, _ agent: Agent
  ) async -> Next {
    if Task.isCancelled { return .nothing }
    let failure = kept.withLock { kept in
      kept.policy.failed(action, error.reason, at: .now)
      kept.failedAt = Clock.timestamp()
      return kept.policy.failure
    }
    if let failure {
      log(
        .warning, "the standby pool could not be kept",
        ["reason": .string(error.reason), "tries": .integer(Int64(failure.tries))])
    }
    // A bench that does not answer is seen by everybody; what fails there is noted for them.
    if action != nil, let noted = state.failure { try? await agent.note(noted) }
    return .again
  }
}

extension Agent {
  /// Does it whole, or leaves nothing of it.
  fileprivate func carryOut(
    _ action: StandbyPool.Action, size: Int
  ) async throws(BenchError) {
    let job = randomHex(bytes: 16)
    do throws(BenchError) {
      switch action {
      case .adopt(let name): try await makeStandby(job: job, adopting: name, size: size)
      case .drop(let name), .shed(let name):
        try await drop(job: job, site: name, force: false, master: nil, timeout: 120)
      case .makeTemplate: try await makeTemplate(job: job)
      case .makeStandby: try await makeStandby(job: job, adopting: nil, size: size)
      case .makeStandbyOf(let profile):
        try await makeStandby(job: job, adopting: nil, profile: profile, size: size)
      }
    } catch {
      // Half a site is of no use; a session that is gone leaves it to the reconciliation.
      await Task { try? await undo(job: job, timeout: 30) }.value
      if case .adopt(let name) = action {
        await Task {
          try? await drop(job: job, site: name, force: false, master: nil, timeout: 120)
        }.value
      }
      throw error
    }
  }
}

extension Agent.PoolSurvey {
  var survey: StandbyPool.Survey {
    StandbyPool.Survey(
      hasTemplate: template != nil, isBuilding: isBuilding, standbys: standbys, mine: mine,
      adoptable: adoptable, stale: stale, profile: profile,
      others: others.map {
        StandbyPool.Share(
          profile: $0.profile, standbys: $0.standbys, mine: $0.mine, adoptable: $0.adoptable)
      })
  }
}
