// The decisions of one provision, of its undo and of its beginning again: what to ask of the bench
// next, and what to answer.

/// What the bench knows of an order before any work is done for it.
public enum OrderLookUp: Sendable, Equatable {
  case free
  case siteExists
  /// The owner's address owns a tenant; its site, where it may be told.
  case emailInUse(site: String?)
  /// The tenant was made before, for a request with the same key.
  case sameKey(site: String)
}

/// Why a job is to end early.
public enum Stop: Sendable, Equatable {
  case cancelled
  case timeout(after: Duration)
  case shuttingDown
}

/// One provision. It is a pure value: every input gives the actions that follow from it, and an
/// input that does not fit the state gives none.
///
///     waiting ─▶ preparing ─▶ claiming ─▶ done        a stop while a call runs: ▶ ending
///      ▲ └─────▶ reissuing ────────────────▲          what was begun:           ▶ undoing ▶ failed
///      └ resting ◀────── undoing ◀──────────          an outage: it begins again
public struct Job: Sendable {
  public enum Action: Sendable, Equatable {
    /// Ask the bench what it knows of the order.
    case lookUp
    /// Have a whole site made ready under a hidden name.
    case prepare
    /// Have the hidden site filled in and given its name.
    case claim(hidden: String)
    /// Have new keys made for a tenant that is there.
    case reissue(site: String)
    /// End the call that is running at the bench; its end, or that it does not end, is the next
    /// input but for others that come in between.
    case interrupt
    /// Drop these sites where they are this job's, and whatever else it made.
    case undo(sites: [String])
    /// Everything is undone and begins again, for that reason, as another attempt.
    case restart(Failure)
    /// Let that time pass; its end is the next input but for others that come in between.
    case rest(Duration)
    /// Answer with what the claim or the new keys gave.
    case succeed
    case fail(JobFailure)
  }

  /// A call at the bench.
  public enum Call: Sendable, Equatable {
    case lookUp
    case prepare
    case claim(hidden: String)
    case reissue
  }

  public enum State: Sendable, Equatable {
    /// Until there is room for it (`admitted`) and the bench was asked (`existing`).
    case waiting(admitted: Bool, existing: OrderLookUp?)
    case preparing
    case claiming(hidden: String)
    case reissuing
    /// The call was interrupted and has not ended yet.
    case ending(Call, Stop)
    case undoing(Undo)
    /// Until the bench is tried again.
    case resting(Rest)
    /// It succeeded; until the answer is out, it can still be cancelled. `hidden` is there if
    /// this job made the tenant.
    case done(hidden: String?)
    case failed
  }

  public struct Undo: Sendable, Equatable {
    /// Why, and what is answered unless it begins again.
    var failure: Failure
    var sites: [String]
    /// Whether the call that is undone had ended before.
    var isClean = true
    /// Whether the job begins again behind it.
    var isRestart = false
  }

  public struct Rest: Sendable, Equatable {
    public enum Next: Sendable, Equatable {
      case lookUp(admitted: Bool)
      case undo(sites: [String])
    }

    /// The outage that ended the last call.
    var failure: Failure
    var next: Next
  }

  /// What passes before the first, the second… attempt to go on after an outage; the last one stays.
  /// Short, for a bench that comes back serves who waits for it, and no shorter, for a job may be
  /// what the bench dies of.
  static let rests: [Duration] = [
    .zero, .milliseconds(250), .milliseconds(500), .seconds(1), .seconds(2),
  ]

  /// The site that the job makes.
  public let site: String
  public internal(set) var state = State.waiting(admitted: false, existing: nil)
  /// The step that was begun last.
  public internal(set) var step: Step?
  /// How often it has begun again.
  public internal(set) var restarts = 0
  /// Whether a step was begun since, so that there may be something to undo.
  var hasBegun = false
  var outages = 0

  public init(site: String) { self.site = site }

  /// The first actions, once the job is accepted.
  public var first: [Action] { [.lookUp] }

  /// There is room for the job to run.
  public mutating func admit() -> [Action] {
    switch state {
    case .waiting(false, let existing):
      state = .waiting(admitted: true, existing: existing)
      return begin()
    case .resting(let rest) where rest.next == .lookUp(admitted: false):
      state = .resting(Rest(failure: rest.failure, next: .lookUp(admitted: true)))
      return []
    default: return []
    }
  }

  /// The bench said what it knows of the order.
  public mutating func lookedUp(_ existing: OrderLookUp) -> [Action] {
    switch state {
    case .waiting(let admitted, nil):
      switch existing {
      case .siteExists: return fail(.siteExists(site: site), .nothingDone)
      case .emailInUse(let site): return fail(.emailInUse(site: site), .nothingDone)
      case .free, .sameKey:
        state = .waiting(admitted: admitted, existing: existing)
        return begin()
      }
    case .ending(.lookUp, let stop): return fail(failure(for: stop), .nothingDone)
    default: return []
    }
  }

  /// A step has begun.
  public mutating func began(_ step: Step) {
    switch state {
    case .preparing, .claiming, .reissuing, .ending:
      self.step = step
      hasBegun = true
    case .waiting, .undoing, .resting, .done, .failed: break
    }
  }

  /// The hidden site is ready.
  public mutating func prepared(hidden: String) -> [Action] {
    switch state {
    case .preparing:
      state = .claiming(hidden: hidden)
      return [.claim(hidden: hidden)]
    case .ending(.prepare, let stop): return undo(failure(for: stop), sites: [hidden])
    default: return []
    }
  }

  /// The hidden site has become the tenant's.
  public mutating func claimed() -> [Action] {
    switch state {
    case .claiming(let hidden): return succeed(hidden: hidden)
    case .ending(.claim(let hidden), .cancelled):
      return undo(failure(for: .cancelled), sites: [hidden, site])
    // Too late to stop: the tenant is whole, which serves its customer better than an error.
    case .ending(.claim(let hidden), _): return succeed(hidden: hidden)
    default: return []
    }
  }

  /// New keys were made for the tenant that was there.
  public mutating func reissued() -> [Action] {
    switch state {
    case .reissuing: succeed(hidden: nil)
    case .ending(.reissue, .cancelled): fail(failure(for: .cancelled), .nothingDone)
    case .ending(.reissue, _): succeed(hidden: nil)
    default: []
    }
  }
}

// What follows from more than one input.
extension Job {
  mutating func begin() -> [Action] {
    switch state {
    case .waiting(true, .free):
      state = .preparing
      return [.prepare]
    case .waiting(true, .sameKey(let site)):
      state = .reissuing
      return [.reissue(site: site)]
    default: return []
    }
  }

  mutating func succeed(hidden: String?) -> [Action] {
    state = .done(hidden: hidden)
    return [.succeed]
  }
}
