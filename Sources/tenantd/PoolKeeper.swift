// Keeps the standby pool filled while no customer is being served.

import Bench
import Synchronization
import Tenancy

/// The shell around `StandbyPool`: surveys the bench when something has changed, and does what the
/// policy asks for.
final class PoolKeeper: Sendable {
  /// How long no customer must have been there before work begins: a burst comes in pieces.
  private static let quiet = Duration.milliseconds(300)
  /// How often the bench is looked at when nothing is heard of.
  private static let patrol = Duration.seconds(60)
  private static let templateLimit = 1800.0
  private static let standbyLimit = 300.0

  private let log: Log
  private let changes: AsyncStream<Void>
  private let change: AsyncStream<Void>.Continuation
  private let pool: Mutex<StandbyPool>
  private let work = Mutex<Task<Void, Never>?>(nil)
  private let isPaused = Atomic(false)

  init(size: Int, log: Log) {
    self.log = log
    pool = Mutex(StandbyPool(size: size))
    (changes, change) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  var size: Int { pool.withLock { $0.size } }

  /// Something has changed: a session began, a customer was served, a standby ended.
  func wake() { change.yield() }

  /// Leaves the pool as it is until the process is started again.
  func pause() { isPaused.store(true, ordering: .relaxed) }

  /// Serves until `stop()`, or the task is cancelled.
  func run(_ agent: Agent, isIdle: @escaping @Sendable () -> Bool) async {
    guard size > 0 else { return }
    let task = Task {
      await withDiscardingTaskGroup { group in
        group.addTask {
          while (try? await Task.sleep(for: Self.patrol)) != nil { self.wake() }
        }
        for await _ in changes {
          while !Task.isCancelled, await step(agent, isIdle) {}
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
  func stop() async {
    let task = work.withLock { $0 }
    task?.cancel()
    await task?.value
  }

  /// Returns whether there may be more to do at once.
  private func step(_ agent: Agent, _ isIdle: @Sendable () -> Bool) async -> Bool {
    do throws(BenchError) {
      guard !isPaused.load(ordering: .relaxed), isIdle(),
        (try? await Task.sleep(for: Self.quiet)) != nil, isIdle()
      else { return false }
      let found = try await agent.survey(job: randomHex(bytes: 16), timeout: 30)
      let policy = pool.withLock { $0 }
      guard let action = policy.next(found.survey, isIdle: isIdle()) else { return false }
      log(.debug, "pool: \(action)")
      try await perform(action, agent)
      pool.withLock { $0.succeeded() }
      return true
    } catch {
      if Task.isCancelled { return false }
      let rest = pool.withLock { $0.failed() }
      log(.warning, "the standby pool could not be kept", ["reason": .string(error.reason)])
      try? await Task.sleep(for: rest)
      return true
    }
  }

  private func perform(_ action: StandbyPool.Action, _ agent: Agent) async throws(BenchError) {
    let job = randomHex(bytes: 16)
    do throws(BenchError) {
      switch action {
      case .adopt(let name):
        try await agent.makeStandby(
          job: job, adopting: name, size: size, timeout: Self.standbyLimit)
      case .drop(let name):
        try await agent.drop(job: job, site: name, force: false, master: nil, timeout: 120)
      case .makeTemplate: try await agent.makeTemplate(job: job, timeout: Self.templateLimit)
      case .makeStandby:
        try await agent.makeStandby(
          job: job, adopting: nil, size: size, timeout: Self.standbyLimit)
      }
    } catch {
      // Half a site is of no use; a session that is gone leaves it to the reconciliation.
      await Task { try? await agent.undo(job: job, timeout: 30) }.value
      if case .adopt(let name) = action {
        log(.warning, "a standby failed its check and is dropped", ["site": .string(name)])
        await Task {
          try? await agent.drop(
            job: job, site: name, force: false, master: nil, timeout: 120)
        }.value
      }
      if case .refused(kind: "pool_busy", _, _) = error { return }
      throw error
    }
  }
}

extension Agent.PoolSurvey {
  var survey: StandbyPool.Survey {
    StandbyPool.Survey(
      hasTemplate: template != nil, isBuilding: isBuilding, standbys: standbys,
      adoptable: adoptable, stale: stale)
  }
}
