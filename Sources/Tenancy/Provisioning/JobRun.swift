// The shell around one job: hands it what happens, in order, and carries out what it decides.

/// One job's task. It runs the calls at the bench in tasks of their own, so that one can be
/// interrupted while the others, and the undo above all, go on.
final class JobRun<Credentials: Sendable> {
  typealias Shell = Provisioner<Credentials>

  private let id: JobID
  private let order: Order
  private let accepted: ContinuousClock.Instant
  private let claim: Shell.Claim
  private let inbox: Shell.Inbox
  private let provisioner: Shell

  private var machine: Job
  private var call: Task<Void, Never>?
  /// Of the call that runs, or of the one that begins next.
  private var callNumber = 0
  private var undoing: [String] = []

  private var credentials: Credentials?
  private var reissued = false
  private var path: SitePath?
  private var site: String
  private var started: [Step: ContinuousClock.Instant] = [:]
  private var steps: [StepTime] = []
  private var warnings: [String] = []

  init(
    _ id: JobID, _ order: Order, accepted: ContinuousClock.Instant,
    claim: @escaping Shell.Claim, inbox: Shell.Inbox,
    provisioner: Shell
  ) {
    self.id = id
    self.order = order
    self.accepted = accepted
    self.claim = claim
    self.inbox = inbox
    self.provisioner = provisioner
    machine = Job(site: order.site)
    site = order.site
  }

  private var deadline: ContinuousClock.Instant { accepted + order.timeout }
  private var attempt: Attempt { Attempt(id, machine.restarts) }

  /// Returns when the callers are answered.
  func run() async {
    await withDiscardingTaskGroup { timers in
      alarm(at: deadline, .stop(.timeout(after: order.timeout)), in: &timers)
      var isOver = carryOut(machine.first, &timers)
      var messages = inbox.messages.makeAsyncIterator()
      while !isOver, let message = await messages.next() {
        isOver = carryOut(handle(message), &timers)
      }
      inbox.continuation.finish()
      timers.cancelAll()
    }
  }

  private func handle(_ message: Shell.Message) -> [Job.Action] {
    switch message {
    case .admitted:
      provisioner.report(.started(id))
      return machine.admit()
    case .sessionChanged: return machine.sessionChanged()
    case .rested: return machine.rested()
    case .stop(let stop): return self.stop(stop)
    case .left(let caller): return provisioner.callerLeft(caller, id) ? stop(.cancelled) : []
    case .progress(let number, let progress, let instant):
      if number == callNumber { note(progress, at: instant) }
      return []
    case .reply(let number, let reply): return number == callNumber ? handle(reply) : []
    case .overdue(let number): return number == callNumber ? overdue() : []
    }
  }

  private func handle(_ reply: Shell.Reply) -> [Job.Action] {
    call = nil
    callNumber += 1  // whatever else comes from this call is too late
    switch reply {
    case .lookedUp(let existing):
      if case .sameKey(let site) = existing { self.site = site }
      return machine.lookedUp(existing)
    case .prepared(let prepared):
      path = prepared.path
      provisioner.report(
        .prepared(id, wish: order.workspace.profileWish, profile: prepared.profile))
      return machine.prepared(hidden: prepared.hidden)
    case .claimed(let credentials):
      self.credentials = credentials
      return machine.claimed()
    case .reissued(let credentials):
      self.credentials = credentials
      reissued = true
      return machine.reissued()
    case .undone: return undone(trouble: nil)
    case .failed(let failure):
      guard case .undoing = machine.state else { return machine.ended(failure) }
      if case .outage = failure { return undone(trouble: failure.reason, isOutage: true) }
      return undone(trouble: failure.reason)
    }
  }

  private func stop(_ stop: Stop) -> [Job.Action] {
    provisioner.markStopping(id)
    return machine.stop(stop)
  }

  private func overdue() -> [Job.Action] {
    call?.cancel()
    call = nil
    callNumber += 1
    if case .undoing = machine.state {
      return undone(
        trouble: "It took longer than \(provisioner.limits.undo.inSeconds).", isOutage: true)
    }
    provisioner.report(.overdue(id))
    return machine.overdue()
  }

  private func undone(trouble: String?, isOutage: Bool = false) -> [Job.Action] {
    provisioner.report(.undone(id, trouble: trouble))
    return machine.undone(trouble: trouble, isOutage: isOutage)
  }

  /// Forgets what was undone, and says that it begins again.
  private func restart(_ failure: Failure) {
    (started, steps, warnings, path) = ([:], [], [], nil)
    provisioner.report(.restarting(id, failure))
    let step = machine.step ?? .site
    let progress = StepProgress(step, .restarted(failure.sentence), elapsed: .zero)
    for listener in provisioner.listeners(of: id, at: nil) { listener(progress) }
  }

