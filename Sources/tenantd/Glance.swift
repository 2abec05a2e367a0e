// The bench as it was told last, so that `status` needs no way to the bench and back.

import Bench
import Synchronization

/// The agent tells what its jobs change before it answers for them. What others on the bench
/// change shows when what is kept is older than a second, and is asked for again.
final class Glance: Sendable {
  typealias View = (facts: BenchFacts, overview: BenchOverview)

  private static let lifetime = Duration.seconds(1)

  private struct Kept {
    var facts: BenchFacts?
    var overview: BenchOverview?
    var since = ContinuousClock.now
  }

  private let kept = Mutex(Kept())

  func began(_ facts: BenchFacts) { kept.withLock { $0 = Kept(facts: facts) } }

  func keep(_ overview: BenchOverview) {
    kept.withLock { ($0.overview, $0.since) = (overview, .now) }
  }

  func ended() { kept.withLock { $0 = Kept() } }

  /// What is known, while it is fresh.
  var fresh: View? {
    kept.withLock { kept in
      guard let facts = kept.facts, let overview = kept.overview,
        .now - kept.since < Self.lifetime
      else { return nil }
      return (facts, overview)
    }
  }
}
