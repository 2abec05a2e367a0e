// What the standby pool needs next: a pure policy over what a survey of the bench found.

/// The pool's policy. One thing is done at a time, and a new survey is taken after each, because
/// other processes on the bench work on the same pool.
public struct StandbyPool: Sendable, Equatable {
  /// The pool on the whole bench.
  public struct Survey: Sendable, Equatable {
    /// Whether there is a finished template of the bench's build.
    public var hasTemplate: Bool
    /// Whether some process is making one.
    public var isBuilding: Bool
    /// Standbys of this build, whoever holds them.
    public var standbys: Int
    /// Those that no process holds.
    public var adoptable: [String]
    /// Standbys and templates of other builds, and broken ones, that no process holds.
    public var stale: [String]

    public init(
      hasTemplate: Bool, isBuilding: Bool, standbys: Int, adoptable: [String], stale: [String]
    ) {
      self.hasTemplate = hasTemplate
      self.isBuilding = isBuilding
      self.standbys = standbys
      self.adoptable = adoptable
      self.stale = stale
    }
  }

  public enum Action: Sendable, Equatable {
    /// Take over a standby that an earlier process left.
    case adopt(String)
    /// Drop a site that can never be handed out.
    case drop(String)
    case makeTemplate
    case makeStandby
  }

  /// How many standbys are wanted; 0: the pool is off and makes nothing.
  public let size: Int
  /// How many actions have failed one after another.
  public private(set) var failures = 0

  public init(size: Int) { self.size = size }

  /// What to do next; nil: nothing, until something changes.
  ///
  /// - Parameter isIdle: Whether no customer is being served or waits. Refilling yields to them.
  public func next(_ survey: Survey, isIdle: Bool) -> Action? {
    guard size > 0, isIdle else { return nil }
    // One that nobody holds and nobody needs would wait for ever.
    if survey.standbys > size, let extra = survey.adoptable.last { return .drop(extra) }
    if let adoptable = survey.adoptable.first { return .adopt(adoptable) }
    if let stale = survey.stale.first { return .drop(stale) }
    if !survey.hasTemplate { return survey.isBuilding ? nil : .makeTemplate }
    return survey.standbys < size ? .makeStandby : nil
  }

  /// An action worked.
  public mutating func succeeded() { failures = 0 }

  /// An action failed.
  ///
  /// - Returns: How long to leave the pool alone before the next survey.
  public mutating func failed() -> Duration {
    failures += 1
    return .seconds(min(60, 1 << min(failures, 6)))
  }
}
