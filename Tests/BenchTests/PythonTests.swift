// The tests of what is written in Python beside the clients: the stand-in for Frappe, and the
// benchmarks' comparison of a site's rows.
import Testing

@testable import Harness

/// The limit is for their turn to come; each has one of its own from then on.
@Suite(.timeLimit(.minutes(30)))
struct PythonTests {
  @Test(
    .needs(.python),
    arguments: [
      "BenchTests/sandbox_test.py",  // the server's among them
      "BenchTests/agent_test.py", "BenchTests/methods_test.py",
      "BenchTests/starved_test.py",
      "BenchTests/fuzz_test.py",
      "BenchTests/versions_test.py",
      "BenchTests/copy_test.py", "BenchTests/claim_test.py", "BenchTests/standby_test.py",
      "BenchTests/output_test.py", "BenchTests/tenants_test.py", "BenchTests/workspace_test.py",
      "BenchTests/profile_test.py", "BenchTests/life_test.py", "BenchTests/changes_test.py",
      "BenchTests/secrecy_test.py", "BenchTests/held_test.py",
      "BenchTests/rehearsal_test.py", "BenchTests/refusal_test.py",
      "BenchTests/reservation_test.py",
      // Those of identities, of remnants and of reconciliations among them.
      "BenchTests/ownership_test.py",
      "Benchmarks/row_difference_test.py",
    ])
  func suite(_ file: String) async throws {
    let said = try await ForeignSuite(in: "Tests", "python3", "-W", "error", file).run()
    #expect(said.contains(/Ran [1-9]/) && !said.contains("skipped"))
  }
}
