// How many standbys the customers' coming calls for: a pure measure over arrivals and refill times.

/// The stock that would just have sufficed lately: the most customers who ever waited at once, had
/// each had to wait for a standby of their own, made one after the other.
///
/// For a burst that is its size, and for a steady stream arrivals times the time of a refill, with
/// what chance adds to that. A stream faster than the refills asks for ever more.
public struct Demand: Sendable, Equatable {
  public typealias Instant = ContinuousClock.Instant

  /// How long a standby waits for a crowd that does not come again, before one fewer is wanted.
  public static let patience = Duration.seconds(600)
  /// What a refill is taken to cost until one was seen.
  static let firstRefill = Duration.seconds(2)

  /// What a refill costs: the last ones, the newest counting most.
  public private(set) var refill = Demand.firstRefill
  private var hasSeenRefill = false
  /// Customers who came and for whom nobody could have made a standby yet.
  private var owed = 0.0
  private var peak = 0.0
  private var last: Instant?

  public init() {}

  /// A customer has come.
  public mutating func arrived(at now: Instant) {
    advance(to: now)
    owed += 1
    peak = max(peak, owed)
  }

  /// A standby was made, in that time.
  public mutating func refilled(in time: Duration) {
    refill = hasSeenRefill ? (refill * 3 + time) / 4 : time
    hasSeenRefill = true
  }

  /// An earlier process wanted that many.
  public mutating func assume(_ stock: Int, at now: Instant) {
    advance(to: now)
    peak = max(peak, Double(stock))
  }

  /// How many are wanted now.
  public func wanted(at now: Instant) -> Int {
    var later = self
    later.advance(to: now)
    return Int(later.peak.rounded(.up))
  }

  private mutating func advance(to now: Instant) {
    defer { last = max(now, last ?? now) }
    guard let last, now > last else { return }
    owed = max(0, owed - (now - last) / max(refill, .milliseconds(1)))
    peak = max(owed, peak - (now - last) / Self.patience)
  }
}
