// What is taken from the moment a request is accepted, before the bench knows of it: a site's name,
// its owner's address and the request's idempotency key.

/// The names that jobs and cleanups hold. It is a pure value.
public struct Reservations: Sendable {
  /// What becomes of an order.
  public enum Answer: Sendable, Equatable {
    /// Everything it needs is its own until it is released.
    case reserved
    /// It is the order that this job works on already.
    case join(JobID)
    case refused(Failure)
  }

  /// Whether an address owns one tenant at most.
  public let uniqueEmail: Bool
  private var orders: [JobID: Order] = [:]
  private var jobBySite: [String: JobID] = [:]
  private var jobByOwner: [String: JobID] = [:]
  private var jobByKey: [String: JobID] = [:]
  private var cleanups: Set<String> = []

  public init(uniqueEmail: Bool) { self.uniqueEmail = uniqueEmail }

  /// Every site name that is held, by a job or a cleanup.
  public var sites: Set<String> { cleanups.union(jobBySite.keys) }

  /// Takes what the order needs, all of it or nothing.
  public mutating func reserve(_ order: Order, for job: JobID) -> Answer {
    if let key = order.idempotencyKey, let other = jobByKey[key], let held = orders[other] {
      return held.asksForSame(as: order) ? .join(other) : .refused(.keyReused)
    }
    if cleanups.contains(order.site) {
      return .refused(.siteExists(site: order.site, holder: .cleanup))
    }
    if jobBySite[order.site] != nil {
      return .refused(.siteExists(site: order.site, holder: .creation))
    }
    if uniqueEmail, let other = jobByOwner[order.owner] {
      return .refused(.emailInUse(site: orders[other]?.site))
    }
    orders[job] = order
    jobBySite[order.site] = job
    if uniqueEmail { jobByOwner[order.owner] = job }
    if let key = order.idempotencyKey { jobByKey[key] = job }
    return .reserved
  }

  /// The job is over: what it held is free.
  public mutating func release(_ job: JobID) {
    guard let order = orders.removeValue(forKey: job) else { return }
    jobBySite[order.site] = nil
    jobByOwner[order.owner] = jobByOwner[order.owner] == job ? nil : jobByOwner[order.owner]
    if let key = order.idempotencyKey { jobByKey[key] = nil }
  }

  /// Takes a site's name for a cleanup.
  ///
  /// - Returns: Whether it was free. A name that is not must be left alone.
  public mutating func reserve(site: String) -> Bool {
    guard jobBySite[site] == nil else { return false }
    return cleanups.insert(site).inserted
  }

  /// The cleanup is done with that name.
  public mutating func release(site: String) { cleanups.remove(site) }
}
