// The pool's policy against customers who come in bursts and through a day: a bench of two cores on
// which signups, refills and the template share the time, moment by moment, without a clock.
import Foundation
import Tenancy

/// What work costs, in seconds of one core.
struct Costs {
  var standby = 0.1
  var copy = 0.7
  var install = 28.0
  var refill = 1.1
  var template = 28.0

  /// Measured on Frappe 15, and on ERPNext.
  static let frappe = Costs()
  static let erpnext = Costs(standby: 0.16, copy: 3, install: 97, refill: 4, template: 97)
}

/// One bench, one tenantd, and what became of its customers.
struct Simulation {
  struct Outcome {
    var seconds: [Double] = []
    var paths: [String: Int] = ["standby": 0, "copy": 0, "install": 0]
    /// Standbys over time: the most, and the mean.
    var largest = 0
    var mean = 0.0

    func percentile(_ share: Double) -> Double {
      let sorted = seconds.sorted()
      return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }
  }

  private struct Work {
    var left: Double
    /// When its customer came; nil for the pool's own.
    var since: Double?
    var action: StandbyPool.Action?
    var began: Double
  }

  let costs: Costs
  let cores = 2.0
  let concurrency = 4
  private let zero = ContinuousClock.now
  private var pool: StandbyPool
  private var hasTemplate: Bool
  private var standbys: [String]
  private var made = 0
  private var now = 0.0
  private var work: [Work] = []
  private var waiting: [Double] = []
  private var outcome = Outcome()
  private var stockSeconds = 0.0

  init(_ sizes: ClosedRange<Int>, _ costs: Costs = .frappe, hasTemplate: Bool = true) {
    self.costs = costs
    self.hasTemplate = hasTemplate
    pool = StandbyPool(sizes: sizes)
    standbys = hasTemplate ? (0..<sizes.lowerBound).map { "s\($0)" } : []
  }

  private var instant: StandbyPool.Instant { zero + .seconds(now) }
  private var running: Int { work.filter { $0.since != nil }.count }
  private var load: StandbyPool.Load {
    StandbyPool.Load(running: running, waiting: waiting.count, concurrency: concurrency)
  }
  var wanted: Int { pool.wanted(at: instant) }

  /// Plays until everybody who comes at one of these seconds is served, and on until `end`.
  mutating func play(_ arrivals: [Double], until end: Double = 0) -> Outcome {
    outcome = Outcome()
    stockSeconds = 0
    let start = now
    var coming = arrivals.sorted().map { $0 + start }[...]
    while true {
      admit()
      let due = keepPool()
      let isOver = coming.isEmpty && running == 0 && waiting.isEmpty && now - start >= end
      if isOver { break }
      let speed = work.isEmpty ? 1 : min(1, cores / Double(work.count))
      var next = work.map { now + $0.left / speed }.min() ?? .infinity
      if let due { next = min(next, due) }
      if let first = coming.first { next = min(next, first) }
      // A patrol looks at what has changed by itself.
      next = min(next, now + 60, now < start + end ? start + end : .infinity)
      stockSeconds += Double(standbys.count) * (next - now)
      for index in work.indices { work[index].left -= (next - now) * speed }
      now = next
      while let first = coming.first, first <= now {
        coming.removeFirst()
        pool.arrived(at: instant)
        waiting.append(first)
      }
      finish()
    }
    outcome.mean = stockSeconds / max(now - start, 1e-9)
    return outcome
  }

  private mutating func admit() {
    while running < concurrency, !waiting.isEmpty {
      let since = waiting.removeFirst()
      if standbys.isEmpty {
        let path = hasTemplate ? "copy" : "install"
        outcome.paths[path, default: 0] += 1
        work.append(
          Work(left: hasTemplate ? costs.copy : costs.install, since: since, began: now))
      } else {
        standbys.removeFirst()
        outcome.paths["standby", default: 0] += 1
        work.append(Work(left: costs.standby, since: since, began: now))
      }
    }
  }

  /// The shell's part: one action at a time. Returns when the policy wants to be asked again.
  private mutating func keepPool() -> Double? {
    guard !work.contains(where: { $0.action != nil }) else { return nil }
    if let pause = pool.pause(load, at: instant) {
      return now + max(1e-6, (pause - instant) / .seconds(1))
    }
    let survey = StandbyPool.Survey(
      hasTemplate: hasTemplate, isBuilding: false, standbys: standbys.count, mine: standbys,
      adoptable: [], stale: [])
    guard let action = pool.next(survey, load, at: instant) else { return nil }
    var left = costs.refill
    if case .makeTemplate = action { left = costs.template }
    if case .shed(let name) = action {
      standbys.removeAll { $0 == name }
      left = 0.2
    }
    work.append(Work(left: left, action: action, began: now))
    return nil
  }

  private mutating func finish() {
    for one in work where one.left <= 1e-9 {
      if let since = one.since { outcome.seconds.append(now - since) }
      guard let action = one.action else { continue }
      pool.succeeded(action, began: zero + .seconds(one.began), at: instant)
      if case .makeTemplate = action { hasTemplate = true }
      if case .makeStandby = action {
        made += 1
        standbys.append("n\(made)")
      }
    }
    work.removeAll { $0.left <= 1e-9 }
    outcome.largest = max(outcome.largest, standbys.count)
  }
}

/// Moments at which customers come, the same at each run.
struct Arrivals {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  private mutating func random() -> Double {
    // SplitMix64.
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((z ^ (z >> 31)) >> 11) / Double(1 << 53)
  }

  /// One after the other by chance, as many an hour as `rate` says for that second.
  mutating func chance(
    from start: Double, to end: Double, _ rate: (Double) -> Double
  ) -> [Double] {
    let most = 3600.0
    var found: [Double] = []
    var at = start
    while at < end {
      // Thinning: candidates at the highest rate there may be, each kept with its own chance.
      at -= log(1 - random()) * 3600 / most
      if at < end, random() < rate(at) / most { found.append(at) }
    }
    return found
  }
}
