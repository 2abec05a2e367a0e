// What the standby pool needs next: a pure policy over what a survey of the bench found.

/// The pool's policy. One thing is done at a time, and a new survey is taken after each, because
/// other processes on the bench work on the same pool.
public struct StandbyPool: Sendable, Equatable {
  public typealias Instant = ContinuousClock.Instant

  /// The pool on the whole bench.
  public struct Survey: Sendable, Equatable {
    /// Whether there is a finished template of the bench's build.
    public var hasTemplate: Bool
    /// Whether some process is making one.
    public var isBuilding: Bool
    /// Standbys of this build and the operator's profile, whoever holds them.
    public var standbys: Int
    /// Those that this process holds ready.
    public var mine: [String]
    /// Those that no process holds.
    public var adoptable: [String]
    /// Standbys and templates of other builds, and broken ones, that no process holds.
    public var stale: [String]
    /// The operator's profile, and what there is of each other one that has a template.
    public var profile: String?
    public var others: [Share]

    public init(
      hasTemplate: Bool, isBuilding: Bool, standbys: Int, mine: [String], adoptable: [String],
      stale: [String], profile: String? = nil, others: [Share] = []
    ) {
      (self.hasTemplate, self.isBuilding, self.standbys) = (hasTemplate, isBuilding, standbys)
      (self.mine, self.adoptable, self.stale) = (mine, adoptable, stale)
      (self.profile, self.others) = (profile, others)
    }

    /// All that wait for customers, of whatever profile.
    var total: Int { others.reduce(standbys) { $0 + $1.standbys } }
  }

  /// The standbys of one profile.
  public struct Share: Sendable, Equatable {
    public var profile: String
    public var standbys: Int
    public var mine: [String]
    public var adoptable: [String]

    public init(profile: String, standbys: Int, mine: [String] = [], adoptable: [String] = []) {
      (self.profile, self.standbys) = (profile, standbys)
      (self.mine, self.adoptable) = (mine, adoptable)
    }
  }

  /// How much the customers ask of the bench.
  public struct Load: Sendable, Equatable {
    /// Jobs that run, and that wait for their turn.
    public var running: Int
    public var waiting: Int
    /// How many may run at once.
    public var concurrency: Int

    public init(running: Int, waiting: Int, concurrency: Int) {
      (self.running, self.waiting, self.concurrency) = (running, waiting, concurrency)
    }

    var isIdle: Bool { running + waiting == 0 }
    var isFull: Bool { waiting > 0 || running >= concurrency }
  }

  public enum Action: Sendable, Equatable {
    /// Take over a standby that an earlier process left.
    case adopt(String)
    /// Drop a site that can never be handed out.
    case drop(String)
    /// Drop a standby of this process's own that nobody needs any more.
    case shed(String)
    case makeTemplate
    /// Of the operator's profile.
    case makeStandby
    /// Of another one, which has a template.
    case makeStandbyOf(String)
  }

  /// Why the pool cannot be kept.
  public struct Failure: Sendable, Equatable {
    /// One sentence.
    public var reason: String
    /// When it was tried last.
    public var at: Instant
    /// How often in succession it has failed.
    public var tries: Int
  }

  /// How long after an arrival a refill waits: a burst comes in pieces.
  static let quiet = Duration.milliseconds(300)
  /// While all places are taken, a refill is followed by a pause of that many times its length.
  static let pausePerRefill = 3
  /// The longest pause between two tries that fail, and between two that fail because the bench
  /// itself does not answer.
  static let longestRest = Duration.seconds(300)
  static let longestOutage = Duration.seconds(30)
  /// How long a site that could not be dropped is left alone.
  static let setAside = Duration.seconds(600)

  /// How many standbys of all profiles are wanted at least and at most; 0 at most: the pool is off and makes
  /// nothing.
  public let sizes: ClosedRange<Int>
  public private(set) var demand = Demand()
  /// What the other profiles are asked for.
  private var shares = Shares()
  /// The operator's profile, as the last survey has found it.
  private var profile: String?
  /// Nil when the last try worked, or nothing is left to try.
  public private(set) var failure: Failure?
  /// Whether the last survey found all that is wanted, and nothing that is left alone.
  public private(set) var isKept = false

  private var lastArrival: Instant?
  private var share: Instant?
  private var rest: Instant?
  private var hasTemplate = false
  private var isNew = true
  private var leftAlone: [String: Instant] = [:]

  public init(sizes: ClosedRange<Int>) { self.sizes = sizes }

  /// How many standbys of the operator's profile are wanted now. What it has only because so many
  /// are wanted at least, others may have, but for one.
  public func wanted(at now: Instant) -> Int {
    let others = shared(at: now).values.reduce(0, +)
    return min(max(demand.wanted(at: now), sizes.lowerBound), sizes.upperBound - others)
  }

  /// How many of each other profile.
  private func shared(at now: Instant) -> [String: Int] {
    let own = min(max(demand.wanted(at: now), 1), sizes.upperBound)
    return shares.wanted(at: now, room: sizes.upperBound - own)
  }

  /// How many of all.
  public func total(at now: Instant) -> Int {
    shared(at: now).values.reduce(wanted(at: now), +)
  }

  /// How many there are to be of what the action makes one of.
  public func size(for action: Action, at now: Instant) -> Int {
    guard case .makeStandbyOf(let profile) = action else { return wanted(at: now) }
    return shared(at: now)[profile] ?? 0
  }

  /// A customer has come; `wish`: what was asked for of a profile.
  public mutating func arrived(_ wish: String? = nil, at now: Instant) {
    lastArrival = now
    guard let wish else { return demand.arrived(at: now) }
    if let profile = shares.arrived(wish, at: now) { count(profile, at: now) }
  }

