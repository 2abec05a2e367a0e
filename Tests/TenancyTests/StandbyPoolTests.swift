// The pool's policy, by the actions that it asks for and the pauses that it makes.
import Testing

@testable import Tenancy

@Suite(.timeLimit(.minutes(1)))
struct StandbyPoolTests {
  private let start = ContinuousClock.now
  private let idle = StandbyPool.Load(running: 0, waiting: 0, concurrency: 4)
  private let busy = StandbyPool.Load(running: 1, waiting: 0, concurrency: 4)
  private let full = StandbyPool.Load(running: 4, waiting: 9, concurrency: 4)

  private func survey(
    template: Bool = true, building: Bool = false, standbys: Int = 0, mine: [String] = [],
    adoptable: [String] = [], stale: [String] = []
  ) -> StandbyPool.Survey {
    StandbyPool.Survey(
      hasTemplate: template, isBuilding: building, standbys: standbys, mine: mine,
      adoptable: adoptable, stale: stale)
  }

  private func pool(_ sizes: ClosedRange<Int>) -> StandbyPool { StandbyPool(sizes: sizes) }

  @Test func makesTheTemplateFirstAndThenStandbysUntilFull() {
    var pool = pool(2...2)
    #expect(pool.next(survey(template: false), idle, at: start) == .makeTemplate)
    #expect(pool.next(survey(), idle, at: start) == .makeStandby)
    #expect(pool.next(survey(standbys: 1), idle, at: start) == .makeStandby)
    #expect(pool.next(survey(standbys: 2), idle, at: start) == nil)
  }

  @Test func theTemplateWaitsForNobody() {
    var pool = pool(2...2)
    pool.arrived(at: start)
    for load in [busy, full] { #expect(pool.pause(load, at: start) == nil) }
    #expect(pool.next(survey(template: false, stale: ["old"]), full, at: start) == .makeTemplate)
    pool.arrived(at: start + .seconds(1))
    #expect(pool.pause(full, at: start + .seconds(1)) == nil)
  }

  @Test func waitsForATemplateThatAnotherProcessMakes() {
    var pool = pool(2...2)
    #expect(pool.next(survey(template: false, building: true), idle, at: start) == nil)
  }

  @Test func aRefillWaitsUntilTheCustomersAreThroughButNotForEver() {
    var pool = pool(2...2)
    #expect(pool.next(survey(), idle, at: start) == .makeStandby)
    pool.succeeded(.makeStandby, began: start, at: start + .seconds(2))
    // They keep all places taken: a quarter of the time.
    let next = start + .seconds(8)
    for second in 2..<8 {
      let now = start + .seconds(second)
      pool.arrived(at: now)
      #expect(pool.pause(full, at: now) == next)
    }
    #expect(pool.pause(full, at: next) == nil)
    #expect(pool.next(survey(), full, at: next) == .makeStandby)
    pool.succeeded(.makeStandby, began: next, at: next + .seconds(2))
    // A place is free: not in the middle of a burst, which comes in pieces.
    let last = next + .seconds(2)
    pool.arrived(at: last)
    #expect(pool.pause(busy, at: last) == last + StandbyPool.quiet)
    #expect(pool.pause(idle, at: last + StandbyPool.quiet) == nil)
  }

  @Test func doesNothingWhenItIsOff() {
    var pool = pool(0...0)
    let wanting = survey(template: false, adoptable: ["a"], stale: ["b"])
    #expect(pool.next(wanting, idle, at: start) == nil)
  }

  @Test func takesOverWhatNobodyHoldsBeforeItMakesMore() {
    var pool = pool(2...2)
    #expect(pool.next(survey(standbys: 1, adoptable: ["a"]), idle, at: start) == .adopt("a"))
    #expect(
      pool.next(survey(standbys: 2, adoptable: ["a", "b"], stale: ["c"]), idle, at: start)
        == .adopt("a"))
  }

  @Test func dropsWhatIsStaleAndWhatIsTooMuch() {
    var pool = pool(1...1)
    #expect(pool.next(survey(standbys: 1, stale: ["old"]), idle, at: start) == .drop("old"))
    #expect(pool.next(survey(standbys: 1, stale: ["old"]), busy, at: start) == nil)
    let three = survey(standbys: 3, adoptable: ["a", "b"])
    #expect(pool.next(three, idle, at: start) == .drop("b"))
    // One that another process holds is that process's to hand out, and no reason to drop its own.
    #expect(pool.next(survey(standbys: 3), idle, at: start) == nil)
    #expect(pool.next(survey(standbys: 3, mine: ["a"]), idle, at: start) == nil)
  }

