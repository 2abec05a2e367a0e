// What `status` may say without a way to the bench: only what is fresh, and of a session that stands.
import Bench
import Testing

@testable import Bench
@testable import tenantd

@Suite(.timeLimit(.minutes(1)))
struct LastOverviewTests {
  private let facts = BenchFacts(frappe: "15", apps: [], bench: "/b")

  @Test func onlyOfASessionThatStands() {
    let lastOverview = LastOverview()
    #expect(lastOverview.fresh == nil)
    lastOverview.began(facts)
    #expect(lastOverview.fresh == nil, "nothing was told yet")
    lastOverview.keep(BenchOverview(["counts": ["active": 1]]))
    #expect(lastOverview.fresh?.overview?.counts == ["active": 1])
    lastOverview.ended()
    #expect(lastOverview.fresh == nil)
    #expect(lastOverview.last.overview?.counts == ["active": 1] && lastOverview.last.facts == facts)
  }

  @Test func onlyForASecond() async {
    let lastOverview = LastOverview()
    lastOverview.began(facts)
    lastOverview.keep(BenchOverview([:]))
    while lastOverview.fresh != nil, !Task.isCancelled { await Task.yield() }
    #expect(lastOverview.fresh == nil)
    #expect(.now - lastOverview.last.since >= .seconds(1))
  }
}
