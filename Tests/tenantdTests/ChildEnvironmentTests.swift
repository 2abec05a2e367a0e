// What a launcher and an agent find in their environment: no secret, and an agent nothing of others.
// In processes of their own, which are given what is to be found.
import Bench
import Foundation
import Testing

@testable import tenantd

@Suite(.timeLimit(.minutes(1)))
struct ChildEnvironmentTests {
  @Test func theSecretsAreTheseSettings() {
    #expect(
      Set(Configuration.secretNames) == [
        "ADMIN_PASSWORD", "ERP_API_KEY", "ERP_API_SECRET", "TENANTD_DB_ROOT_PASSWORD",
      ])
  }

  /// Docker fills a compose file in from its environment, and shows it to whoever asks.
  @Test func aLauncherGetsAllButTheSecrets() async {
    await #expect(processExitsWith: .success) {
      for name in Configuration.secretNames { setenv(name, "marker", 1) }
      setenv("COMPOSE_PROJECT_NAME", "erp", 1)
      let launchers = [
        Launcher.compose(service: "backend", project: nil), .docker(container: "erp-1"),
        .kubectl(pod: "erp-1"), Launcher(prefix: ["ssh", "host"], python: "python3"),
      ]
      for launcher in launchers {
        let found = ChildEnvironment.current(for: launcher)
        #expect(found.contains("COMPOSE_PROJECT_NAME=erp"))
        #expect(!found.contains { $0.hasSuffix("=marker") })
      }
    }
  }

  @Test func anAgentGetsWhatAProgramNeeds() async {
    await #expect(processExitsWith: .success) {
      for name in Configuration.secretNames { setenv(name, "marker", 1) }
      setenv("DATABASE_URL", "postgres://web:marker@db/web", 1)
      setenv("FRAPPE_STREAM_LOGGING", "1", 1)
      for launcher in [Launcher.local(bench: "/b"), .sandbox(folder: "/s", standIn: .embedded)] {
        let found = ChildEnvironment.current(for: launcher)
        #expect(found.contains { $0.hasPrefix("PATH=") })
        #expect(found.contains("FRAPPE_STREAM_LOGGING=1"))
        #expect(!found.contains { $0.contains("marker") })
      }
    }
  }
}
