// Plans: the standard one, those read from the environment, and what is said of a bad value.
import Testing

@testable import Tenancy

@Suite(.timeLimit(.minutes(1)))
struct PlanTests {
  @Test func offersFree() {
    let plans = Plans()
    #expect(plans.all == [Plan(name: "free", users: 5, storageGB: 1)])
    #expect(plans.unnamed == plans.named("FREE"))
    #expect(plans.named("pro") == nil)
  }

  @Test func readsPlans() throws {
    let plans = try Plans(parsing: " Pro=25:50 , free=3:2,team_2=1000000:1")
    #expect(
      plans.all == [
        Plan(name: "pro", users: 25, storageGB: 50), Plan(name: "free", users: 3, storageGB: 2),
        Plan(name: "team_2", users: 1_000_000, storageGB: 1),
      ])
    #expect(plans.unnamed.name == "free")
    #expect(try Plans(parsing: "gold=1:1,silver=1:1").unnamed.name == "gold")
  }

  @Test(arguments: [
    "", ",", "free", "free=", "free=5", "free=5:", "free=:1", "free=5:1:2", "free=a:1", "free=0:1",
    "free=-5:1", "free=1000001:1", "free=99999999999999999999:1", "=5:1", "fr ee=5:1", "free=5:1,",
    "a=b=5:1",
  ])
  func refuses(text: String) {
    let error = #expect(throws: FieldError.self) { try Plans(parsing: text) }
    #expect(error?.field == "plans")
    #expect(error?.reason.contains("expected name=users:gigabytes") == true)
  }

  @Test func refusesTheSameTwice() {
    let error = #expect(throws: FieldError.self) { try Plans(parsing: "pro=1:1,PRO=2:2") }
    #expect(error?.reason == "names the plan “pro” twice")
  }
}
