// What `status` may say without a way to the bench: only what is fresh, and of a session that stands.
import Bench
import Testing

@testable import Bench
@testable import tenantd

@Suite(.timeLimit(.minutes(1)))
struct GlanceTests {
  private let facts = BenchFacts(frappe: "15", apps: [], bench: "/b")

  @Test func onlyOfASessionThatStands() {
    let glance = Glance()
    #expect(glance.fresh == nil)
    glance.began(facts)
    #expect(glance.fresh == nil, "nothing was told yet")
    glance.keep(BenchOverview(["counts": ["active": 1]]))
    #expect(glance.fresh?.overview?.counts == ["active": 1])
    glance.ended()
    #expect(glance.fresh == nil)
    #expect(glance.last.overview?.counts == ["active": 1] && glance.last.facts == facts)
  }

  @Test func onlyForASecond() async {
    let glance = Glance()
    glance.began(facts)
    glance.keep(BenchOverview([:]))
    while glance.fresh != nil, !Task.isCancelled { await Task.yield() }
    #expect(glance.fresh == nil)
    #expect(.now - glance.last.since >= .seconds(1))
  }
}
