// Killed at any moment: tenantd, its exec client, the agent in the container, the container.
import Foundation
import JSONRPC
import Testing

@testable import Harness

extension DockerTests {
  @Suite struct Deaths {
    /// The agent, with the job's child at a point: the session comes back by itself, what the job
    /// had made is undone, and it begins again.
    @Test(arguments: Point.installing)
    func agent(_ point: Point) async throws {
      try await lossOfTheSession(point) { _ in
        let count = try await Stack.ask("kill_agents")
        #expect(count == 1)
      }
    }

    /// The `docker compose exec` that carries the session. What it has started in the container
    /// goes on without it, and must see the end of its input.
    @Test(arguments: [Point.installing[1], Point.claiming[0], Point.claiming[3]])
    func execClient(_ point: Point) async throws {
      try await lossOfTheSession(point) { daemon in
        // The plugin under `docker` first: the other could not tell it any more.
        let clients = TestProcess.descendants(of: daemon.program.pid)
        #expect(!clients.isEmpty)
        for client in clients.reversed() { kill(client.pid, SIGKILL) }
      }
    }

    /// The exec client of one that stands still can be killed, and the agent keeps its locks: the
    /// next one ends it.
    @Test(arguments: [Point.installing[1], Point.claiming[0]])
    func agentThatStandsStill(_ point: Point) async throws {
      try await lossOfTheSession(point) { _ in
        let count = try await Stack.ask("stop_agents")
        #expect(count == 1)
      }
    }

    @Test(arguments: [Point.installing[1], Point.claiming[0], Point.claiming[3]])
    func container(_ point: Point) async throws {
      try await lossOfTheSession(point) { _ in
        try await Stack.compose("restart", "--timeout", "2", "backend")
      }
    }

    private func lossOfTheSession(
      _ point: Point, by lose: (Daemon) async throws -> Void
    ) async throws {
      try await onBench { daemon in
        _ = try await daemon.call("status")
        let gate = try await Gate(at: point.name, match: point.match)
        let request = daemon.request("provision", signup("Acme", ["progress": true]))
        try await gate.reached()
        try await Stack.lever()
        try await lose(daemon)
        let again = try await daemon.messages.first { $0["params"]?["state"] == "restarted" }
        #expect(again["params"]?["step"] == .integer(point.step))
        let answer = try await daemon.reply(request)
        let tenant = try #require(answer["result"], "\(answer)")
        #expect(tenant["path"] == "install")
        #expect(try await Stack.logIn(with: tenant) == [200, "owner@acme.example"])
        try? await gate.open()
        for kind in ["site", "database", "user"] {
          let found = try await Stack.contents().filter { $0.hasPrefix(kind + " ") }
          #expect(found.count == 1, "\(found)")
        }
      }
    }

    /// A container that restarts while nothing is going on costs no request.
    @Test func containerWhenIdle() async throws {
      try await onBench(pool: 1) { daemon in
        try await daemon.poolIsFull(1)
        try await Stack.compose("restart", "--timeout", "2", "backend")
        let tenant = try await daemon.call("provision", signup("Acme"))
        try await daemon.poolIsFull(1)
        #expect(try await Stack.logIn(with: tenant) == [200, "owner@acme.example"])
        #expect(try await Stack.sites("standby").count == 1)
      }
    }

    /// tenantd itself: nothing of it stays in the container, and the next start drops what it left.
    @Test(arguments: Point.installing)
    func tenantdWhenInstalling(_ point: Point) async throws {
      try await bareBench()
      try await killed(at: point, try start())
      try await afterwards(try start(), path: "install", keeping: [])
    }

    @Test(arguments: [Point.copying[0], Point.claiming[0], Point.claiming[3]])
    func tenantdWhenCopying(_ point: Point) async throws {
      try await benchWithTemplate()
      let before = try await Stack.contents()
      try await killed(at: point, try start())
      try await afterwards(try start(), path: "copy", keeping: before)
    }

