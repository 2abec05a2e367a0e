// The pool's shares: standbys of profiles beside the operator's, by what customers ask for.
import Testing

@testable import Tenancy

@Suite(.timeLimit(.minutes(1)))
struct SharesTests {
  private let start = ContinuousClock.now
  private let idle = StandbyPool.Load(running: 0, waiting: 0, concurrency: 4)

  private func survey(
    standbys: Int = 2, mine: [String] = [], others: [StandbyPool.Share] = []
  ) -> StandbyPool.Survey {
    StandbyPool.Survey(
      hasTemplate: true, isBuilding: false, standbys: standbys, mine: mine, adoptable: [],
      stale: [], profile: "own", others: others)
  }

  /// As many customers, whose wish came to the profile when the first one was served.
  private func come(
    _ count: Int, for wish: String, _ profile: String, to pool: inout StandbyPool,
    at now: StandbyPool.Instant
  ) {
    for _ in 0..<count {
      pool.arrived(wish, at: now)
      pool.learned(wish, is: profile, at: now)
    }
  }

  @Test func whoComesOnceHasNoShareAndWhoComesAgainHas() {
    var pool = StandbyPool(sizes: 2...10)
    let french = StandbyPool.Share(profile: "fr", standbys: 0)
    come(1, for: "country=FR", "fr", to: &pool, at: start)
    #expect(pool.next(survey(others: [french]), idle, at: start) == nil)
    come(1, for: "country=FR", "fr", to: &pool, at: start)
    #expect(pool.next(survey(others: [french]), idle, at: start) == .makeStandbyOf("fr"))
    #expect(pool.size(for: .makeStandbyOf("fr"), at: start) == 2)
    let two = StandbyPool.Share(profile: "fr", standbys: 2)
    #expect(pool.next(survey(others: [two]), idle, at: start) == nil)
    #expect(pool.total(at: start) == 4)
  }

  @Test func theOperatorsOwnComeFirst() {
    var pool = StandbyPool(sizes: 2...10)
    let french = StandbyPool.Share(profile: "fr", standbys: 0)
    come(3, for: "country=FR", "fr", to: &pool, at: start)
    #expect(pool.next(survey(standbys: 1, others: [french]), idle, at: start) == .makeStandby)
  }

  @Test func allOfThemTogetherAreNoMoreThanThePool() {
    var pool = StandbyPool(sizes: 2...5)
    for _ in 0..<4 { pool.arrived(at: start) }
    come(9, for: "country=FR", "fr", to: &pool, at: start)
    come(9, for: "country=US", "us", to: &pool, at: start)
    #expect(pool.wanted(at: start) == 4 && pool.total(at: start) == 5)
    for _ in 0..<9 { pool.arrived(at: start) }
    #expect(pool.wanted(at: start) == 5 && pool.total(at: start) == 5)
    // Still there from before: nothing is made beside it.
    let french = StandbyPool.Share(profile: "fr", standbys: 1, mine: ["f"])
    #expect(pool.next(survey(standbys: 5, others: [french]), idle, at: start) == .shed("f"))
  }

  @Test func aFloorThatNobodyAsksForIsGivenButForOne() {
    var pool = StandbyPool(sizes: 2...2)
    come(2, for: "country=FR", "fr", to: &pool, at: start)
    _ = pool.next(survey(), idle, at: start)
    let now = start + Demand.patience * 3
    come(2, for: "country=FR", "fr", to: &pool, at: now)
    #expect(pool.wanted(at: now) == 1 && pool.total(at: now) == 2)
  }

  @Test func eachHasOneBeforeAnotherHasTwo() {
    var pool = StandbyPool(sizes: 1...3)
    come(5, for: "country=FR", "fr", to: &pool, at: start)
    come(2, for: "country=US", "us", to: &pool, at: start)
    #expect(pool.size(for: .makeStandbyOf("fr"), at: start) == 1)
    #expect(pool.size(for: .makeStandbyOf("us"), at: start) == 1)
  }

  @Test func theWishThatComesToTheOperatorsIsTheOperators() {
    var pool = StandbyPool(sizes: 1...10)
    _ = pool.next(survey(), idle, at: start)
    come(4, for: "country=DE", "own", to: &pool, at: start)
    #expect(pool.wanted(at: start) == 4)
    for _ in 0..<3 { pool.arrived("country=DE", at: start) }  // known by now
    #expect(pool.wanted(at: start) == 7)
  }

  @Test func whenNobodyComesAnyMoreTheShareGoes() {
    var pool = StandbyPool(sizes: 1...10)
    come(2, for: "country=FR", "fr", to: &pool, at: start)
    let held = StandbyPool.Share(profile: "fr", standbys: 2, mine: ["a", "b"])
    #expect(pool.next(survey(standbys: 1, others: [held]), idle, at: start) == nil)
    let later = start + Demand.patience * 1.5
    #expect(pool.next(survey(standbys: 1, others: [held]), idle, at: later) == .shed("b"))
    let last = start + Demand.patience * 3
    let one = StandbyPool.Share(profile: "fr", standbys: 1, adoptable: ["a"])
    #expect(pool.next(survey(standbys: 1, others: [one]), idle, at: last) == .drop("a"))
    // Whoever comes then is one who comes once.
    come(1, for: "country=FR", "fr", to: &pool, at: last)
    let none = StandbyPool.Share(profile: "fr", standbys: 0)
    #expect(pool.next(survey(standbys: 1, others: [none]), idle, at: last) == nil)
  }

  @Test func aRestartTakesOverWhatIsThere() {
    var pool = StandbyPool(sizes: 1...10)
    let left = StandbyPool.Share(profile: "fr", standbys: 2, adoptable: ["a", "b"])
    #expect(pool.next(survey(standbys: 1, others: [left]), idle, at: start) == .adopt("a"))
  }

  @Test func aProfileStormIsNoCrowd() {
    var pool = StandbyPool(sizes: 2...10)
    for number in 0..<1000 {
      come(1, for: "country=\(number)", "\(number)", to: &pool, at: start)
    }
    #expect(pool.total(at: start) == 2)
  }
}
