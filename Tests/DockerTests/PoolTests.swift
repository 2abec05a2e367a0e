// The standby pool in bad luck: nothing is handed out that is not whole, or twice, or of another
// build of the bench.
import JSONRPC
import Testing

@testable import Harness

extension DockerTests {
  @Suite struct Pool {
    @Test func theDatabaseIsRestarted() async throws {
      try await onBench(pool: 1) { daemon in
        try await daemon.poolIsFull(1)
        try await Stack.compose("restart", "--timeout", "5", "db")
        try await Stack.compose("up", "--detach", "--wait", "db")
        // The hot child's connection, and with it the standby's lock, is gone.
        let tenant = try await daemon.call("provision", signup("Acme"))
        #expect(tenant["path"] == "copy")
        #expect(try await Stack.logIn(with: tenant) == [200, "owner@acme.example"])
        try await daemon.poolIsFull(1)
        #expect(try await Stack.sites("standby").count == 1)
      }
    }

    /// "bench update": what was made by the old code is dropped, and not handed out.
    @Test func theBenchIsUpdated() async throws {
      let file = "apps/nexus_core/nexus_core/__init__.py"
      try await onBench(pool: 2) { daemon in
        try await daemon.poolIsFull(2)
        let old = try await Stack.sites("standby") + Stack.sites("template")
        #expect(old.count == 3)
        try await Stack.write("__version__ = \"2.0.0\"\n", to: file)
        let tenant = try await daemon.call("provision", signup("Acme"))
        #expect(tenant["path"] == "copy")
        try await daemon.poolIsFull(2)
        let new = try await Stack.sites("standby") + Stack.sites("template")
        #expect(new.count == 3)
        #expect(Set(new.map(\.name)).isDisjoint(with: old.map(\.name)))
        let left = try await Stack.contents()
        for site in old {
          #expect(!left.contains("database \(site.config["db_name"]?.string ?? "")"))
        }
        #expect(try await daemon.call("provision", signup("Globex"))["path"] == "standby")
      }
    }

    /// A setting that decides what a new site is counts as another build.
    @Test func theBenchIsConfiguredOtherwise() async throws {
      try await onBench(pool: 1) { daemon in
        try await daemon.poolIsFull(1)
        let old = try await Stack.sites("standby").map(\.name)
        try await withConfig(replacing: "{", by: "{\"developer_mode\": 1,") {
          #expect(try await daemon.call("provision", signup("Acme"))["path"] == "copy")
          try await daemon.poolIsFull(1)
          #expect(try await Stack.sites("standby").count == 1)
          #expect(try await Stack.sites("standby").allSatisfy { !old.contains($0.name) })
        }
      }
    }

    @Test func aStandbyIsDeletedByHand() async throws {
      try await onBench(pool: 1) { daemon in
        try await daemon.poolIsFull(1)
        let standby = try #require(try await Stack.sites("standby").first)
        try await Stack.exec(["rm", "-r", "sites/\(standby.name)"])
        let tenant = try await daemon.call("provision", signup("Acme"))
        #expect(tenant["path"] == "copy")
        try await daemon.poolIsFull(1)
        // Its database is named by no site any more: only a clean-up of orphans takes that away.
        let database = standby.config["db_name"]?.string ?? ""
        #expect(try await Stack.contents().contains("database \(database)"))
        let report = try await daemon.call("cleanup", ["orphans": true, "delay": 0])
        #expect(report["dropped"]?.array?.contains { $0["name"]?.string == database } == true)
        #expect(try await !Stack.contents().contains("database \(database)"))
      }
    }

    @Test func aStandbyIsSpoiltByHand() async throws {
      try await benchWithTemplate()
      let standby = try #require(try await Stack.sites("standby").first)
      try await Stack.sql("DROP TABLE `\(standby.config["db_name"]?.string ?? "")`.tabRole")
      let next = try start(pool: 1)
      try await next.poolIsFull(1)
      #expect(try await Stack.sites("standby").first?.name != standby.name)
      #expect(try await !Stack.contents().contains("site \(standby.name)"))
      try await next.dropAll()
      try await next.leave()
      try await expectBare()
    }

    @Test func droppingThePool() async throws {
      try await bareBench()
      let daemon = try start(pool: 2)
      try await daemon.poolIsFull(2)
      let told = try await daemon.call("cleanup", ["pool": true, "dryRun": true])
      #expect(
        told["dropped"]?.array?.compactMap { $0["kind"]?.string }.sorted()
          == ["standby", "standby", "template"])
      #expect(try await daemon.call("status")["pool"]?["ready"] == 2)
      try await daemon.dropAll()
      #expect(try await daemon.call("status")["pool"]?["template"] == false)
      try await daemon.leave()
      try await expectBare()
    }

    /// The database server's disk fills up in the middle of a copy.
    @Test func theDiskIsFull() async throws {
      try await withSmallDatabase {
        let maker = try start(pool: 1)
        try await maker.poolIsFull(1)
        try await maker.leave()
        let daemon = try start()
        _ = try await daemon.call("status")
        let before = try await Stack.contents()
        let gate = try await Gate(at: "create_database")
        let request = daemon.request("provision", signup("Acme"))
        try await gate.reached()
        let filler = "/var/lib/mysql/filler"
        try await Stack.exec(
          in: "db-small",
          ["sh", "-c", "head -c 1G /dev/zero > \(filler) 2>/dev/null; truncate -s -256K \(filler)"])
        try await gate.open()
        let error = try await daemon.error(request)
        #expect(error.kind == "step_failed", "\(error)")
        #expect(error["data"]?["rolledBack"] == true, "\(error)")
        #expect(difference(before, try await Stack.contents()) == [])
        try await Stack.exec(in: "db-small", ["rm", filler])
        let tenant = try await daemon.call("provision", signup("Acme"))
        #expect(tenant["path"] == "copy", "\(daemon.log)")
        try await daemon.dropAll()
        try await daemon.leave()
        try await expectBare()
      }
    }

    /// The bench on another database server, whose disk is small.
    private func withSmallDatabase(_ body: () async throws -> Void) async throws {
      try await bareBench()
      try await Stack.compose("up", "--detach", "--wait", "db-small")
      try await running {
        try await withConfig(replacing: "\"db\"", by: "\"db-small\"", body)
      } finally: {
        try await Stack.compose("rm", "--stop", "--force", "--volumes", "db-small")
      }
    }

    private func withConfig(
      replacing old: String, by new: String, _ body: () async throws -> Void
    ) async throws {
      let file = "sites/common_site_config.json"
      let config = try await Stack.exec(["cat", file])
      try await Stack.write(config.replacingOccurrences(of: old, with: new), to: file)
      try await running(body) { try await Stack.write(config, to: file) }
    }
  }
}
