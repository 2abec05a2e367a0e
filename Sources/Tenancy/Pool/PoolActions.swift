// What the pool's shell needs of a bench, and what it tells of itself.

/// Why a bench's pool cannot be kept.
public struct PoolFailure: Sendable, Equatable {
  /// One sentence.
  public let reason: String
  /// The last try, in UTC, as RFC 3339.
  public let at: String
  /// How often in succession it has failed.
  public let tries: Int

  public init(reason: String, at: String, tries: Int) {
    (self.reason, self.at, self.tries) = (reason, at, tries)
  }
}

/// Why something that the pool asked for was not done.
public enum PoolTrouble: Error, Equatable {
  /// Another process is at it.
  case busy
  /// The bench's apps will not have rehearsals: a sentence with the hook's name. Standbys are made
  /// without them from now on.
  case rehearsalsOff(reason: String)
  /// A sentence.
  case failed(reason: String)
}

/// What a bench can be asked to do for its pool. Each closure does it whole or leaves nothing of
/// it, also when its task is cancelled.
public struct PoolActions: Sendable {
  /// The pool on the whole bench, and what is noted there.
  public var survey:
    @Sendable () async throws(PoolTrouble) -> (StandbyPool.Survey, noted: PoolFailure?)
  /// Does what the policy asks for; `size` is how many standbys are wanted.
  public var carryOut: @Sendable (StandbyPool.Action, _ size: Int) async throws(PoolTrouble) -> Void
  /// Keeps in the bench, for everybody, why its pool cannot be kept; nil: it can.
  public var note: @Sendable (PoolFailure?) async -> Void

  public init(
    survey:
      @escaping @Sendable () async throws(PoolTrouble) -> (
        StandbyPool.Survey, noted: PoolFailure?
      ),
    carryOut:
      @escaping @Sendable (StandbyPool.Action, _ size: Int) async throws(PoolTrouble) -> Void,
    note: @escaping @Sendable (PoolFailure?) async -> Void
  ) {
    (self.survey, self.carryOut, self.note) = (survey, carryOut, note)
  }
}

/// What happens to the pool, for a log.
public enum PoolEvent: Sendable, Equatable {
  case began(StandbyPool.Action)
  /// Nothing is to be done now; `isKept`: all that is wanted is there.
  case rests(isKept: Bool)
  case rehearsalsOff(reason: String)
  case failed(reason: String, tries: Int)
  /// The process ends, and waits for the template that customers have come for.
  case finishesTemplate
}