    @Test(arguments: [Point.claiming[0], Point.claiming[3], Point.claiming[4]])
    func tenantdWhenClaimingAStandby(_ point: Point) async throws {
      try await benchWithTemplate()
      let daemon = try start(pool: 1)
      try await daemon.poolIsFull(1)
      try await killed(at: point, daemon)
      // The standby was the customer's already: it goes, and the template stays.
      let next = try start()
      _ = try await next.logged("dropped what a dead provision left")
      #expect(try await Stack.sites("standby").isEmpty)
      #expect(try await Stack.sites("template").count == 1)
      #expect(try await next.call("provision", signup("Acme"))["path"] == "copy")
      try await next.dropAll()
      try await next.leave()
      try await expectBare()
    }

    /// In the middle of the template and of a standby: half of either is never used.
    @Test(arguments: ["new_site", "install_app", "create_database", "user_insert"])
    func tenantdWhenFillingThePool(_ point: String) async throws {
      try await bareBench()
      // A template passes the installer's points; a standby those of its copy and its rehearsal.
      let gate = try await Gate(at: point)
      let maker = try start(pool: 1)
      try await gate.reached()
      try await Stack.lever()
      try await maker.kill()
      #expect(try await Stack.ask("await_end") == true)
      try? await gate.open()
      #expect(try await Stack.sites("template").count <= 1)
      try await onNextStart { next in
        try await next.poolIsFull(1)
        #expect(try await Stack.sites("template").count == 1)
        #expect(try await Stack.sites("standby").count == 1)
        #expect(try await Stack.contents().filter { $0.hasPrefix("site ") }.count == 2)
        #expect(try await next.call("provision", signup("Acme"))["path"] == "standby")
      }
    }

    private func onNextStart(_ body: (Daemon) async throws -> Void) async throws {
      let next = try start(pool: 1)
      try await body(next)
      try await next.dropAll()
      try await next.leave()
      try await expectBare()
    }

    private func killed(at point: Point, _ daemon: Daemon) async throws {
      let gate = try await Gate(at: point.name, match: point.match)
      daemon.request("provision", signup("Acme"))
      try await gate.reached()
      try await Stack.lever()
      try await daemon.kill()
      #expect(try await Stack.ask("await_end") == true, "nothing of the agent is left")
      try? await gate.open()
    }

    private func afterwards(_ next: Daemon, path: JSON, keeping before: [String]) async throws {
      _ = try await next.logged("dropped what a dead provision left")
      let left = difference(before, try await Stack.contents())
      // Those of the session, and of a bench whose keeper lives.
      let own = ["+ lock tenantd:session:", "+ lock tenantd:bench_alive:"]
      #expect(left.allSatisfy { lock in own.contains { lock.hasPrefix($0) } }, "\(left)")
      #expect(try await next.call("provision", signup("Acme"))["path"] == path)
      try await next.dropAll()
      try await next.leave()
      try await expectBare()
    }
  }

  /// The ways out: nothing is left running in the container, and nothing half done on the bench.
  @Suite struct Endings {
    @Test(arguments: [SIGTERM, SIGINT])
    func aSignalWithoutGrace(_ signal: Int32) async throws {
      try await bareBench()
      let daemon = try start(["TENANTD_GRACE": "0"])
      let gate = try await Gate(at: "user_insert", match: "owner@acme.example")
      let request = daemon.request("provision", signup("Acme"))
      try await gate.reached()
      daemon.program.signal(signal)
      let error = try await daemon.reply(request)["error"]
      #expect(error?.kind == "shutting_down")
      #expect(error?["data"]?["rolledBack"] == true)
      #expect(try await daemon.end() == .exit(0))
      #expect(try await Stack.ask("await_end") == true)
      try await gate.open()
      try await expectBare()
    }

    /// The job's time is over inside the container as well.
    @Test(arguments: [Point.installing[1], Point.claiming[0], Point.claiming[3]])
    func theTimeIsOver(_ point: Point) async throws {
      try await onBench { daemon in
        _ = try await daemon.call("status")
        let before = try await Stack.contents()
        let gate = try await Gate(at: point.name, match: point.match)
        let request = daemon.request("provision", signup("Acme", ["timeout": 2]))
        try await gate.reached()
        let error = try await daemon.reply(request)["error"]
        #expect(error?.kind == "timeout")
        #expect(error?["data"]?["rolledBack"] == true)
        #expect(difference(before, try await Stack.contents()) == [])
        // The agent, its fork server and its keeper; the job's child is gone.
        #expect(try await Stack.ask("agents").array?.count == 3)
        try await gate.open()
      }
    }
  }
}
