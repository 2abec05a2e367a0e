// From the bench's failures to the domain's, and from those to the wire: what is tried again, and
// what a caller is told of the work that was done.
import Bench
import JSONRPC
import Tenancy
import Testing

@testable import tenantd

@Suite(.timeLimit(.minutes(1)))
struct ErrorMappingTests {
  private func isTriedAgain(_ error: BenchError) -> Bool {
    if case .outage = error.passing(site: "acme.localhost") { true } else { false }
  }

  @Test func whatMayPassIsTriedAgain() {
    #expect(isTriedAgain(.lost(.unreachable(reason: "The session ended."))))
    for kind in ["database_unavailable", "bench_changed", "reservation_lost", "site_held"] {
      #expect(isTriedAgain(.refused(kind: kind, reason: "", site: nil)), "\(kind)")
    }
  }

  @Test func whatARepetitionDoesNotCureIsTold() {
    // One that was never reached is wrongly set up.
    #expect(!isTriedAgain(.unreachable(reason: "There is no such program.")))
    #expect(!isTriedAgain(.dockerUnavailable(reason: "")))
    #expect(!isTriedAgain(.declined(sentence: "No.", title: nil, field: nil)))
    #expect(!isTriedAgain(.gaveUp(reason: "", output: [])))
    for kind in ["database_denied", "bench_unproven", "site_exists", "step_failed", "cancelled"] {
      #expect(!isTriedAgain(.refused(kind: kind, reason: "", site: nil)), "\(kind)")
    }
  }

  @Test func onlyWhatIsUndoneIsToldAsUndone() throws {
    let cases: [(RolledBack, Bool, isPending: Bool)] = [
      (.nothingDone, true, false), (.complete, true, false),
      (.pending(reason: "the database is busy"), false, true), (.continuesForAnother, false, true),
    ]
    for (rolledBack, isUndone, isPending) in cases {
      let failure = JobFailure(
        failure: .timeout(step: .keys, after: .seconds(1)), site: "acme.localhost", step: .keys,
        rolledBack: rolledBack)
      let data = try #require(failure.rpcError.data)
      #expect(data["rolledBack"] == .bool(isUndone), "\(rolledBack)")
      #expect((data["pending"] != nil) == isPending, "\(rolledBack)")
      #expect(data["site"] == "acme.localhost" && data["step"]?["number"] == 5)
    }
  }

  /// The site of an address in use is another tenant's, told only where it may be.
  @Test func whoseSiteIsTold() throws {
    for site in ["other.localhost", nil] {
      let failure = JobFailure(
        failure: .emailInUse(site: site), site: "acme.localhost", step: nil,
        rolledBack: .nothingDone)
      #expect(failure.rpcError.data?["site"]?.string == site)
    }
  }

  @Test func aRefusalHasNoStep() {
    let failure = JobFailure(
      failure: .refused(sentence: "No.", title: nil, field: "email"), site: "acme.localhost",
      step: .owner, rolledBack: .complete)
    #expect(failure.rpcError.data?["step"] == nil)
    #expect(failure.rpcError.data?["field"] == "email")
  }
}
