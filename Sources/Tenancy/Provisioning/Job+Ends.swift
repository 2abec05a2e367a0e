// How a job ends without a tenant, and how it begins again: failures, stops, undoes and rests.

extension Job {
  /// The call that was running at the bench has ended without a result.
  public mutating func ended(_ failure: Failure) -> [Action] {
    switch state {
    case .waiting(let admitted, nil):
      if case .outage = failure { return rest(failure, .lookUp(admitted: admitted)) }
      return give(up: .lookUp, failure, cause: failure)
    case .preparing: return lose(.prepare, failure)
    case .claiming(let hidden):
      if case .standbyLost = failure {
        state = .preparing
        return [.prepare]
      }
      return lose(.claim(hidden: hidden), failure)
    case .reissuing: return lose(.reissue, failure)
    case .ending(let call, let stop):
      return give(up: call, self.failure(for: stop, during: failure), cause: failure)
    case .waiting, .undoing, .resting, .done, .failed: return []
    }
  }

  /// The call that was interrupted does not end: what it may have done is undone all the same.
  public mutating func overdue() -> [Action] {
    guard case .ending(let call, let stop) = state else { return [] }
    switch call {
    case .lookUp, .reissue: return fail(failure(for: stop), .nothingDone)
    case .prepare: return undo(failure(for: stop), sites: [], isClean: false)
    case .claim(let hidden): return undo(failure(for: stop), sites: [hidden, site], isClean: false)
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
    case .resting(let rest):
      let failure = failure(for: stop, during: rest.failure)
      switch rest.next {
      case .lookUp: return fail(failure, .nothingDone)
      case .undo(let sites): return undo(failure, sites: sites)
      }
    case .undoing(var undo) where undo.isRestart:
      undo.isRestart = false
      undo.failure = failure(for: stop, during: undo.failure)
      state = .undoing(undo)
      return []
    case .ending, .undoing, .done, .failed: return []
    }
  }

  /// The undo is over.
  ///
  /// - Parameter trouble: Why it did not succeed, as a sentence; `nil` when it did.
  /// - Parameter isOutage: Whether the trouble may pass.
  public mutating func undone(trouble: String?, isOutage: Bool = false) -> [Action] {
    guard case .undoing(let undo) = state else { return [] }
    if let trouble {
      if undo.isRestart, isOutage { return rest(undo.failure, .undo(sites: undo.sites)) }
      return fail(
        undo.failure,
        .pending(
          reason: "What was begun is not undone yet and will be cleaned up later: \(trouble)"))
    }
    if undo.isRestart {
      hasBegun = false
      restarts += 1
      return [.restart(undo.failure)] + rest(undo.failure, .lookUp(admitted: true))
    }
    if !undo.isClean {
      return fail(
        undo.failure,
        .pending(
          reason: "The bench had not ended the work when it was undone; "
            + "what that may leave will be cleaned up later."))
    }
    return fail(undo.failure, .complete)
  }

  /// The bench's session is another one: a job that waits for its turn has nothing reserved there.
  public mutating func sessionChanged() -> [Action] {
    guard case .waiting(false, .some) = state else { return [] }
    state = .waiting(admitted: false, existing: nil)
    return [.lookUp]
  }

  /// The time of a rest has passed.
  public mutating func rested() -> [Action] {
    guard case .resting(let rest) = state else { return [] }
    switch rest.next {
    case .lookUp(let admitted):
      state = .waiting(admitted: admitted, existing: nil)
      return [.lookUp]
    case .undo(let sites): return undo(rest.failure, sites: sites, isRestart: true)
    }
  }
}

// What follows from more than one input.
extension Job {
  private mutating func interrupt(_ call: Call, _ stop: Stop) -> [Action] {
    state = .ending(call, stop)
    return [.interrupt]
  }

  /// A call ended without a result that nobody had asked to end: an outage may pass.
  private mutating func lose(_ call: Call, _ failure: Failure) -> [Action] {
    guard case .outage = failure else { return give(up: call, failure, cause: failure) }
    switch call {
    case .claim(let hidden): return undo(failure, sites: [hidden, site], isRestart: true)
    case .prepare where hasBegun: return undo(failure, sites: [], isRestart: true)
    case .lookUp, .prepare, .reissue: return rest(failure, .lookUp(admitted: true))
    }
  }

  private mutating func rest(_ failure: Failure, _ next: Rest.Next) -> [Action] {
    state = .resting(Rest(failure: failure, next: next))
    defer { outages += 1 }
    return [.rest(Self.rests[min(outages, Self.rests.count - 1)])]
  }

  /// Fails after a call that ended without a result: `cause` is how it ended, `failure` what is
  /// answered.
  private mutating func give(up call: Call, _ failure: Failure, cause: Failure) -> [Action] {
    switch call {
    // A step is announced before it is begun, so that before the first there is nothing to undo.
    case .prepare where hasBegun: return undo(failure, sites: [])
    case .lookUp, .reissue, .prepare:
      return fail(failure, .nothingDone)
    case .claim(let hidden):
      // A name that turned out to be taken is somebody else's. Otherwise it may be this job's.
      if case .siteExists = cause { return undo(failure, sites: [hidden]) }
      return undo(failure, sites: [hidden, site])
    }
  }

  mutating func undo(
    _ failure: Failure, sites: [String], isClean: Bool = true, isRestart: Bool = false
  ) -> [Action] {
    state = .undoing(
      Undo(failure: failure, sites: sites, isClean: isClean, isRestart: isRestart))
    return [.undo(sites: sites)]
  }

  mutating func fail(_ failure: Failure, _ rolledBack: RolledBack) -> [Action] {
    state = .failed
    return [
      .fail(
        JobFailure(
          failure: failure.told, site: site, step: failure.step ?? step,
          rolledBack: rolledBack == .nothingDone && restarts > 0 ? .complete : rolledBack))
    ]
  }

  /// What a job that was stopped answers. One whose time ran out while the bench was away says that.
  func failure(for stop: Stop, during cause: Failure? = nil) -> Failure {
    switch stop {
    case .cancelled: return .cancelled(step: step)
    case .timeout(let limit):
      if case .outage(let outage) = cause { return outage }
      return .timeout(step: step, after: limit)
    case .shuttingDown: return .shuttingDown
    }
  }
}
