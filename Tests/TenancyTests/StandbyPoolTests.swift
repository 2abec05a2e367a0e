// The pool's policy, by the actions that it asks for.

import Testing

@testable import Tenancy

@Suite(.timeLimit(.minutes(1)))
struct StandbyPoolTests {
  private func survey(
    template: Bool = true, building: Bool = false, standbys: Int = 0, adoptable: [String] = [],
    stale: [String] = []
  ) -> StandbyPool.Survey {
    StandbyPool.Survey(
      hasTemplate: template, isBuilding: building, standbys: standbys, adoptable: adoptable,
      stale: stale)
  }

  @Test func makesTheTemplateFirstAndThenStandbysUntilFull() {
    let pool = StandbyPool(size: 2)
    #expect(pool.next(survey(template: false), isIdle: true) == .makeTemplate)
    #expect(pool.next(survey(), isIdle: true) == .makeStandby)
    #expect(pool.next(survey(standbys: 1), isIdle: true) == .makeStandby)
    #expect(pool.next(survey(standbys: 2), isIdle: true) == nil)
  }

  @Test func waitsForATemplateThatAnotherProcessMakes() {
    #expect(
      StandbyPool(size: 2).next(survey(template: false, building: true), isIdle: true) == nil)
  }

  @Test func yieldsToCustomers() {
    let wanting = survey(template: false, adoptable: ["a"], stale: ["b"])
    #expect(StandbyPool(size: 2).next(wanting, isIdle: false) == nil)
  }

  @Test func doesNothingWhenItIsOff() {
    let wanting = survey(template: false, adoptable: ["a"], stale: ["b"])
    #expect(StandbyPool(size: 0).next(wanting, isIdle: true) == nil)
  }

  @Test func takesOverWhatNobodyHoldsBeforeItMakesMore() {
    let pool = StandbyPool(size: 2)
    #expect(pool.next(survey(standbys: 1, adoptable: ["a"]), isIdle: true) == .adopt("a"))
    #expect(
      pool.next(survey(standbys: 2, adoptable: ["a", "b"], stale: ["c"]), isIdle: true)
        == .adopt("a"))
  }

  @Test func dropsWhatIsStaleAndWhatIsTooMuch() {
    let pool = StandbyPool(size: 1)
    #expect(pool.next(survey(standbys: 1, stale: ["old"]), isIdle: true) == .drop("old"))
    #expect(pool.next(survey(standbys: 3, adoptable: ["a", "b"]), isIdle: true) == .drop("b"))
    // One that another process holds is that process's to hand out.
    #expect(pool.next(survey(standbys: 3), isIdle: true) == nil)
  }

  @Test func restsLongerAfterEachFailureAndForgetsThemAfterASuccess() {
    var pool = StandbyPool(size: 1)
    let rests = (0..<8).map { _ in pool.failed() }
    #expect(rests == [2, 4, 8, 16, 32, 60, 60, 60].map { .seconds($0) })
    pool.succeeded()
    #expect(pool.failures == 0)
    #expect(pool.failed() == .seconds(2))
  }

  @Test func aJobWhoseStandbyIsLostTakesAnotherSite() {
    var job = Job(site: "a.localhost")
    #expect(job.admit() == [])
    #expect(job.lookedUp(.free) == [.prepare])
    #expect(job.prepared(hidden: "lost") == [.claim(hidden: "lost")])
    #expect(job.ended(.standbyLost(reason: "it is gone")) == [.prepare])
    #expect(job.prepared(hidden: "other") == [.claim(hidden: "other")])
    #expect(job.claimed() == [.succeed])
  }
}