  /// What a wish came to: whoever had it before that was known is counted now.
  public mutating func learned(_ wish: String, is profile: String, at now: Instant) {
    for _ in 0..<shares.learned(wish, is: profile) { count(profile, at: now) }
  }

  private mutating func count(_ profile: String, at now: Instant) {
    if profile == self.profile { demand.arrived(at: now) } else { shares.count(profile, at: now) }
  }

  /// A session has begun: what the last one failed at may work in this one.
  public mutating func sessionBegan() {
    (rest, hasTemplate, isNew) = (nil, false, true)
  }

  /// From when on the pool may be looked at; nil: now.
  ///
  /// The template waits for nobody. A refill waits until the customers are through, but not for
  /// ever: while they keep all places taken it has a quarter of the time.
  public func pause(_ load: Load, at now: Instant) -> Instant? {
    var due = rest
    if hasTemplate {
      let quiet = lastArrival.map { $0 + Self.quiet }
      let turn = load.isFull ? share : earlier(share, quiet)
      due = [due, turn].compactMap(\.self).max()
    }
    return due.flatMap { $0 > now ? $0 : nil }
  }

  private func earlier(_ one: Instant?, _ other: Instant?) -> Instant? {
    guard let one, let other else { return other }
    return min(one, other)
  }

  /// What to do next; nil: nothing, until something changes.
  public mutating func next(_ survey: Survey, _ load: Load, at now: Instant) -> Action? {
    guard sizes.upperBound > 0 else { return nil }
    let action = choose(survey, load, at: now)
    isKept =
      action == nil && survey.hasTemplate && survey.standbys >= wanted(at: now)
      && leftAlone.isEmpty
    // Whoever failed, here or elsewhere: somebody has done what was to be done.
    if isKept { failure = nil }
    return action
  }

  private mutating func choose(_ survey: Survey, _ load: Load, at now: Instant) -> Action? {
    profile = survey.profile
    if isNew {
      demand.assume(min(survey.standbys, sizes.upperBound), at: now)
      for other in survey.others { shares.assume(other.standbys, of: other.profile, at: now) }
    }
    (isNew, hasTemplate) = (false, survey.hasTemplate)
    leftAlone = leftAlone.filter { $0.value > now }
    let wanted = wanted(at: now)
    let adoptable = survey.adoptable.filter { leftAlone[$0] == nil }
    // One that nobody holds and nobody needs would wait for ever.
    if load.isIdle, survey.standbys > wanted, let extra = adoptable.last { return .drop(extra) }
    if let first = adoptable.first { return .adopt(first) }
    if !survey.hasTemplate && !survey.isBuilding { return .makeTemplate }
    if load.isIdle, let stale = survey.stale.first(where: { leftAlone[$0] == nil }) {
      return .drop(stale)
    }
    if survey.standbys < wanted { return survey.hasTemplate ? .makeStandby : nil }
    if let action = chooseForOthers(survey, load, at: now) { return action }
    // What another process holds is for its own customers.
    if load.isIdle, survey.standbys > wanted, survey.mine.count > wanted {
      return survey.mine.last { leftAlone[$0] == nil }.map { .shed($0) }
    }
    return nil
  }

  private func chooseForOthers(_ survey: Survey, _ load: Load, at now: Instant) -> Action? {
    let shared = shared(at: now)
    for other in survey.others {
      let wanted = shared[other.profile] ?? 0
      let adoptable = other.adoptable.filter { leftAlone[$0] == nil }
      if load.isIdle, other.standbys > wanted {
        if let extra = adoptable.last { return .drop(extra) }
        let mine = other.mine.last { leftAlone[$0] == nil }
        if let mine, other.mine.count > wanted { return .shed(mine) }
      }
      if wanted > 0, let first = adoptable.first { return .adopt(first) }
      if other.standbys < wanted, survey.total < sizes.upperBound {
        return .makeStandbyOf(other.profile)
      }
    }
    return nil
  }

  /// An action worked.
  public mutating func succeeded(_ action: Action, began: Instant, at now: Instant) {
    switch action {
    case .drop, .shed: return
    case .makeTemplate: hasTemplate = true
    case .makeStandby:
      demand.refilled(in: now - began)
      share = now + (now - began) * Self.pausePerRefill
    case .makeStandbyOf(let profile):
      shares.refilled(profile, in: now - began)
      share = now + (now - began) * Self.pausePerRefill
    case .adopt: share = now + (now - began) * Self.pausePerRefill
    }
    (failure, rest) = (nil, nil)
  }

  /// Another process is at it.
  public mutating func isBusy(at now: Instant) { rest = now + .seconds(1) }

  /// An action failed, or (nil) the survey did: then the bench does not answer.
  public mutating func failed(_ action: Action?, _ reason: String, at now: Instant) {
    // It may have been given to a customer meanwhile.
    if case .shed(let site) = action {
      leftAlone[site] = now + Self.setAside
      return
    }
    let tries = (failure?.tries ?? 0) + 1
    failure = Failure(reason: reason, at: now, tries: tries)
    switch action {
    case .drop(let site):
      leftAlone[site] = now + Self.setAside
      return
    case .adopt(let site): leftAlone[site] = now + Self.setAside
    case .shed, .makeTemplate, .makeStandby, .makeStandbyOf, nil: break
    }
    let longest = action == nil ? Self.longestOutage : Self.longestRest
    rest = now + min(longest, .seconds(1 << min(tries, 9)))
  }
}
