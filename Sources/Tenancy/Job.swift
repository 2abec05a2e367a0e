// The decisions of one provision and of its undo: what to ask of the bench next, and what to answer.

/// What the bench knows of an order before any work is done for it.
public enum Existing: Sendable, Equatable {
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
///        └─────▶ reissuing ────────────────▲          what was begun:           ▶ undoing ▶ failed
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
    case waiting(admitted: Bool, existing: Existing?)
    case preparing
    case claiming(hidden: String)
    case reissuing
    /// The call was interrupted and has not ended yet.
    case ending(Call, Stop)
    /// `clean` is whether the call that is undone had ended before.
    case undoing(Failure, clean: Bool)
    /// It succeeded; until the answer is out, it can still be cancelled. `hidden` is there if
    /// this job made the tenant.
    case done(hidden: String?)
    case failed
  }

  /// The site that the job makes.
  public let site: String
  public private(set) var state = State.waiting(admitted: false, existing: nil)
  /// The step that was begun last.
  public private(set) var step: Step?

  public init(site: String) { self.site = site }

  /// The first actions, once the job is accepted.
  public var first: [Action] { [.lookUp] }

  /// There is room for the job to run.
  public mutating func admit() -> [Action] {
    guard case .waiting(false, let existing) = state else { return [] }
    state = .waiting(admitted: true, existing: existing)
    return begin()
  }

  /// The bench said what it knows of the order.
  public mutating func lookedUp(_ existing: Existing) -> [Action] {
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
    case .preparing, .claiming, .reissuing, .ending: self.step = step
    case .waiting, .undoing, .done, .failed: break
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

  /// The call that was running at the bench has ended without a result.
  public mutating func ended(_ failure: Failure) -> [Action] {
    switch state {
    case .waiting(_, nil): return give(up: .lookUp, failure, cause: failure)
    case .preparing: return give(up: .prepare, failure, cause: failure)
    case .claiming(let hidden):
      if case .standbyLost = failure {
        state = .preparing
        return [.prepare]
      }
      return give(up: .claim(hidden: hidden), failure, cause: failure)
    case .reissuing: return give(up: .reissue, failure, cause: failure)
    case .ending(let call, let stop):
      return give(up: call, self.failure(for: stop), cause: failure)
    case .waiting, .undoing, .done, .failed: return []
    }
  }

  /// The call that was interrupted does not end: what it may have done is undone all the same.
  public mutating func overdue() -> [Action] {
    guard case .ending(let call, let stop) = state else { return [] }
    switch call {
    case .lookUp, .reissue: return fail(failure(for: stop), .nothingDone)
    case .prepare: return undo(failure(for: stop), sites: [], clean: false)
    case .claim(let hidden): return undo(failure(for: stop), sites: [hidden, site], clean: false)
    }
  }

  /// The job is to end early.
  public mutating func stop(_ stop: Stop) -> [Action] {
    switch state {
    case .waiting(_, .some): return fail(failure(for: stop), .nothingDone)
    case .waiting(_, nil): return interrupt(.lookUp, stop)
    case .preparing: return interrupt(.prepare, stop)
    case .claiming(let hidden): return interrupt(.claim(hidden: hidden), stop)
    case .reissuing: return interrupt(.reissue, stop)
    case .ending(let call, _) where stop == .cancelled:
      // Nobody waits for the answer any more, so that a tenant would be nobody's.
      state = .ending(call, .cancelled)
      return []
    case .done(let hidden?) where stop == .cancelled:
      return undo(failure(for: stop), sites: [hidden, site])
    case .done(nil) where stop == .cancelled: return fail(failure(for: stop), .nothingDone)
    case .ending, .undoing, .done, .failed: return []
    }
  }

  /// The undo is over.
  ///
  /// - Parameter trouble: Why it did not succeed, as a sentence; `nil` when it did.
  public mutating func undone(trouble: String?) -> [Action] {
    guard case .undoing(let failure, let clean) = state else { return [] }
    if let trouble {
      return fail(
        failure,
        .pending(
          reason: "What was begun is not undone yet and will be cleaned up later: \(trouble)"))
    }
    if !clean {
      return fail(
        failure,
        .pending(
          reason: "The bench had not ended the work when it was undone; "
            + "what that may leave will be cleaned up later."))
    }
    return fail(failure, .complete)
  }
}

extension Job {
  private mutating func begin() -> [Action] {
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

  private mutating func interrupt(_ call: Call, _ stop: Stop) -> [Action] {
    state = .ending(call, stop)
    return [.interrupt]
  }

  private mutating func succeed(hidden: String?) -> [Action] {
    state = .done(hidden: hidden)
    return [.succeed]
  }

  /// Fails after a call that ended without a result: `cause` is how it ended, `failure` what is
  /// answered.
  private mutating func give(up call: Call, _ failure: Failure, cause: Failure) -> [Action] {
    switch call {
    // A step is announced before it is begun, so that before the first there is nothing to undo.
    case .prepare where step != nil: return undo(failure, sites: [])
    case .lookUp, .reissue, .prepare: return fail(failure, .nothingDone)
    case .claim(let hidden):
      // A name that turned out to be taken is somebody else's. Otherwise it may be this job's.
      if case .siteExists = cause { return undo(failure, sites: [hidden]) }
      return undo(failure, sites: [hidden, site])
    }
  }

  private mutating func undo(_ failure: Failure, sites: [String], clean: Bool = true) -> [Action] {
    state = .undoing(failure, clean: clean)
    return [.undo(sites: sites)]
  }

  private mutating func fail(_ failure: Failure, _ rolledBack: RolledBack) -> [Action] {
    state = .failed
    return [
      .fail(
        JobFailure(
          failure: failure, site: site, step: failure.step ?? step, rolledBack: rolledBack))
    ]
  }

  private func failure(for stop: Stop) -> Failure {
    switch stop {
    case .cancelled: .cancelled(step: step)
    case .timeout(let limit): .timeout(step: step, after: limit)
    case .shuttingDown: .shuttingDown
    }
  }
}
