// What can go wrong, in the domain's words: one exhaustive enum, which the executable maps to its
// protocol's errors with one switch.

/// One thing that is wrong with one field of a request.
public struct FieldError: Error, Sendable, Equatable {
  /// The field's name as the caller wrote it, such as `subdomain`.
  public var field: String
  /// What is wrong and what to do, without a subject: "must not be empty". Never holds the value of
  /// a secret field.
  public var reason: String

  public init(field: String, reason: String) {
    self.field = field
    self.reason = reason
  }
}

/// Why a site's name cannot be taken now.
public enum NameHolder: Sendable, Equatable {
  /// A site of that name is on the bench.
  case site
  /// Another request is creating it at this moment.
  case creation
  /// A cleanup is removing it at this moment.
  case cleanup
  /// A tenant had it until a moment ago, and the bench remembers that one for so many seconds more.
  case former(seconds: Int)
}

/// Why a request failed.
public enum Failure: Error, Sendable, Equatable {
  /// The request itself is wrong; everything that is wrong with it, at once.
  case invalid([FieldError])
  /// The site's name is taken.
  case siteExists(site: String, holder: NameHolder = .site)
  /// The owner's address owns a tenant already; its site, where it may be told.
  case emailInUse(site: String?)
  /// An idempotency key was used before for a signup that says something else.
  case keyReused
  case noSuchSite(site: String)
  /// As many jobs wait as may; `limit` is how many that is.
  case queueFull(limit: Int)
  case shuttingDown
  /// The request's time was over; `step` is the one that was running, if one was.
  case timeout(step: Step?, after: Duration)
  /// The caller took the request back; `step` is the one that was running, if one was.
  case cancelled(step: Step?)
  /// An app of the bench will not have the signup as it is: its own sentence for the customer, and
  /// the sentence's title and the request's field where they are known.
  case refused(sentence: String, title: String?, field: String?)
  /// A step of the job failed for a reason of its own; no step where it is no signup.
  case stepFailed(step: Step?, reason: String)
  /// A step failed because a process in the bench stopped; `output` are the last lines that it wrote.
  case gaveUp(step: Step?, reason: String, output: [String])
  /// The standby that a job was given is gone; the job takes another site, so that no caller sees
  /// this.
  case standbyLost(reason: String)
  /// The bench, its container or its database is away, which may pass: the job begins again, and no
  /// caller sees this but what is in it.
  indirect case outage(Failure)
  case dockerUnavailable(reason: String)
  case serviceNotFound(reason: String)
  case benchUnreachable(reason: String)
  case databaseUnavailable(reason: String)
  case databaseDenied(reason: String)
  /// The bench keeps its sites in another database than MariaDB.
  case databaseUnsupported(reason: String)
  /// The bench's folder may be a copy of another bench's, so that nothing in it is dropped or made.
  case benchUnproven(reason: String)
  /// What is told by a kind of error that nothing here has to know more of; the reason is a whole
  /// sentence.
  case other(kind: String, reason: String, site: String? = nil)

  /// The step that the failure itself names.
  public var step: Step? {
    switch self {
    case .timeout(let step, _), .cancelled(let step): step
    case .stepFailed(let step, _), .gaveUp(let step, _, _): step
    case .outage(let failure): failure.step
    default: nil
    }
  }

  /// What a caller is told of it.
  var told: Failure {
    if case .outage(let failure) = self { failure } else { self }
  }

  /// The sentence without a step's name, for what belongs to none, such as an undo.
  public var reason: String {
    switch told {
    case .stepFailed(_, let reason), .gaveUp(_, let reason, _): reason
    default: sentence
    }
  }

  /// One sentence for a person.
  public var sentence: String {
    switch self {
    case .invalid(let errors):
      errors.map { "`\($0.field)` \($0.reason)" }.joined(separator: "; ") + "."
    case .siteExists(let site, .site): "The site \(site) exists already."
    case .siteExists(let site, .creation): "The site \(site) is being created by another request."
    case .siteExists(let site, .cleanup): "The site \(site) is being removed by a cleanup."
    case .siteExists(let site, .former(let seconds)):
      "The site \(site) was removed a moment ago; the bench forgets it within \(seconds) s."
    case .emailInUse(let site?): "This e-mail address owns a tenant already: \(site)."
    case .emailInUse(nil): "This e-mail address owns a tenant already."
    case .keyReused: "The idempotency key was used before for a different signup."
    case .noSuchSite(let site): "There is no site \(site) on this bench."
    case .queueFull(let limit): "The queue is full: as many requests wait as may (\(limit))."
    case .shuttingDown: "The service is shutting down and takes no new work."
    case .timeout(let step?, let limit):
      "The request was not done within \(limit.inSeconds): it was at “\(step.title)”."
    case .timeout(nil, let limit): "The request was not done within \(limit.inSeconds)."
    case .cancelled(let step?): "The request was cancelled at “\(step.title)”."
    case .cancelled(nil): "The request was cancelled before its work began."
    case .refused(let sentence, _, _): sentence
    case .stepFailed(let step?, let reason), .gaveUp(let step?, let reason, _):
      "“\(step.title)” failed: \(reason)"
    case .stepFailed(nil, let reason), .gaveUp(nil, let reason, _): reason
    case .standbyLost(let reason): "A standby was lost: \(reason)"
    case .outage(let failure): failure.sentence
    case .dockerUnavailable(let reason): "Docker is not available: \(reason)"
    case .serviceNotFound(let reason): "The bench's service was not found: \(reason)"
    case .benchUnreachable(let reason): "The bench cannot be reached: \(reason)"
    case .databaseUnavailable(let reason): "The bench's database is not available: \(reason)"
    case .databaseUnsupported(let reason), .other(_, let reason, _): reason
    case .databaseDenied(let reason): "The bench's database refused the credentials: \(reason)"
    case .benchUnproven(let reason): "The bench's identity is not proven: \(reason)"
    }
  }
}

/// What became of the work that a failed job had begun.
public enum RolledBack: Sendable, Equatable {
  /// Nothing had been done, so nothing had to be undone.
  case nothingDone
  /// Everything was undone.
  case complete
  /// Something may be left, which will be cleaned up later; the reason is a sentence that says so.
  case pending(reason: String)
  /// The caller left, but another one with the same idempotency key still waits for the tenant, so
  /// that the job goes on.
  case continuesForAnother
}

/// How a provision failed, and what is left of it.
public struct JobFailure: Error, Sendable, Equatable {
  public var failure: Failure
  public var site: String
  /// The step that was running or had run last; `nil` when none had begun.
  public var step: Step?
  public var rolledBack: RolledBack

  public init(failure: Failure, site: String, step: Step?, rolledBack: RolledBack) {
    self.failure = failure
    self.site = site
    self.step = step
    self.rolledBack = rolledBack
  }
}

extension Duration {
  /// As a person says it: "120 s", "1.5 s".
  var inSeconds: String {
    let (seconds, attoseconds) = components
    let tenths = attoseconds / 100_000_000_000_000_000
    return tenths == 0 ? "\(seconds) s" : "\(seconds).\(tenths) s"
  }
}
