// The shell around the queue, the reservations and the jobs: one lock for what all of them share,
// and one task a job, which its callers await.
import Synchronization

/// Provisions tenants: accepts orders, runs as many jobs as may run, and answers their callers.
public final class Provisioner<Credentials: Sendable>: Sendable {
  public typealias Progress = @Sendable (StepProgress) -> Void

  /// Fills a prepared site in and gives it its name, all or nothing. It belongs to one call, because
  /// it knows the password. It is held to what `BenchActions` says of all closures.
  public typealias Claim =
    @Sendable (
      Attempt, Order, _ hidden: String, _ deadline: ContinuousClock.Instant,
      _ progress: @escaping Progress
    ) async throws(Failure) -> Credentials

  let bench: BenchActions<Credentials>
  let time: TimeSource
  let limits: Limits
  let uniqueEmail: Bool
  let report: @Sendable (JobEvent) -> Void
  private let jobs: Mutex<JobTable>

  /// - Parameters:
  ///   - concurrency: How many jobs run at once.
  ///   - capacity: How many more may wait.
  ///   - uniqueEmail: Whether an address owns one tenant at most.
  ///   - events: Called with what happens to jobs, from any thread, and quick to return.
  public init(
    concurrency: Int, capacity: Int, uniqueEmail: Bool, bench: BenchActions<Credentials>,
    time: TimeSource = .system, limits: Limits = Limits(),
    events: @escaping @Sendable (JobEvent) -> Void = { _ in }
  ) {
    self.bench = bench
    self.time = time
    self.limits = limits
    self.uniqueEmail = uniqueEmail
    report = events
    jobs = Mutex(
      JobTable(
        queue: JobQueue(concurrency: concurrency, capacity: capacity),
        reservations: Reservations(uniqueEmail: uniqueEmail)))
  }

  /// Makes a tenant, or joins the job that makes it already for the same idempotency key.
  ///
  /// Cancelling the caller's task cancels the order: the job is interrupted and undone, and only
  /// then does this throw. When others wait for the same job, it goes on for them.
  ///
  /// - Parameters:
  ///   - progress: Called in order, and never after this function returned.
  ///   - claim: Used by the job that this call starts; a call that joins another has no use for it.
  /// - Returns: What the claim gave, the same for all who joined.
  /// - Throws: What failed, and what became of the work that was done.
  public func provision(
    _ order: Order, progress: @escaping Progress = { _ in }, claim: @escaping Claim
  ) async throws(JobFailure) -> Provisioned<Credentials> {
    while true {
      let id = jobs.withLock { $0.newCaller() }
      let delivery = await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          accept(order, claim, id, Caller(deliver: continuation, progress: progress))
        }
      } onCancel: {
        leave(id)
      }
      switch delivery {
      case .outcome(let outcome): return try outcome.get()
      case .again: continue
      }
    }
  }

  /// Takes no new orders from now on; they fail with `shuttingDown`. Jobs that run go on.
  ///
  /// - Parameter refuseWaiting: Whether those that wait fail as well; otherwise they get their turn.
  public func drain(refuseWaiting: Bool) {
    jobs.withLock { $0.close(refuseWaiting: refuseWaiting) }
  }

  /// Takes no new orders, and stops and undoes all jobs. Their callers get `shuttingDown`.
  public func stopAll() {
    jobs.withLock { jobs in
      jobs.close(refuseWaiting: true)
      for entry in jobs.entries.values { entry.inbox.continuation.yield(.stop(.shuttingDown)) }
    }
  }

  /// The bench's session is another one, in which nothing is reserved: the jobs that wait for their
  /// turn take their names again.
  public func sessionChanged() {
    jobs.withLock { jobs in
      for entry in jobs.entries.values { entry.inbox.continuation.yield(.sessionChanged) }
    }
  }

  /// Returns when there is no job, or the task is cancelled. Callers are answered a moment later.
  public func idle() async {
    let stream = AsyncStream<Never> { continuation in
      jobs.withLock { jobs in
        if jobs.entries.isEmpty {
          continuation.finish()
        } else {
          jobs.idlers.append(continuation)
        }
      }
    }
    for await _ in stream {}
  }

  /// The jobs at this moment.
  public func snapshot() -> Snapshot {
    let now = time.now()
    return jobs.withLock { jobs in
      func entries(_ ids: [JobID]) -> [Snapshot.Entry] {
        ids.compactMap { job in
          jobs.entries[job].map {
            Snapshot.Entry(
              job: job, site: $0.order.site, step: $0.step, elapsed: now - $0.accepted)
          }
        }
      }
      let queue = jobs.queue
      return Snapshot(running: entries(queue.running), waiting: entries(queue.waiting))
    }
  }

  /// The site names that jobs and cleanups hold now.
  public var reservedSites: Set<String> { jobs.withLock { $0.reservations.sites } }

  /// Takes a site's name for a cleanup; `false` when a job or another cleanup has it.
  public func reserve(site: String) -> Bool {
    jobs.withLock { $0.reservations.reserve(site: site) }
  }

  /// The cleanup is done with that name.
  public func release(site: String) {
    jobs.withLock { $0.reservations.release(site: site) }
  }

  /// What could not be undone yet.
  public func pendingUndo() -> [PendingUndo] { jobs.withLock { $0.pending } }

  /// Tries again what could not be undone. To be called when the bench is back.
  ///
  /// A site that a job works on now is left to that job, which undoes what is pending first.
  public func retryPending() async {
    for undo in pendingUndo() {
      guard reserve(site: undo.site) else { continue }
      defer { release(site: undo.site) }
      await withTaskGroup { group in
        group.addTask { _ = try? await self.retry(undo) }
        group.addTask { await self.time.sleep(self.time.now() + self.limits.undo) }
        await group.next()
        group.cancelAll()
      }
    }
  }
}

