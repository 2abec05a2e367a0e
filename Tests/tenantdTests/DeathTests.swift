// Killed at any moment: requests in flight learn it, the session comes back, nothing stays.
import Foundation
import JSONRPC
import Testing

@testable import Harness

extension EndToEnd {
  @Suite(.enabled(if: TestProcess.isSupported, "needs /proc")) struct Deaths {
    /// A job's process: only that job fails.
    @Test func ofAJobsProcess() async throws {
      try await withDaemon { daemon, bench in
        let gate = try bench.gate(at: "settings", match: "owner@acme.example")
        let request = daemon.request("provision", signup("Acme"))
        try await gate.hold()
        let agent = bench.agent
        // Before the other's: one that has answered may still be about to end.
        let job = try #require(bench.jobs.last)
        let other = daemon.request("provision", signup("Globex"))
        _ = try await daemon.reply(other)
        kill(job.pid, SIGKILL)
        let error = try await daemon.error(request)
        #expect(error.kind == "step_failed")
        #expect(error["data"]?["step"]?["number"] == 4)
        #expect(error["data"]?["rolledBack"] == true)
        #expect(bench.agent?.pid == agent?.pid)
        try bench.releaseLevers()
        try await daemon.call("provision", signup("Acme"))
      }
    }

    /// The agent, at each step: the requests fail after their undo, and the next one works.
    @Test(arguments: pointsOfSteps)
    func ofTheAgent(_ place: (step: Int64, point: String, match: String)) async throws {
      try await withDaemon { daemon, bench in
        let gate = try bench.gate(at: place.point, match: place.match)
        let request = daemon.request("provision", signup("Acme"))
        try await gate.hold()
        let agent = try #require(bench.agent)
        try bench.releaseLevers()
        kill(agent.pid, SIGKILL)
        let error = try await daemon.error(request)
        #expect(error["code"] == -32012)
        #expect(error.kind == "bench_unreachable")
        #expect(error["data"]?["step"]?["number"] == .integer(place.step))
        #expect(error["data"]?["rolledBack"] == true, "\(error)")
        #expect(bench.leftoversBesideLocks == [])
        try await daemon.call("provision", signup("Acme"))
        #expect(bench.agent != nil && bench.agent?.pid != agent.pid)
      }
    }

    /// tenantd itself, at each step: its children end, and the next start drops what it left.
    @Test(arguments: pointsOfSteps)
    func ofTenantd(_ place: (step: Int64, point: String, match: String)) async throws {
      let bench = try TestBench()
      let daemon = try Daemon(on: bench)
      let gate = try bench.gate(at: place.point, match: place.match)
      daemon.request("provision", signup("Acme"))
      try await gate.hold()
      try bench.releaseLevers()
      try await daemon.kill()
      #expect(bench.processes.isEmpty)

      let next = try Daemon(on: bench)
      try await next.call("provision", signup("Acme"))
      #expect(try await next.call("status")["tenants"] == ["active": 1])
      try await next.call("cleanup", ["sites": ["acme.localhost"], "delay": 0])
      try await next.finish()
      #expect(bench.leftovers == [])
    }

    /// A death between the rename and the commit leaves a folder under the customer's name, which
    /// is not active: nobody takes it for a tenant.
    @Test func betweenTheNameAndTheCommit() async throws {
      let bench = try TestBench()
      let daemon = try Daemon(on: bench)
      let gate = try bench.gate(at: "commit", match: "owner@acme.example")
      daemon.request("provision", signup("Acme"))
      try await gate.hold()
      #expect(bench.leftovers.contains("sites/acme.localhost"))
      #expect(try await bench.isKnown("acme.localhost", to: daemon) == "provisioning")
      try bench.releaseLevers()
      try await daemon.kill()
      let next = try Daemon(on: bench)
      try await next.logged("dropped what a dead provision left")
      #expect(try await next.refused("status", ["site": "acme.localhost"]).kind == "no_such_site")
      try await next.finish()
      #expect(bench.leftovers == [])
    }

    /// What could not be undone is tried again with the next session, and nobody waits for that.
    @Test func aPendingUndoKeepsNobodyWaiting() async throws {
      try await withDaemon { daemon, bench in
        try bench.write(
          ["fail": ["settings": "no luck", "drop": "the database is busy"]],
          to: "sites/sandbox.json")
        for name in ["Acme", "Globex"] {
          let error = try await daemon.refused("provision", signup(name))
          #expect(error["data"]?["rolledBack"] == false)
        }
        try bench.releaseLevers()
        let agent = try #require(bench.agent)
        kill(agent.pid, SIGKILL)
        try await daemon.logged("session ended")
        let tenant = try await daemon.call("provision", signup("Initech"))
        #expect(tenant["seconds"]?.double ?? 99 < 15, "\(tenant)")
        try await daemon.call("provision", signup("Acme"))
        try await daemon.logged("\"message\":\"undone\"", times: 2)
        try await daemon.call("cleanup", ["pattern": "*", "delay": 0])
        #expect(bench.leftoversBesideLocks == [])
      }
    }

    /// Many deaths in a row cost no descriptor.
    @Test func noDescriptorIsLost() async throws {
      try await withDaemon { daemon, bench in
        func descriptors() throws -> Int {
          try FileManager.default.contentsOfDirectory(atPath: "/proc/\(daemon.program.pid)/fd")
            .count
        }
        try await daemon.call("provision", signup("Acme"))
        let before = try descriptors()
        for number in 0..<4 {
          let agent = try #require(bench.agent)
          kill(agent.pid, SIGKILL)
          try await daemon.logged("session ended", times: number + 1)
          try await daemon.call("provision", signup("Tenant \(number)"))
        }
        #expect(try descriptors() == before)
      }
    }

    /// The bench's processes carry no descriptor of tenantd's wire.
    @Test func childrenHaveNoWire() async throws {
      try await withDaemon { daemon, bench in
        let gate = try bench.gate(at: "settings")
        let request = daemon.request("provision", signup("Acme"))
        try await gate.hold()
        let working = [try #require(bench.agent)] + bench.jobs
        #expect(working.count == 2)
        for process in working {
          #expect(process.pipes.isDisjoint(with: daemon.program.wire), "\(process.arguments)")
          #expect(!process.pipes.isEmpty)
        }
        try bench.releaseLevers()
        gate.open()
        _ = try await daemon.reply(request)
      }
    }
  }

  /// The ways out.
  @Suite struct Endings {
    @Test func endOfInputFinishesWhatWasAccepted() async throws {
      let bench = try TestBench()
      let daemon = try Daemon(on: bench, ["--concurrency=1"])
      let gate = try bench.gate(at: "new_site")
      let requests = ["Acme", "Globex", "Initech"].map { daemon.request("provision", signup($0)) }
      try await gate.hold()
      daemon.program.closeInput()
      try bench.releaseLevers()
      gate.open()
      for request in requests { #expect(try await daemon.reply(request)["result"] != nil) }
      #expect(try await daemon.end() == .exit(0))
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func aSignalLetsRunningWorkEnd(_ number: Int32) async throws {
      let bench = try TestBench()
      let daemon = try Daemon(on: bench, ["--concurrency=1"])
      let gate = try bench.gate(at: "settings")
      let first = daemon.request("provision", signup("Acme"))
      let second = daemon.request("provision", signup("Globex"))
      try await gate.hold()
      daemon.program.signal(number)
      // What waits is refused at once, and so is what comes.
      let waiting = try await daemon.reply(second)
      #expect(waiting["error"]?.kind == "shutting_down")
      #expect(waiting["error"]?["code"] == -32024)
      #expect(try await daemon.refused("provision", signup("Initech")).kind == "shutting_down")
      #expect(try await daemon.call("ping") == "pong")
      try bench.releaseLevers()
      gate.open()
      #expect(try await daemon.reply(first)["result"] != nil)
      #expect(try await daemon.end() == .exit(0))
    }

    @Test func theGracePeriodEndsInAnUndo() async throws {
      let bench = try TestBench()
      let daemon = try Daemon(on: bench, ["--grace=0"])
      let gate = try bench.gate(at: "commit", match: "owner@acme.example")
      let request = daemon.request("provision", signup("Acme"))
      try await gate.hold()
      daemon.program.signal(SIGTERM)
      let error = try await daemon.error(request)
      #expect(error.kind == "shutting_down")
      #expect(error["data"]?["rolledBack"] == true)
      #expect(try await daemon.end() == .exit(0))
      #expect(bench.leftovers == [])
    }

    @Test func aSecondSignalEndsTheGracePeriod() async throws {
      let bench = try TestBench()
      let daemon = try Daemon(on: bench)
      let gate = try bench.gate(at: "new_site")
      let request = daemon.request("provision", signup("Acme"))
      try await gate.hold()
      daemon.program.signal(SIGTERM)
      try await daemon.logged("shutting down")
      daemon.program.signal(SIGTERM)
      #expect(try await daemon.error(request)["data"]?["rolledBack"] == true)
      #expect(try await daemon.end() == .exit(0))
      #expect(bench.leftovers == [])
    }

    /// A clean-up that waits is no work that a shutdown waits for.
    @Test func aSignalEndsAWaitingCleanup() async throws {
      let bench = try TestBench()
      let daemon = try Daemon(on: bench)
      try await daemon.call("provision", signup("Acme"))
      let request = daemon.request(
        "cleanup", ["pattern": "*", "delay": 3600, "progress": true], id: "clean")
      _ = try await daemon.messages.first { $0["params"]?["state"] == "waiting" }
      daemon.program.signal(SIGTERM)
      #expect(try await daemon.error(request).kind == "cancelled")
      #expect(try await daemon.end() == .exit(0))
      #expect(bench.leftovers.contains("sites/acme.localhost"))
    }

    /// A reader that went away is an end of input: what runs is finished, nobody spins.
    @Test func aReaderThatWentAway() async throws {
      let bench = try TestBench()
      let daemon = try Daemon(on: bench, ["--log=debug"])
      let gate = try bench.gate(at: "new_site")
      daemon.request("provision", signup("Acme"))
      try await gate.hold()
      daemon.program.closeOutput()
      try await daemon.call("ping")
      daemon.request("ping")
      try await daemon.logged("nobody reads standard output any more")
      try bench.releaseLevers()
      gate.open()
      #expect(try await daemon.program.end() == .exit(0))
      try await daemon.program.gone()
      let next = try Daemon(on: bench)
      #expect(try await next.call("status")["tenants"] == ["active": 1])
      try await next.finish()
    }

    @Test func aTemporarySandboxEndsWithTheProcess() async throws {
      let folder = try TestBench()
      let daemon = try Daemon(["--sandbox"], environment: ["TMPDIR": folder.root])
      let path = try #require(try await daemon.call("status")["bench"]?["path"]?.string)
      #expect(path.hasPrefix(folder.root))
      try await daemon.call("provision", signup("Acme"))
      try await daemon.finish()
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.root) == [])
    }

    @Test func aNamedSandboxStays() async throws {
      let bench = try TestBench()
      let daemon = try Daemon(on: bench)
      let tenant = try await daemon.call("provision", signup("Acme"))
      try await daemon.finish()
      let next = try Daemon(on: bench)
      #expect(try await next.call("status", ["site": "acme.localhost"])["state"] == "active")
      try await next.finish()
      #expect(try await bench.logIn(with: tenant) == "200 owner@acme.example")
    }
  }
}

extension TestBench {
  /// The state in which a tenantd says that a site is.
  func isKnown(_ site: String, to daemon: Daemon) async throws -> JSON? {
    try await daemon.call("status", ["site": .string(site)])["state"]
  }
}
