// Makes the bench whole after each start of a session: whatever a crash left is dropped before
// anything new is made.

import Bench
import Synchronization

/// Runs one reconciliation a session, and again until it has worked.
final class Reconciler: Sendable {
  private struct Shared {
    /// How many sessions have started, and how many of them are dealt with.
    var started = 0
    var settled = 0
    var waiting: [AsyncStream<Never>.Continuation] = []
    var dropped: [String] = []

    var isPending: Bool { settled < started }
  }

  /// How often another tenantd's remnants are looked for, or those of a session of this one whose
  /// end the database had not noticed at the start.
  private static let patrol = Duration.seconds(60)

  private let log: Log
  private let shared = Mutex(Shared())
  private let starts: AsyncStream<Void>
  private let start: AsyncStream<Void>.Continuation

  init(log: Log) {
    self.log = log
    (starts, start) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// What was dropped since the start.
  var dropped: [String] { shared.withLock { $0.dropped } }

  /// A session has started: from here on `settled` waits for its reconciliation.
  func sessionStarted() {
    shared.withLock { $0.started += 1 }
    start.yield()
  }

  /// Returns when no reconciliation is pending, or the task is cancelled. One that fails does not
  /// keep anybody: the requests find the same trouble and tell it.
  func settled() async {
    let stream = AsyncStream<Never> { continuation in
      let isPending = shared.withLock { shared in
        if shared.isPending { shared.waiting.append(continuation) }
        return shared.isPending
      }
      if !isPending { continuation.finish() }
    }
    for await _ in stream {}
  }

  /// Serves until its task is cancelled; `then` follows each reconciliation that worked, when nobody
  /// waits for that any more.
  func run(_ agent: Agent, then: @escaping @Sendable () async -> Void) async {
    await withDiscardingTaskGroup { group in
      group.addTask {
        while (try? await Task.sleep(for: Self.patrol)) != nil { self.start.yield() }
      }
      await serve(agent, then)
      group.cancelAll()
    }
  }

  private func serve(_ agent: Agent, _ then: @Sendable () async -> Void) async {
    for await _ in starts {
      var rest = 1
      while !Task.isCancelled {
        let started = shared.withLock { $0.started }
        let worked = await reconcile(agent)
        settle(started)
        if worked {
          await then()
          break
        }
        try? await Task.sleep(for: .seconds(rest))
        rest = min(rest * 2, 60)
      }
    }
    settle(.max)
  }

  /// The sessions up to that one are dealt with; one that has started meanwhile has its own turn.
  private func settle(_ session: Int) {
    let waiting = shared.withLock { shared in
      shared.settled = session
      guard !shared.isPending else { return [AsyncStream<Never>.Continuation]() }
      defer { shared.waiting = [] }
      return shared.waiting
    }
    for continuation in waiting { continuation.finish() }
  }

  private func reconcile(_ agent: Agent) async -> Bool {
    do throws(BenchError) {
      let (dropped, failed) = try await agent.reconcile(
        job: randomHex(bytes: 16), orphans: false, dryRun: false, timeout: 300)
      shared.withLock { $0.dropped += dropped.map { "\($0.kind) \($0.name)" } }
      for remnant in dropped {
        log(.warning, "dropped what a dead provision left", ["site": .string(remnant.name)])
      }
      for remnant in failed {
        log(
          .error, "could not drop what a dead provision left",
          ["site": .string(remnant.name), "reason": .string(remnant.reason ?? "")])
      }
      return failed.isEmpty
    } catch {
      log(.warning, "the bench was not reconciled", ["reason": .string(error.reason)])
      return false
    }
  }
}
