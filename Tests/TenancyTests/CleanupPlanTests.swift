// Cleanups: what goes, and everything that must stay.
import Testing

@testable import Tenancy

@Suite(.timeLimit(.minutes(1)))
struct CleanupPlanTests {
  let tenants = [
    Tenant(site: "test-2.localhost", state: .active),
    Tenant(site: "test-1.localhost", state: .active),
    Tenant(site: "test-busy.localhost", state: .claiming),
    Tenant(site: "test-foreign.localhost", state: .foreign, isMadeByTenantd: false),
    Tenant(site: "test-master.localhost", state: .active),
    Tenant(site: "acme.example.com", state: .active),
    Tenant(site: "tenantd-1f.localhost", state: .active),
  ]

  func plan(
    _ sites: [String] = [], pattern: String? = nil, force: Bool = false,
    reserved: Set<String> = []
  ) -> CleanupPlan {
    CleanupPlan(
      CleanupRequest(sites: sites, pattern: pattern, force: force), tenants: tenants,
      master: "test-master.localhost", reserved: reserved)
  }

  @Test func dropsWhatIsNamed() {
    let plan = plan(["test-2.localhost", "gone.localhost", "test-1.localhost", "test-2.localhost"])
    #expect(
      plan.decisions == [
        .drop(site: "test-2.localhost"), .missing(site: "gone.localhost"),
        .drop(site: "test-1.localhost"),
      ])
    #expect(plan.dropped == ["test-2.localhost", "test-1.localhost"])
  }

  @Test func neverTheMaster() {
    for force in [false, true] {
      let plan = plan(["test-master.localhost"], pattern: "test-master*", force: force)
      #expect(
        plan.decisions == [.keep(site: "test-master.localhost", reason: "is the master site")])
    }
  }

  @Test func foreignSitesOnlyByNameAndForce() {
    let foreign = "test-foreign.localhost"
    #expect(plan([foreign]).dropped == [])
    #expect(plan([foreign], force: true).dropped == [foreign])
    #expect(
      plan(pattern: "test-f*", force: true).decisions
        == [.keep(site: foreign, reason: "was not made by tenantd")])
    #expect(plan([foreign], pattern: "test-f*").decisions.count == 1)
  }

  @Test func keepsWhatIsBusy() {
    let plan = plan(
      ["test-busy.localhost", "test-1.localhost"], force: true, reserved: ["test-1.localhost"])
    #expect(
      plan.decisions == [
        .keep(site: "test-busy.localhost", reason: "is being worked on"),
        .keep(site: "test-1.localhost", reason: "is being worked on"),
      ])
  }

  @Test func matchesInOrderOfNames() {
    #expect(
      plan(pattern: "test-*").decisions == [
        .drop(site: "test-1.localhost"), .drop(site: "test-2.localhost"),
        .keep(site: "test-busy.localhost", reason: "is being worked on"),
        .keep(site: "test-foreign.localhost", reason: "was not made by tenantd"),
        .keep(site: "test-master.localhost", reason: "is the master site"),
      ])
  }

  @Test(arguments: [
    ("test-?", ["test-1.localhost", "test-2.localhost"]),
    ("test-[13]", ["test-1.localhost"]),
    ("test-1.localhost", ["test-1.localhost"]),
    ("*.example.com", ["acme.example.com"]),
    ("ACME", []),
    ("*", ["acme.example.com", "test-1.localhost", "test-2.localhost"]),
    ("", []),
    ("[", []),
    ("est-1", []),
  ])
  func matches(pattern: String, expected: [String]) {
    #expect(plan(pattern: pattern).dropped == expected)
  }

  @Test func hiddenSitesOnlyByName() {
    #expect(plan(["tenantd-1f.localhost"]).dropped == ["tenantd-1f.localhost"])
    #expect(plan(pattern: "tenantd-*").dropped == [])
  }

  @Test func namesBeforePatternAndEachOnce() {
    let plan = plan(["test-2.localhost"], pattern: "test-?")
    #expect(plan.dropped == ["test-2.localhost", "test-1.localhost"])
  }

  /// What is wrong with a site, and what that keeps a cleanup from.
  @Test func troubles() {
    let troubles: [(Tenant, isForForce: Bool, reason: String)] = [
      (
        Tenant(site: "odd.localhost", state: .alias, isMadeByTenantd: false, of: "acme.localhost"),
        false, "is a link to acme.localhost, and goes with it"
      ),
      (
        Tenant(
          site: "odd.localhost", state: .broken, isMadeByTenantd: false, reason: "It is no JSON."),
        true, "is broken; name it together with `force` to drop it. It is no JSON."
      ),
      (
        Tenant(site: "odd.localhost", state: .active, isOwn: false), true,
        "has a database that is not of this bench's making"
      ),
    ]
    for (tenant, isForForce, reason) in troubles {
      func kept(_ request: CleanupRequest) -> String? {
        let plan = CleanupPlan(request, tenants: [tenant], master: nil, reserved: [])
        if case .keep(_, let reason) = plan.decisions.first { return reason } else { return nil }
      }
      #expect(kept(CleanupRequest(sites: ["odd.localhost"]))?.hasPrefix(reason) == true)
      let forced = kept(CleanupRequest(sites: ["odd.localhost"], force: true))
      #expect((forced == nil) == isForForce, "\(reason)")
      // A pattern finds what nobody has looked at.
      #expect(kept(CleanupRequest(pattern: "*", force: true))?.hasPrefix(reason) == true)
    }
  }
}
