// Makes the bench whole after each start of a session: whatever a crash left is dropped before
// anything new is made.

import Synchronization

/// Something that a dead provision or a drop has left, or that no site names.
public struct Remnant: Sendable, Equatable {
  /// `site`, `folder`, `file`, `database` or `database_user`.
  public let kind: String
  public let name: String
  /// Why it could not be removed; nil when it was.
  public let reason: String?

  public init(kind: String, name: String, reason: String?) {
    (self.kind, self.name, self.reason) = (kind, name, reason)
  }
}

/// How a reconciliation went, for a log.
public enum ReconcilerEvent: Sendable, Equatable {
  case dropped(Remnant)
  case failed(Remnant)
  /// The bench did not answer; a sentence.
  case unanswered(reason: String)
}

/// Runs one reconciliation a session, and again until it has worked.
public final class Reconciler: Sendable {
  private struct Sessions {
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

  /// Drops what dead provisions left, and tells what could not be dropped.
  public typealias Reconcile =
    @Sendable () async throws(Failure) -> (dropped: [Remnant], failed: [Remnant])

  private let report: @Sendable (ReconcilerEvent) -> Void
  private let sessions = Mutex(Sessions())
  private let starts: AsyncStream<Void>
  private let start: AsyncStream<Void>.Continuation

  /// - Parameter events: Called with what is found, from any thread, and quick to return.
  public init(events: @escaping @Sendable (ReconcilerEvent) -> Void = { _ in }) {
    report = events
    (starts, start) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// What was dropped since the start.
  public var dropped: [String] { sessions.withLock { $0.dropped } }

  /// A session has started: from here on `settled` waits for its reconciliation.
  public func sessionStarted() {
    sessions.withLock { $0.started += 1 }
    start.yield()
  }

  /// Returns when no reconciliation is pending, or the task is cancelled. One that fails does not
  /// keep anybody: the requests find the same trouble and tell it.
  public func settled() async {
    let stream = AsyncStream<Never> { continuation in
      let isPending = sessions.withLock { sessions in
        if sessions.isPending { sessions.waiting.append(continuation) }
        return sessions.isPending
      }
      if !isPending { continuation.finish() }
    }
    for await _ in stream {}
  }

  /// Serves until its task is cancelled; `then` follows each reconciliation that worked, when nobody
  /// waits for that any more.
  public func run(
    _ reconcile: @escaping Reconcile, then: @escaping @Sendable () async -> Void
  ) async {
    await withDiscardingTaskGroup { group in
      group.addTask {
        while (try? await Task.sleep(for: Self.patrol)) != nil { self.start.yield() }
      }
      await serve(reconcile, then)
      group.cancelAll()
    }
  }

  private func serve(_ reconcile: Reconcile, _ then: @Sendable () async -> Void) async {
    for await _ in starts {
      var rest = 1
      while !Task.isCancelled {
        let started = sessions.withLock { $0.started }
        let worked = await isInOrder(reconcile)
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
    let waiting = sessions.withLock { sessions in
      sessions.settled = session
      guard !sessions.isPending else { return [AsyncStream<Never>.Continuation]() }
      defer { sessions.waiting = [] }
      return sessions.waiting
    }
    for continuation in waiting { continuation.finish() }
  }

  private func isInOrder(_ reconcile: Reconcile) async -> Bool {
    do throws(Failure) {
      let (dropped, failed) = try await reconcile()
      sessions.withLock { $0.dropped += dropped.map { "\($0.kind) \($0.name)" } }
      for remnant in dropped { report(.dropped(remnant)) }
      for remnant in failed { report(.failed(remnant)) }
      return failed.isEmpty
    } catch {
      report(.unanswered(reason: error.reason))
      return false
    }
  }
}
