// Killed at any moment: requests in flight learn it, the session comes back, nothing stays.
import Foundation
import JSONRPC
import Testing

@testable import Harness

extension EndToEnd {
  @Suite(.serialized, .inTurn, .enabled(if: TestProcess.isSupported, "needs /proc"))
  struct Deaths {
    /// A job's process: only that job fails.
    @Test(arguments: SitePath.allCases)
    func ofAJobsProcess(by path: SitePath) async throws {
      try await withDaemon(by: path) { daemon, bench in
        let gate = try bench.gate(at: "settings", match: "owner@acme.example")
        let request = daemon.request("provision", signup("Acme"))
        try await gate.hold()
        let agent = bench.agent
        let job = try #require(bench.processes.first { $0.files.contains(gate.path) })
        #expect(job.pid != agent?.pid)
        try await daemon.call("provision", signup("Globex"))
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

    /// The agent, at each step: the request is undone and begins again, and its caller hears of it.
    @Test(arguments: SitePath.allCases)
    func ofTheAgent(by path: SitePath) async throws {
      try await withDaemon(by: path) { daemon, bench in
        let bare = bench.shape
        var tenants: [JSON] = []
        for (number, place) in path.places.enumerated() {
          let name = "Acme\(number)"
          try await daemon.isReady(for: path)
          let gate = try bench.gate(at: place.point, match: place.match(name))
          let request = daemon.request("provision", signup(name, ["progress": true]))
          try await gate.hold()
          // What an agent has not told yet goes with it.
          _ = try await daemon.messages.first {
            $0["params"]?["id"] == request && $0["params"]?["step"] == .integer(place.step)
          }
          let agent = try #require(bench.agent)
          try bench.releaseLevers()
          kill(agent.pid, SIGKILL)
          let again = try await daemon.messages.first {
            $0["params"]?["state"] == "restarted" && $0["params"]?["id"] == request
          }
          #expect(again["params"]?["step"] == .integer(place.step))
          #expect(again["params"]?["message"]?.string?.isEmpty == false)
          let tenant = try #require(try await daemon.reply(request)["result"])
          #expect(tenant["reissued"] == false)
          #expect(
            tenant["steps"]?.array?.compactMap { $0["step"]?.integer } == [1, 2, 3, 4, 5])
          #expect(bench.agent != nil && bench.agent?.pid != agent.pid)
          tenants.append(tenant)
          #expect(
            try await daemon.call("status")["tenants"]?["active"] == .integer(Int64(number + 1)))
        }
        #expect(
          try await bench.logIns(with: tenants)
            == tenants.map { "200 \($0["user"]?.string ?? "")" })
        try await daemon.call("cleanup", ["pattern": "*", "delay": 0])
        try await daemon.isReady(for: path)
        #expect(bench.shape == bare)
      }
    }

    /// A bench that does not come back in the request's own time.
    @Test func thatOutlastsTheRequest() async throws {
      try await withDaemon { daemon, bench in
        let gate = try bench.gate(at: "settings", match: "owner@acme.example")
        let request = daemon.request("provision", signup("Acme", ["timeout": 3]))
        let waiting = daemon.request("provision", signup("Globex", ["timeout": 60]))
        try await gate.hold()
        try bench.releaseLevers()
        _ = try await daemon.reply(waiting)
        let agent = try #require(bench.agent)
        // No agent starts on what is no folder.
        let elsewhere = bench.root + "/elsewhere"
        try FileManager.default.moveItem(atPath: bench.path, toPath: elsewhere)
        #expect(FileManager.default.createFile(atPath: bench.path, contents: nil))
        kill(agent.pid, SIGKILL)
        // What comes meanwhile waits as well.
        let late = daemon.request("provision", signup("Initech", ["timeout": 60]))
        let error = try await daemon.error(request)
        #expect(error["code"] == -32012)
        #expect(error.kind == "bench_unreachable")
        #expect(error["data"]?["step"]?["number"] == 4)
        #expect(error["data"]?["rolledBack"] == false, "\(error)")
        #expect(error["data"]?["pending"] != nil)
        try FileManager.default.removeItem(atPath: bench.path)
        try FileManager.default.moveItem(atPath: elsewhere, toPath: bench.path)
        #expect(try await daemon.reply(late)["result"] != nil)
        try await daemon.logged("\"message\":\"undone\"")
        try await daemon.call("provision", signup("Acme"))
        try await daemon.call("cleanup", ["pattern": "*", "delay": 0])
        #expect(bench.leftoversBesideLocks == [])
      }
    }

    /// tenantd itself, at each step: its children end, and the next start drops what it left. Each
    /// serves the one whom the one before could not, and is killed with the next.
    @Test(arguments: SitePath.allCases)
    func ofTenantd(by path: SitePath) async throws {
      let bench = try TestBench()
      try await prepare(bench, for: path)
      var daemon = try Daemon(on: bench, path.flags)
      try await daemon.isReady(for: path)
      let bare = bench.shape
      for (number, place) in path.places.enumerated() {
        let name = "Acme\(number)"
        let gate = try bench.gate(at: place.point, match: place.match(name))
        daemon.request("provision", signup(name))
        try await gate.hold()
        try bench.releaseLevers()
        try await daemon.kill()
        #expect(bench.processes.isEmpty)

        daemon = try Daemon(on: bench, path.flags)
        try await daemon.call("provision", signup(name))
        try await daemon.logged("dropped what a dead provision left")
        #expect(
          try await daemon.call("status")["tenants"]?["active"] == .integer(Int64(number + 1)))
        try await daemon.isReady(for: path)
      }
      try await daemon.call("cleanup", ["pattern": "*", "delay": 0])
      try await daemon.isReady(for: path)
      #expect(bench.shape == bare)
      try await daemon.finish()
      if path == .install { #expect(bench.leftovers == []) }
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
}

extension TestBench {
  /// The state in which a tenantd says that a site is.
  func isKnown(_ site: String, to daemon: Daemon) async throws -> JSON? {
    try await daemon.call("status", ["site": .string(site)])["state"]
  }
}
