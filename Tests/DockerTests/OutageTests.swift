// The bench's services stop, hang and come back; and wrong settings, each told by its own kind.
import JSONRPC
import Testing

@testable import Harness

extension DockerTests {
  @Suite struct Outages {
    @Test func databaseStopped() async throws {
      try await onBench { daemon in
        try await daemon.call("provision", signup("First"))
        let before = try await Stack.contents()
        let error = try await without("db", by: .stop) {
          let error = try await daemon.refused("provision", signup("Second", ["timeout": 5]))
          let bench = try await daemon.call("status")["bench"]
          #expect(bench?["state"] == "database_unavailable")
          return error
        }
        #expect(error.kind == "database_unavailable", "\(error)")
        #expect(error["data"]?["rolledBack"] == true, "\(error)")
        try await daemon.call("provision", signup("Second"))
        try await daemon.call("cleanup", ["sites": ["second.localhost"], "delay": 0])
        #expect(difference(before, try await Stack.contents()).allSatisfy { $0.contains("lock") })
      }
    }

    /// Under a job: what it had begun is undone as soon as that can be, and begins again.
    @Test(arguments: [Point.installing[1], Point.claiming[0], Point.claiming[3]])
    func databaseStoppedUnderAJob(_ point: Point) async throws {
      try await onBench { daemon in
        _ = try await daemon.call("status")
        let gate = try await Gate(at: point.name, match: point.match)
        let request = daemon.request("provision", signup("Acme"))
        try await gate.reached()
        try await without("db", by: .stop) {
          try await gate.open()
        }
        let answer = try await daemon.reply(request)
        #expect(answer["result"]?["path"] == "install", "\(answer)")
        #expect(try await Stack.contents().filter { $0.hasPrefix("database") }.count == 1)
      }
    }

    /// A database that accepts and never answers: no request hangs, and the others are served.
    @Test func databasePaused() async throws {
      try await onBench { daemon in
        try await daemon.call("provision", signup("First"))
        try await without("db", by: .pause) {
          let request = daemon.request("provision", signup("Acme", ["timeout": 2]))
          #expect(try await daemon.call("ping") == "pong")
          _ = try await daemon.call("status")
          let error = try await daemon.error(request)
          #expect(error.kind == "timeout", "\(error)")
        }
        try await daemon.call("provision", signup("Acme"))
        #expect(try await Stack.sites("active").count == 2)
      }
    }

    /// The undo cannot be done either: it is put off, and done before the name is used again.
    @Test func databasePausedUnderAJob() async throws {
      try await onBench { daemon in
        _ = try await daemon.call("status")
        let gate = try await Gate(at: "user_insert", match: "owner@acme.example")
        let request = daemon.request("provision", signup("Acme", ["timeout": 3]))
        try await gate.reached()
        let error = try await without("db", by: .pause) {
          try await gate.open()
          return try await daemon.error(request)
        }
        #expect(error.kind == "timeout", "\(error)")
        #expect(error["data"]?["rolledBack"] == false, "\(error)")
        #expect(error["data"]?["pending"] != nil)
        try await daemon.call("provision", signup("Acme"))
        let sites = try await Stack.contents().filter { $0.hasPrefix("site ") }
        #expect(sites == ["site acme.localhost"])
        #expect(try await Stack.contents().filter { $0.hasPrefix("database") }.count == 1)
      }
    }

    @Test(arguments: ["redis-cache", "redis-queue"])
    func redisStopped(_ service: String) async throws {
      try await onBench { daemon in
        try await daemon.call("provision", signup("First"))
        let error = try await without(service, by: .stop) {
          try await daemon.refused("provision", signup("Acme", ["timeout": 20]))
        }
        #expect(error.kind == "step_failed", "\(error)")
        try await daemon.call("provision", signup("Acme"))
        let sites = try await Stack.contents().filter { $0.hasPrefix("site ") }
        #expect(sites == ["site acme.localhost", "site first.localhost"])
      }
    }

    private func without<Value>(
      _ service: String, by stop: Stop, _ body: () async throws -> Value
    ) async throws -> Value {
      try await Stack.compose(stop.rawValue, service)
      return try await running(body) {
        switch stop {
        case .stop: try await Stack.compose("up", "--detach", "--wait", service)
        // It answers at once, whatever its last health check says.
        case .pause: try await Stack.compose("unpause", service)
        }
      }
    }

    private enum Stop: String { case stop, pause }
  }

  @Suite struct WrongSettings {
    static let cases = [
      (["TENANTD_DB_ROOT_PASSWORD": "wrong"], "database_denied"),
      (["DOCKER_SERVICE": "nope"], "service_not_found"),
      (["TENANTD_COMPOSE_DIR": "/nowhere"], "service_not_found"),
      (["DOCKER_HOST": "unix:///nowhere.sock"], "docker_unavailable"),
      (["TENANTD_BENCH": "/nowhere"], "bench_unreachable"),
      (["TENANTD_PYTHON": "nothing"], "bench_unreachable"),
    ]

    @Test(arguments: cases) func kind(_ environment: [String: String], kind: String) async throws {
      try await bareBench()
      let daemon = try start(environment)
      let error = try await daemon.refused("provision", signup("Acme"))
      #expect(error.kind == kind, "\(error)")
      #expect(error["data"]?["rolledBack"] == true, "\(error)")
      #expect(error["data"]?["advice"]?.string?.isEmpty == false)
      let bench = try await daemon.call("status")["bench"]
      #expect(bench?["state"]?.string == kind, "\(String(describing: bench))")
      try await daemon.leave()
      try await expectBare()
    }
  }
}
