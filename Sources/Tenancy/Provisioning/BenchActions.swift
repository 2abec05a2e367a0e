// What the domain needs of a bench and of the time of day: closures, so that it knows neither.

/// Where a tenant's site came from, the fastest first.
public enum SitePath: String, Sendable, CaseIterable {
  /// It was ready before the customer came.
  case standby
  /// It was copied from the template.
  case copy
  /// It was copied from the template of its profile, which had to be made first: the setup wizard
  /// was run while the customer waited.
  case wizard
  /// The bench's own installer made it.
  case install
}

/// A site that is whole and has nobody's name yet.
public struct Prepared: Sendable, Equatable {
  /// Its hidden name, never used before and never again.
  public var hidden: String
  public var path: SitePath
  /// Tells the profile that it was set up for from every other; nil: the wizard is left to its owner.
  public var profile: String?

  public init(hidden: String, path: SitePath = .install, profile: String? = nil) {
    (self.hidden, self.path, self.profile) = (hidden, path, profile)
  }
}

/// What a bench can be asked to do.
///
/// Every closure honours the cancellation of its task: it ends the work inside the bench, waits for
/// that, and throws `Failure.cancelled`. Where a deadline is given, the bench itself holds to it as
/// well. A step's start is reported before the step is begun, and nothing after the closure
/// returned. What may pass (the session, the container or the database is away) is thrown as
/// `Failure.outage`: the job begins again with another attempt, from `lookUp`.
public struct BenchActions<Credentials: Sendable>: Sendable {
  public typealias Progress = @Sendable (StepProgress) -> Void

  /// Says what the bench knows of an order: first whether its key was used for the same order
  /// (for another one: throws `keyReused`), then its name, then the owner's address. What is free is
  /// the attempt's from then on. A bench that is away is waited for; when the task is cancelled
  /// meanwhile, its outage is thrown.
  public var lookUp: @Sendable (Attempt, Order) async throws(Failure) -> OrderLookUp

  /// Makes a whole site with its app ready, under a hidden name.
  public var prepare:
    @Sendable (
      Attempt, Order, _ deadline: ContinuousClock.Instant, _ progress: @escaping Progress
    ) async throws(Failure) -> Prepared

  /// Makes new keys for the tenant that an earlier request with the same key made.
  public var reissue:
    @Sendable (
      Order, _ site: String, _ deadline: ContinuousClock.Instant, _ progress: @escaping Progress
    ) async throws(Failure) -> Credentials

  /// Drops the named sites and whatever else the job made, and succeeds when there is none.
  ///
  /// A named site that the job did not make stays: another process may have taken the name.
  public var undo: @Sendable (Attempt, [String]) async throws(Failure) -> Void

  public init(
    lookUp: @escaping @Sendable (Attempt, Order) async throws(Failure) -> OrderLookUp,
    prepare:
      @escaping @Sendable (
        Attempt, Order, _ deadline: ContinuousClock.Instant, _ progress: @escaping Progress
      ) async throws(Failure) -> Prepared,
    reissue:
      @escaping @Sendable (
        Order, _ site: String, _ deadline: ContinuousClock.Instant, _ progress: @escaping Progress
      ) async throws(Failure) -> Credentials,
    undo: @escaping @Sendable (Attempt, [String]) async throws(Failure) -> Void
  ) {
    self.lookUp = lookUp
    self.prepare = prepare
    self.reissue = reissue
    self.undo = undo
  }
}

/// Where the domain takes the time from.
public struct TimeSource: Sendable {
  public var now: @Sendable () -> ContinuousClock.Instant
  /// Returns at that instant, or at once when its task is cancelled.
  public var sleep: @Sendable (_ until: ContinuousClock.Instant) async -> Void

  public init(
    now: @escaping @Sendable () -> ContinuousClock.Instant,
    sleep: @escaping @Sendable (_ until: ContinuousClock.Instant) async -> Void
  ) {
    self.now = now
    self.sleep = sleep
  }

  /// The machine's own clock.
  public static let system = TimeSource(
    now: { .now },
    sleep: { try? await Task.sleep(until: $0, clock: .continuous) })
}

/// How long things may take that a request's own timeout does not bound.
public struct Limits: Sendable {
  /// For a call that was interrupted to end, before it is given up.
  public var interrupt: Duration
  /// For an undo, before it is put off.
  public var undo: Duration

  public init(interrupt: Duration = .seconds(5), undo: Duration = .seconds(30)) {
    self.interrupt = interrupt
    self.undo = undo
  }
}
