// What a provision answers, and what can be seen of the jobs from outside.

/// A tenant that was made, or one with new keys.
public struct Provisioned<Credentials: Sendable>: Sendable {
  public var site: String
  /// What the claim gave: all that the owner gets, for every caller with the same key.
  public var credentials: Credentials
  public var steps: [StepTime]
  /// Sentences, in the order in which they came up.
  public var warnings: [String]
  /// Where its site came from; `nil` when it was there already.
  public var path: SitePath?
  /// Whether the tenant was there already and only has new keys.
  public var reissued: Bool
  /// From acceptance to the answer.
  public var elapsed: Duration
}

extension Provisioned: Equatable where Credentials: Equatable {}

/// What happens to a job, for a log.
public enum JobEvent: Sendable, Equatable {
  /// `wish` is what it asks for of a profile, as a text; nil: what the operator has set.
  case accepted(JobID, site: String, wish: String? = nil)
  /// Another request with the same key waits for the same job.
  case joined(JobID)
  /// The job waits for its turn; `position` counts from 1.
  case waiting(JobID, position: Int)
  case started(JobID)
  /// It has a site, for the profile that its wish came to.
  case prepared(JobID, wish: String?, profile: String?)
  case progress(JobID, StepProgress)
  /// Everything was undone and begins again.
  case restarting(JobID, Failure)
  /// Nothing of the job is left to do: what the attempt holds at the bench may be let go of.
  case released(Attempt)
  /// A call at the bench was interrupted and did not end in time.
  case overdue(JobID)
  case undoing(JobID, Failure, sites: [String])
  /// The undo is over; `trouble` says why it did not succeed.
  case undone(JobID, trouble: String?)
  /// `path` is where the site came from; `nil` for one that was there already.
  case succeeded(JobID, site: String, path: SitePath?, elapsed: Duration)
  case failed(JobID, JobFailure)
}

/// The jobs at one moment.
public struct Snapshot: Sendable, Equatable {
  public struct Entry: Sendable, Equatable {
    public var job: JobID
    public var site: String
    /// The step that it is at; `nil` before the first.
    public var step: Step?
    /// Since it was accepted.
    public var elapsed: Duration
  }

  public var running: [Entry]
  /// The next one first.
  public var waiting: [Entry]
}

/// Work that could not be undone yet.
public struct PendingUndo: Sendable, Equatable {
  public var attempt: Attempt
  /// The tenant's site that the job was for; it may exist or not.
  public var site: String
  /// The sites to drop where they are the job's, beside whatever else it made.
  public var sites: [String]
}