  @Test func growsWithACrowdAndLetsGoOfItAgain() {
    var pool = pool(2...8)
    for _ in 0..<5 { pool.arrived(at: start) }
    #expect(pool.wanted(at: start) == 5)
    #expect(pool.next(survey(standbys: 2), idle, at: start) == .makeStandby)
    for _ in 0..<20 { pool.arrived(at: start) }
    #expect(pool.wanted(at: start) == 8, "at most")
    let mine = (0..<5).map { "s\($0)" }
    #expect(pool.next(survey(standbys: 5, mine: mine), idle, at: start) == .makeStandby)
    let late = start + Demand.patience * 22
    #expect(pool.wanted(at: late) == 3)
    let many = survey(standbys: 5, mine: mine)
    #expect(pool.next(many, busy, at: late) == nil, "not while somebody is being served")
    #expect(pool.next(many, idle, at: late) == .shed("s4"))
    pool.failed(.shed("s4"), "it was handed out", at: late)
    #expect(pool.failure == nil)
    #expect(pool.next(many, idle, at: late) == .shed("s3"))
    #expect(pool.wanted(at: start + Demand.patience * 1000) == 2, "at least")
  }

  @Test func aRestartKeepsWhatAnEarlierProcessWanted() {
    var pool = pool(2...8)
    let found = survey(standbys: 6, adoptable: ["a", "b", "c", "d", "e", "f"])
    #expect(pool.next(found, idle, at: start) == .adopt("a"))
    #expect(pool.wanted(at: start) == 6)
    var small = StandbyPool(sizes: 2...4)
    #expect(small.next(found, idle, at: start) == .drop("f"))
  }

  @Test func restsLongerAfterEachFailureAndSaysWhy() {
    var pool = pool(1...1)
    var rests: [Duration] = []
    for _ in 0..<10 {
      pool.failed(.makeStandby, "a hook fails", at: start)
      let until = pool.pause(idle, at: start)
      rests.append(until.map { $0 - start } ?? .zero)
    }
    #expect(rests == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map { .seconds($0) })
    #expect(pool.failure == .init(reason: "a hook fails", at: start, tries: 10))
    pool.sessionBegan()
    #expect(pool.pause(idle, at: start) == nil, "another session may do better")
    #expect(pool.failure?.tries == 10)
    pool.succeeded(.makeStandby, began: start, at: start)
    #expect(pool.failure == nil)
    // A bench that does not answer is asked more often: it says when it is back to nobody.
    for _ in 0..<10 { pool.failed(nil, "the database is away", at: start) }
    #expect(pool.pause(idle, at: start) == start + StandbyPool.longestOutage)
  }

  @Test func oneThatCannotBeDroppedDoesNotStopTheRest() {
    var pool = pool(1...1)
    let found = survey(stale: ["stuck", "old"])
    #expect(pool.next(found, idle, at: start) == .drop("stuck"))
    pool.failed(.drop("stuck"), "it is held", at: start)
    #expect(pool.failure?.reason == "it is held")
    #expect(pool.pause(idle, at: start) == nil)
    #expect(pool.next(found, idle, at: start) == .drop("old"))
    #expect(pool.next(survey(stale: ["stuck"]), idle, at: start) == .makeStandby)
    let later = start + StandbyPool.setAside + .seconds(1)
    #expect(pool.next(found, idle, at: later) == .drop("stuck"))
  }

  @Test func aFailureIsOverWhenAnotherProcessHasFilledThePool() {
    var pool = pool(1...1)
    pool.failed(.makeStandby, "no space", at: start)
    let full = survey(standbys: 1)
    #expect(pool.next(survey(template: false, building: true), idle, at: start) == nil)
    #expect(!pool.isKept && pool.failure != nil)
    #expect(pool.next(full, idle, at: start) == nil)
    #expect(pool.isKept && pool.failure == nil)
    // Standbys that wait do not make up for a template that is still being made.
    pool.failed(.makeTemplate, "no space", at: start)
    let building = survey(template: false, building: true, standbys: 1)
    #expect(pool.next(building, idle, at: start) == nil)
    #expect(!pool.isKept && pool.failure != nil)
    #expect(pool.next(survey(standbys: 0), idle, at: start) == .makeStandby)
    #expect(pool.next(survey(standbys: 1, stale: ["old"]), idle, at: start) == .drop("old"))
    #expect(!pool.isKept && pool.failure != nil, "there is something to do")
    #expect(pool.next(full, idle, at: start) == nil && pool.isKept)
    // What is left alone still stands there.
    pool.failed(.drop("old"), "no access", at: start)
    #expect(pool.next(survey(standbys: 1, stale: ["old"]), idle, at: start) == nil)
    #expect(!pool.isKept && pool.failure != nil)
  }

  @Test func aRefillOfAnotherProcessIsWaitedFor() {
    var pool = pool(1...1)
    pool.isBusy(at: start)
    #expect(pool.pause(idle, at: start) == start + .seconds(1))
    #expect(pool.failure == nil)
  }
}
