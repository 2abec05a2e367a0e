// What the profiles beside the operator's get of the pool: standbys of those that are asked for often.

/// How often customers ask for each profile, and how many standbys that calls for.
public struct Shares: Sendable, Equatable {
  public typealias Instant = ContinuousClock.Instant

  /// How many profiles and wishes are remembered: what is asked for once by many is no crowd.
  static let most = 200
  /// From how many customers on a profile has a share; until nobody has come for so long that
  /// nothing of them is left in the demand.
  static let often = 2

  private struct Profile: Sendable, Equatable {
    var demand = Demand()
    var customers = 0
  }

  private var profiles: [String: Profile] = [:]
  /// Which profile a wish came to.
  private var known: [String: String] = [:]
  /// Customers whose wish nobody had before: whose they are is known when the bench has said so.
  private var unknown: [String: Int] = [:]

  public init() {}

  /// A customer has come. Returns the profile that the wish is for, where that is known.
  mutating func arrived(_ wish: String, at now: Instant) -> String? {
    if let profile = known[wish] { return profile }
    if unknown.count < Self.most { unknown[wish, default: 0] += 1 }
    return nil
  }

  /// Returns how many have asked for it before that was known.
  mutating func learned(_ wish: String, is profile: String) -> Int {
    if known.count >= Self.most { known = [:] }
    known[wish] = profile
    return unknown.removeValue(forKey: wish) ?? 0
  }

  mutating func count(_ profile: String, at now: Instant) {
    forget(at: now)
    guard profiles[profile] != nil || profiles.count < Self.most else { return }
    profiles[profile, default: Profile()].demand.arrived(at: now)
    profiles[profile]?.customers += 1
  }

  /// An earlier process has found that so many are wanted.
  mutating func assume(_ stock: Int, of profile: String, at now: Instant) {
    guard stock > 0, profiles.count < Self.most else { return }
    profiles[profile, default: Profile()].demand.assume(stock, at: now)
    profiles[profile]?.customers += Self.often
  }

  mutating func refilled(_ profile: String, in time: Duration) {
    profiles[profile]?.demand.refilled(in: time)
  }

  /// How many standbys each is to have, of `room` in all: whoever is asked for most comes first,
  /// and each has one before another has two.
  func wanted(at now: Instant, room: Int) -> [String: Int] {
    var left = room
    var found: [String: Int] = [:]
    var asked = profiles.filter { $0.value.customers >= Self.often }
      .map { (profile: $0.key, stock: $0.value.demand.wanted(at: now)) }
      .sorted { ($1.stock, $0.profile) < ($0.stock, $1.profile) }
    while left > 0, asked.contains(where: { $0.stock > 0 }) {
      for index in asked.indices where asked[index].stock > 0 && left > 0 {
        found[asked[index].profile, default: 0] += 1
        asked[index].stock -= 1
        left -= 1
      }
    }
    return found
  }

  private mutating func forget(at now: Instant) {
    profiles = profiles.filter { $0.value.demand.wanted(at: now) > 0 }
  }
}