// What the jobs' tasks use.
extension Provisioner {
  /// Undoes what earlier jobs left of a site whose name the caller holds.
  func retryPending(site: String) async throws(Failure) {
    for undo in pendingUndo() where undo.site == site { try await retry(undo) }
  }

  private func retry(_ undo: PendingUndo) async throws(Failure) {
    try await bench.undo(undo.attempt, undo.sites)
    jobs.withLock { jobs in jobs.pending.removeAll { $0 == undo } }
    report(.undone(undo.attempt.job, trouble: nil))
    report(.released(undo.attempt))
  }

  /// Notes which step a job is at, and gives those who want to hear of its progress.
  func listeners(of job: JobID, at step: Step?) -> [Progress] {
    jobs.withLock { jobs in
      guard var entry = jobs.entries[job] else { return [] }
      entry.step = step
      jobs.entries[job] = entry
      return entry.callers.values.map(\.progress)
    }
  }

  /// The job is going to be stopped: those who ask for the same from now on wait for its end and
  /// try anew.
  func markStopping(_ job: JobID) {
    jobs.withLock { $0.entries[job]?.isStopping = true }
  }

  /// A caller of the job has left. It is answered now if others wait, and with them otherwise.
  ///
  /// - Returns: Whether none is left who wants the tenant, so that the job is to be stopped.
  func callerLeft(_ id: CallerID, _ job: JobID) -> Bool {
    switch jobs.withLock({ $0.depart(id, from: job) }) {
    case .last: return true
    case .answer(let caller, let failure):
      caller.deliver.resume(returning: .outcome(.failure(failure)))
    case .unknown: break
    }
    return false
  }

  /// The job is over: frees what it held, starts the next one and answers its callers.
  ///
  /// - Parameter attempt: The job's last.
  /// - Parameter left: What could not be undone; it keeps others off the name until it is.
  /// - Returns: Whether it is over. It is not when it succeeded but all callers have left: the word
  ///   of the last one's leaving is in the inbox then.
  func finish(
    _ attempt: Attempt, _ outcome: Result<Provisioned<Credentials>, JobFailure>,
    left: PendingUndo? = nil
  ) -> Bool {
    let job = attempt.job
    let entry = jobs.withLock { jobs -> JobTable.Entry? in
      if case .success = outcome, jobs.entries[job]?.isDeserted == true {
        jobs.entries[job]?.isStopping = true
        return nil
      }
      return jobs.remove(job, left: left)
    }
    guard let entry else { return false }
    switch outcome {
    case .success(let tenant):
      report(
        .succeeded(job, site: tenant.site, path: tenant.path, elapsed: tenant.elapsed))
    case .failure(let failure): report(.failed(job, failure))
    }
    if left == nil { report(.released(attempt)) }
    for caller in entry.callers.values { caller.deliver.resume(returning: .outcome(outcome)) }
    for caller in entry.latecomers.values { caller.deliver.resume(returning: .again) }
    return true
  }

  private func accept(_ order: Order, _ claim: @escaping Claim, _ id: CallerID, _ caller: Caller) {
    let now = time.now()
    // Whether the task is cancelled is asked under the lock: `leave` either finds the caller in its
    // place, or came before, and then the answer here is yes.
    let acceptance = jobs.withLock { jobs in
      Task.isCancelled
        ? .refused(.cancelled(step: nil)) : jobs.accept(order, from: id, caller, at: now)
    }
    switch acceptance {
    case .refused(let failure):
      let failure = JobFailure(
        failure: failure, site: order.site, step: nil, rolledBack: .nothingDone)
      caller.deliver.resume(returning: .outcome(.failure(failure)))
    case .joined(let job): report(.joined(job))
    case .run(let job, let inbox, let position):
      report(.accepted(job, site: order.site, wish: order.workspace.profileWish))
      if let position { report(.waiting(job, position: position)) }
      // A task of its own, because the job may go on for another caller when this one leaves, and
      // its undo must not be cancelled. A caller waits for its end in any case.
      Task {
        let run = JobRun(
          job, order, accepted: now, claim: claim, inbox: inbox, provisioner: self)
        await run.run()
      }
    }
  }

  private func leave(_ id: CallerID) {
    jobs.withLock { $0.leave(id) }
  }
}
