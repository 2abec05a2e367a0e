// The clients' own suites, each as one test, against the built program on sandboxes. They have a run
// of their own, for they take minutes and measure time.
import Foundation
import Testing

@testable import Harness

@Suite(
  .enabled(
    if: ProcessInfo.processInfo.environment["TENANTD_TEST_CLIENTS"] == "1",
    "TENANTD_TEST_CLIENTS is not 1"),
  .serialized, .timeLimit(.minutes(6)))
struct ClientTests {
  @Test(.needs(.node, .npm))
  func node() async throws {
    let said = try await ForeignSuite(
      in: "clients/node", "sh", "-c",
      "exec node --expose-gc --test --test-reporter=tap test/*.test.mjs"
    ).run()
    // Two of it are what `npm run check` does: skipped where there is no compiler, but for a run that
    // is to have all tools.
    let mayBeSkipped = !Tool.tsc.isThere && !Tool.allAreWanted
    #expect(said.contains(/# pass [1-9]/))
    #expect(said.contains("# skipped \(mayBeSkipped ? 2 : 0)\n"))
  }

  @Test(.needs(.python))
  func python() async throws {
    let said = try await ForeignSuite(
      in: "clients/python", "python3", "-m", "unittest", "discover", "-v", "-s", "tests", "-t", "."
    ).run()
    #expect(said.contains(/Ran [1-9]/) && !said.contains("skipped"))
  }

  @Test(.needs(.bash, .jq, .flock, .script, .python))
  func shell() async throws {
    let said = try await ForeignSuite(in: "clients/shell", "tests/run").run()
    #expect(said.contains("ok    test_") && !said.contains("skipped"))
  }

  @Test(.needs(.node, .python))
  func serverOfTheDemo() async throws {
    let said = try await ForeignSuite(in: "clients/node/demo", "python3", "server_test.py").run()
    #expect(said.contains(/Ran [1-9]/) && !said.contains("skipped"))
  }

  /// Its Python packages are in `.ci-out/demo-venv`: only where all tools are to be there are they
  /// fetched for it.
  @Test(.needs(.node, .python, .chromium, .playwright))
  func demoInABrowser() async throws {
    let said = try await ForeignSuite(in: "clients/node/demo", "python3", "browser_test.py").run()
    #expect(said.contains(/Ran [1-9]/) && !said.contains("skipped"))
  }
}

extension Tool {
  /// What `browser_test.py` makes for itself at its first run.
  fileprivate static let playwright = Tool(
    "the demo's Playwright (run `python3 clients/node/demo/browser_test.py` once)",
    isThere: Tool.allAreWanted
      || FileManager.default.fileExists(
        atPath: "\(ForeignSuite.root)/.ci-out/demo-venv/bin/playwright")
  )
}