  private func note(_ progress: StepProgress, at instant: ContinuousClock.Instant) {
    var progress = progress
    progress.elapsed = instant - started[progress.step, default: instant]
    switch progress.state {
    case .started:
      started[progress.step] = instant
      machine.began(progress.step)
    case .done:
      // A step is done again when a standby was lost and another site had to be prepared.
      steps.removeAll { $0.step == progress.step }
      steps.append(StepTime(progress.step, progress.elapsed))
    case .warning(let sentence): warnings.append(sentence)
    case .restarted: break  // said here, and not by a bench
    }
    provisioner.report(.progress(id, progress))
    for listener in provisioner.listeners(of: id, at: machine.step) { listener(progress) }
  }

  /// Returns whether the job is over.
  private func carryOut(_ actions: [Job.Action], _ timers: inout DiscardingTaskGroup) -> Bool {
    let (bench, order, attempt) = (provisioner.bench, order, attempt)
    for action in actions {
      switch action {
      case .lookUp:
        let provisioner = provisioner
        begin { _, _ throws(Failure) in
          try await provisioner.retryPending(site: order.site)
          let existing = try await bench.lookUp(attempt, order)
          if case .emailInUse = existing, !provisioner.uniqueEmail { return .lookedUp(.free) }
          return .lookedUp(existing)
        }
      case .prepare:
        begin { deadline, progress throws(Failure) in
          .prepared(try await bench.prepare(attempt, order, deadline, progress))
        }
      case .claim(let hidden):
        let claim = claim
        begin { deadline, progress throws(Failure) in
          .claimed(try await claim(attempt, order, hidden, deadline, progress))
        }
      case .reissue(let site):
        begin { deadline, progress throws(Failure) in
          .reissued(try await bench.reissue(order, site, deadline, progress))
        }
      case .interrupt:
        setLimit(provisioner.limits.interrupt, &timers)
        call?.cancel()
      case .undo(let sites):
        undoing = sites
        setLimit(provisioner.limits.undo, &timers)
        if case .undoing(let undo) = machine.state {
          provisioner.report(.undoing(id, undo.failure, sites: sites))
        }
        begin { _, _ throws(Failure) in
          try await bench.undo(attempt, sites)
          return .undone
        }
      case .restart(let failure): restart(failure)
      case .rest(let duration):
        alarm(at: provisioner.time.now() + duration, .rested, in: &timers)
      case .succeed: return succeed()
      case .fail(let failure): return fail(failure)
      }
    }
    return false
  }

  private func succeed() -> Bool {
    guard let credentials else { return false }  // the machine says so only after one was given
    return provisioner.finish(
      attempt,
      .success(
        Provisioned(
          site: site, credentials: credentials, steps: steps, warnings: warnings, path: path,
          reissued: reissued, elapsed: provisioner.time.now() - accepted)))
  }

  private func fail(_ failure: JobFailure) -> Bool {
    var left: PendingUndo?
    if case .pending = failure.rolledBack {
      left = PendingUndo(attempt: attempt, site: order.site, sites: undoing)
    }
    return provisioner.finish(attempt, .failure(failure), left: left)
  }

  /// Begins a call at the bench; its progress and its end come to the inbox.
  private func begin(
    _ work:
      @escaping @Sendable (
        _ deadline: ContinuousClock.Instant, _ progress: @escaping Shell.Progress
      ) async throws(Failure) -> Shell.Reply
  ) {
    let (number, deadline, now) = (callNumber, deadline, provisioner.time.now)
    let inbox = inbox.continuation
    call = Task {
      let reply: Shell.Reply
      do throws(Failure) {
        reply = try await work(deadline) { inbox.yield(.progress(call: number, $0, at: now())) }
      } catch {
        reply = .failed(error)
      }
      inbox.yield(.reply(call: number, reply))
    }
  }

  /// Sets how long the call that runs, or begins next, may take from now on.
  private func setLimit(_ limit: Duration, _ timers: inout DiscardingTaskGroup) {
    alarm(at: provisioner.time.now() + limit, .overdue(call: callNumber), in: &timers)
  }

  private func alarm(
    at instant: ContinuousClock.Instant, _ message: Shell.Message,
    in timers: inout DiscardingTaskGroup
  ) {
    let (inbox, sleep) = (inbox.continuation, provisioner.time.sleep)
    timers.addTask {
      await sleep(instant)
      if !Task.isCancelled { inbox.yield(message) }
    }
  }
}
