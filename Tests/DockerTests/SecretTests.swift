// Secrets are in no command line, environment, log or file, on either side of the exec.
import Foundation
import JSONRPC
import Testing

@testable import Harness

extension DockerTests {
  @Suite struct Secrets {
    @Test(arguments: [0, 1]) func nowhere(pool: Int) async throws {
      let password = "Marked-Phrase-9f2c41"
      let admin = "Marked-Admin-77ab03"
      let root = try await Stack.exec(in: "db", ["printenv", "MARIADB_ROOT_PASSWORD"])
      let environment = ["ADMIN_PASSWORD": admin, "TENANTD_DB_ROOT_PASSWORD": root]
      try await onBench(pool: pool, environment) { daemon in
        if pool > 0 { try await daemon.poolIsFull(1) }
        var seen: [Sight] = []
        var secrets = [password, admin, root]
        let points = pool > 0 ? Point.claiming : Point.installing
        for (number, point) in points.enumerated() {
          let name = "Tenant \(number)"
          let gate = try await Gate(
            at: point.name, match: point.match.contains("@") ? "owner@tenant\(number).example" : "")
          let request = daemon.request(
            "provision", signup(name, ["password": .string(password)]))
          try await gate.reached()
          seen += TestProcess.all.map(Sight.init)
          try await gate.open()
          let tenant = try #require(try await daemon.reply(request)["result"])
          secrets += ["apiKey", "apiSecret"].compactMap { tenant[$0]?.string }
        }
        secrets += try await Stack.sites("active").compactMap { $0.config["db_password"]?.string }
        try await look(for: secrets, admin: admin, root: root, in: seen, of: daemon)
      }
    }

    private func look(
      for secrets: [String], admin: String, root: String, in processes: [Sight],
      of daemon: Daemon
    ) async throws {
      #expect(processes.contains { $0.arguments.contains("the program did not arrive") })
      for (number, secret) in secrets.enumerated() {
        let showing = processes.filter { $0.arguments.contains(secret) }
        #expect(showing.isEmpty, "word \(number) in a command line")
        // tenantd's own environment is where two of them come from, and MariaDB's has its root's.
        let holding = processes.filter { process in
          process.environment.contains(secret) && process.pid != daemon.program.pid
            && !process.environment.contains("MARIADB_ROOT_PASSWORD=\(secret)")
        }
        #expect(holding.map(\.arguments) == [], "word \(number) in an environment")
      }
      #expect(!secrets.contains { daemon.log.contains($0) }, "tenantd's log, at debug level")
      let logs = try await Stack.compose("logs", "--no-color")
      #expect(!secrets.contains { logs.contains($0) }, "the containers' logs")
      // A site's own database password and the bench's root password have a file that they are for.
      let hidden = secrets.map { $0.utf8.map { String(format: "%02x", $0) }.joined() }
      let program = ["leaks"] + hidden
      let found =
        try JSON(
          parsing: Array(try await Stack.run(Stack.probeCommand(program)).utf8)
        ).array?.compactMap(\.string) ?? []
      #expect(found.filter { !$0.contains("site_config.json: ") } == [])
      let configs = found.filter { $0.contains("site_config.json: ") }
      let own = secrets.indices.filter { $0 == 2 || $0 >= secrets.count - (secrets.count - 3) / 3 }
      #expect(
        configs.allSatisfy { line in own.contains { line.hasSuffix(": word \($0)") } }, "\(configs)"
      )
    }
  }
}

/// What could be read of a process, of this machine or of a container, at one moment.
private struct Sight {
  let pid: pid_t
  let arguments: String
  let environment: String

  init(_ process: TestProcess) {
    pid = process.pid
    arguments = process.arguments.joined(separator: " ")
    environment = process.environment.joined(separator: " ")
  }
}
