// Plans: the standard one, those read from the environment, and what is said of a bad value.
import Testing

@testable import Tenancy

@Suite(.timeLimit(.minutes(1)))
struct PlanTests {
  @Test func offersFour() throws {
    let plans = Plans()
    #expect(plans.all.map(\.name) == ["free", "starter", "professional", "enterprise"])
    #expect(plans == (try Plans(parsing: Plans.standardText)))
    #expect(plans.named("enterprise") == Plan(name: "enterprise", users: nil, storageGB: nil))
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
    "a=b=5:1", "a=5:1:x", "a=5:1:=2", "a=5:1:x=", "a=5:1:x=-1", "a=5:1:x=2000000001", "a=5:1:1x=2",
    "a=5:1:x=1:x=2", "a=5:1:users=3", "a=Unlimited:1", "a=5:1:é=2", "a=5:1:x=1:",
  ])
  func refuses(text: String) {
    let error = #expect(throws: FieldError.self) { try Plans(parsing: text) }
    #expect(error?.field == "plans")
    #expect(error?.reason.contains("expected name=users:gigabytes") == true)
  }

  @Test func readsFurtherLimits() throws {
    let plans = try Plans(parsing: "Pro=25:unlimited:apiCalls=10000:emails=unlimited:seats_2=0")
    #expect(
      plans.all == [
        Plan(
          name: "pro", users: 25, storageGB: nil,
          limits: ["apiCalls": 10_000, "emails": nil, "seats_2": 0])
      ])
  }

  @Test func refusesTheSameTwice() {
    let error = #expect(throws: FieldError.self) { try Plans(parsing: "pro=1:1,PRO=2:2") }
    #expect(error?.reason == "names the plan “pro” twice")
  }
}
