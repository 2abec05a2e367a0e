// The bench as it was told last, so that `status` needs no way to the bench and back.

import Bench
import Synchronization

/// The agent tells what its jobs change before it answers for them. What others on the bench
/// change shows when what is kept is older than a second, and is asked for again.
final class LastOverview: Sendable {
  struct View: Sendable {
    var facts: BenchFacts?
    var overview: BenchOverview?
    /// When it was told.
    var since = ContinuousClock.now
    /// Whether the session that told it stands.
    var isCurrent = false
  }

  private static let lifetime = Duration.seconds(1)

  private let kept = Mutex(View())

  func began(_ facts: BenchFacts) {
    kept.withLock { kept in
      (kept.facts, kept.since, kept.isCurrent) = (facts, .now, true)
    }
  }

  func keep(_ overview: BenchOverview) {
    kept.withLock { ($0.overview, $0.since) = (overview, .now) }
  }

  func ended() { kept.withLock { $0.isCurrent = false } }

  /// What was known last, however old.
  var last: View { kept.withLock { $0 } }

  /// What is known, while it is fresh.
  var fresh: View? {
    let view = last
    let isFresh = view.isCurrent && view.overview != nil && .now - view.since < Self.lifetime
    return isFresh ? view : nil
  }
}
