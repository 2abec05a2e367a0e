// What the provisioner's lock guards: the queue, the reservations, and who waits for which job.

/// Names one call of `provision`.
struct CallerID: Hashable, Sendable {
  let number: Int
}

extension Provisioner {
  enum Delivery: Sendable {
    case outcome(Result<Provisioned<Credentials>, JobFailure>)
    /// The job that the caller had come to was being stopped, and has ended: it may try anew.
    case again
  }

  struct Caller: Sendable {
    let deliver: CheckedContinuation<Delivery, Never>
    let progress: Progress
  }

  /// What reaches a job's task, in the order in which it happened.
  enum Message: Sendable {
    case admitted
    case sessionChanged
    case rested
    case stop(Stop)
    case left(CallerID)
    /// From the bench's call of that number.
    case progress(call: Int, StepProgress, at: ContinuousClock.Instant)
    case reply(call: Int, Reply)
    /// The call of that number was to have ended by now.
    case overdue(call: Int)
  }

  /// How a call at the bench ended.
  enum Reply: Sendable {
    case lookedUp(OrderLookUp)
    case prepared(Prepared)
    case claimed(Credentials)
    case reissued(Credentials)
    case undone
    case failed(Failure)
  }

  struct Inbox: Sendable {
    let messages: AsyncStream<Message>
    let continuation: AsyncStream<Message>.Continuation

    init() { (messages, continuation) = AsyncStream.makeStream() }
  }

  enum Acceptance: Sendable {
    case refused(Failure)
    case joined(JobID)
    /// `position` is the job's place among those that wait, if it has to.
    case run(JobID, Inbox, position: Int?)
  }

  enum Departure: Sendable {
    /// Nobody is left who wants the tenant.
    case last
    case answer(Caller, JobFailure)
    case unknown
  }

  struct JobTable {
    struct Entry {
      let order: Order
      let accepted: ContinuousClock.Instant
      let inbox = Inbox()
      var step: Step?
      var isStopping = false
      var callers: [CallerID: Caller] = [:]
      /// Those of the callers whose tasks were cancelled.
      var leaving: Set<CallerID> = []
      /// Callers with the same key that came when the job was being stopped already.
      var latecomers: [CallerID: Caller] = [:]

      /// Whether no caller is left who wants the tenant.
      var isDeserted: Bool { callers.keys.allSatisfy(leaving.contains) }
    }

    var queue: JobQueue
    var reservations: Reservations
    var entries: [JobID: Entry] = [:]
    var pending: [PendingUndo] = []
    /// Ended when no job is left.
    var idlers: [AsyncStream<Never>.Continuation] = []
    private var jobs = 0
    private var callers = 0

    init(queue: JobQueue, reservations: Reservations) {
      self.queue = queue
      self.reservations = reservations
    }

    mutating func newCaller() -> CallerID {
      callers += 1
      return CallerID(number: callers)
    }

    mutating func accept(
      _ order: Order, from id: CallerID, _ caller: Caller, at now: ContinuousClock.Instant
    ) -> Acceptance {
      let job = JobID(jobs + 1)
      switch reservations.reserve(order, for: job) {
      case .refused(let failure): return .refused(failure)
      case .join(let other):
        if entries[other]?.isStopping == true {
          entries[other]?.latecomers[id] = caller
        } else {
          entries[other]?.callers[id] = caller
        }
        return .joined(other)
      case .reserved: break
      }
      var entry = Entry(order: order, accepted: now)
      entry.callers[id] = caller
      var position: Int?
      for action in queue.submit(job) {
        switch action {
        case .start: entry.inbox.continuation.yield(.admitted)
        case .wait(_, let place): position = place
        case .refuse(_, let failure):
          reservations.release(job)
          return .refused(failure)
        }
      }
      jobs += 1
      entries[job] = entry
      return .run(job, entry.inbox, position: position)
    }

    mutating func close(refuseWaiting: Bool) {
      carryOut(queue.close(refuseWaiting: refuseWaiting))
    }

    /// Notes that a caller's task was cancelled, and tells the job that it was waiting for.
    mutating func leave(_ id: CallerID) {
      for (job, entry) in entries {
        if entry.callers[id] != nil {
          entries[job]?.leaving.insert(id)
        } else if entry.latecomers[id] == nil {
          continue
        }
        entry.inbox.continuation.yield(.left(id))
        return
      }
    }

    /// Takes a caller who left out of the job's, unless it is to be answered with the job.
    mutating func depart(_ id: CallerID, from job: JobID) -> Departure {
      guard var entry = entries[job] else { return .unknown }
      defer { entries[job] = entry }
      func answer(_ caller: Caller, _ rolledBack: RolledBack) -> Departure {
        let failure = JobFailure(
          failure: .cancelled(step: nil), site: entry.order.site, step: nil, rolledBack: rolledBack)
        return .answer(caller, failure)
      }
      if let caller = entry.latecomers.removeValue(forKey: id) {
        return answer(caller, .nothingDone)
      }
      if entry.isDeserted { return .last }
      entry.leaving.remove(id)
      guard let caller = entry.callers.removeValue(forKey: id) else { return .unknown }
      return answer(caller, .continuesForAnother)
    }

    /// Takes a job that is over out of everything, and lets the next one run.
    mutating func remove(_ job: JobID, left: PendingUndo?) -> Entry? {
      if let left { pending.append(left) }
      reservations.release(job)
      queue.withdraw(job)
      carryOut(queue.finish(job))
      defer {
        if entries.isEmpty {
          for idler in idlers { idler.finish() }
          idlers = []
        }
      }
      return entries.removeValue(forKey: job)
    }

    private func carryOut(_ actions: [JobQueue.Action]) {
      for action in actions {
        switch action {
        case .start(let job): entries[job]?.inbox.continuation.yield(.admitted)
        case .refuse(let job, _): entries[job]?.inbox.continuation.yield(.stop(.shuttingDown))
        case .wait: break
        }
      }
    }
  }
}
