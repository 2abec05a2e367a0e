// Cleaning up: what is dropped, what is kept and why, and what nobody can make it drop.
import Foundation
import JSONRPC
import Testing

@testable import Harness

extension EndToEnd {
  @Suite(.serialized, .inTurn) struct Cleanup {
    @discardableResult
    private func drop(_ daemon: Daemon, _ params: JSONObject) async throws -> JSON {
      var params = params
      params["delay"] = params["delay"] ?? 0
      return try await daemon.call("cleanup", .object(params))
    }

    private func names(_ report: JSON, _ list: String) -> [String] {
      (report[list]?.array ?? []).compactMap { ($0["site"] ?? $0["name"])?.string }
    }

    @Test func sitesPatternAndDryRun() async throws {
      try await withDaemon { daemon, bench in
        for name in ["Test One", "Test Two", "Real"] {
          try await daemon.call("provision", signup(name))
        }
        let dry = try await drop(daemon, ["pattern": "test-*", "dryRun": true])
        #expect(names(dry, "dropped") == ["test-one.localhost", "test-two.localhost"])
        #expect(try await daemon.call("status")["tenants"] == ["active": 3])

        let named = try await drop(daemon, ["sites": ["test-one.localhost", "gone.localhost"]])
        #expect(names(named, "dropped") == ["test-one.localhost"])
        #expect(names(named, "failed") == ["gone.localhost"])
        let matched = try await drop(daemon, ["pattern": "test-*"])
        #expect(names(matched, "dropped") == ["test-two.localhost"])
        #expect(try await daemon.call("status")["tenants"] == ["active": 1])
        #expect(names(try await drop(daemon, ["pattern": "*"]), "dropped") == ["real.localhost"])
        #expect(bench.leftoversBesideLocks == [])
      }
    }

    @Test func theMasterSiteIsNeverTouched() async throws {
      try await withDaemon(environment: ["FRAPPE_SITE_NAME": "acme.localhost"]) { daemon, bench in
        try await daemon.call("provision", signup("Acme"))
        for params in [
          ["sites": ["acme.localhost"], "force": true], ["pattern": "*"],
          ["sites": ["acme.localhost"], "pattern": "acme*", "orphans": true, "force": true],
        ] as [JSONObject] {
          let report = try await drop(daemon, params)
          #expect(report["dropped"] == [])
          #expect(names(report, "kept") == ["acme.localhost"])
          #expect(report["kept"]?.array?.first?["reason"] == "is the master site")
        }
        #expect(try await daemon.call("status", ["site": "acme.localhost"])["state"] == "active")
      }
    }

    /// A site that tenantd did not make goes only when it is named together with `force`.
    @Test func aForeignSiteNeedsForce() async throws {
      try await withDaemon { daemon, bench in
        try await daemon.call("provision", signup("Acme"))
        var config = try #require(try bench.json("sites/acme.localhost/site_config.json").object)
        config["tenantd"] = nil
        try bench.write(.object(config), to: "sites/acme.localhost/site_config.json")
        for params in [["sites": ["acme.localhost"]], ["pattern": "*"]] as [JSONObject] {
          let report = try await drop(daemon, params)
          #expect(report["dropped"] == [])
          #expect(report["kept"]?.array?.first?["reason"]?.string?.contains("not made") == true)
        }
        #expect(try await drop(daemon, ["orphans": true])["dropped"] == [])
        let error = try await daemon.refused("cleanup", ["pattern": "*", "force": true])
        #expect(error.fields == ["force"])
        let forced = try await drop(daemon, ["sites": ["acme.localhost"], "force": true])
        #expect(names(forced, "dropped") == ["acme.localhost"])
        #expect(bench.leftoversBesideLocks == [])
      }
    }

    /// The data loss of design §6: a database that another site's config names stays.
    @Test func aSharedDatabaseIsKept() async throws {
      try await withDaemon { daemon, bench in
        try await daemon.call("provision", signup("Acme"))
        let tenant = try await daemon.call("provision", signup("Globex"))
        let config = try bench.json("sites/globex.localhost/site_config.json")
        var other = try #require(try bench.json("sites/acme.localhost/site_config.json").object)
        other["db_name"] = config["db_name"]
        try bench.write(.object(other), to: "sites/acme.localhost/site_config.json")
        let report = try await drop(daemon, ["pattern": "*", "orphans": true])
        #expect(!names(report, "dropped").contains("globex.localhost"))
        #expect(!names(report, "dropped").contains("acme.localhost"))
        let reasons = (report["failed"]?.array ?? []) + (report["kept"]?.array ?? [])
        #expect(reasons.contains { $0["reason"]?.string?.contains("as well") == true }, "\(report)")
        #expect(try await bench.logIn(with: tenant) == "200 owner@globex.example")
      }
    }

    /// What a crash of something else leaves: found, told on a dry run, and removed.
    @Test func orphans() async throws {
      try await withDaemon { daemon, bench in
        try await daemon.call("provision", signup("Acme"))
        let before = bench.leftoversBesideLocks
        let file = try String(contentsOfFile: bench.file("sites/.tenantd-bench"), encoding: .utf8)
        let id = file.prefix(8)
        let name = "tenantd_\(id)_00000000deadbeef"
        try bench.write([:], to: "databases/\(name).sqlite")
        try bench.write(["host": "%", "salt": "", "hash": ""], to: "databases/\(name).user")
        // Another bench's database on the same server, and somebody else's: neither is touched.
        for other in ["tenantd_ffffffff_00000000deadbeef", "precious"] {
          try bench.write([:], to: "databases/\(other).sqlite")
        }
        let hidden = "sites/tenantd-00000000000000000000000000000000"
        try bench.write(
          ["tenantd": ["state": "preparing", "session": "dead", "job": "x"]],
          to: hidden + "/site_config.json")
        let half = "sites/.tenantd-11111111111111111111111111111111-2222222222222222"
        try bench.write([:], to: half + "/half")

        let kinds: Set<String> = ["database", "database_user", "site", "folder"]
        for isDry in [true, false] {
          let report = try await drop(daemon, ["orphans": true, "dryRun": .bool(isDry)])
          let found = Set((report["dropped"]?.array ?? []).compactMap { $0["kind"]?.string })
          #expect(found == kinds, "\(report)")
          #expect(report["failed"] == [])
        }
        for other in ["tenantd_ffffffff_00000000deadbeef", "precious"] {
          try FileManager.default.removeItem(atPath: bench.file("databases/\(other).sqlite"))
        }
        #expect(bench.leftoversBesideLocks == before)
        #expect(try await drop(daemon, ["orphans": true])["dropped"] == [])
      }
    }

    @Test func aDelayThatIsCancelledDeletesNothing() async throws {
      try await withDaemon { daemon, bench in
        try await daemon.call("provision", signup("Acme"))
        let before = bench.leftoversBesideLocks
        let request = daemon.request(
          "cleanup", ["pattern": "*", "orphans": true, "progress": true], id: "c")
        let waiting = try await daemon.messages.first { $0["method"] == "progress" }
        #expect(waiting["params"]?["seconds"]?.double == 5)
        #expect(try await daemon.call("cancel", ["id": "c"]) == ["found": true])
        let error = try await daemon.error(request)
        #expect(error.kind == "cancelled")
        #expect(error["data"]?["report"]?["dropped"] == [])
        #expect(bench.leftoversBesideLocks == before)
      }
    }

    @Test func progressTellsEachSite() async throws {
      try await withDaemon { daemon, _ in
        for name in ["One", "Two"] { try await daemon.call("provision", signup(name)) }
        try await daemon.call(
          "cleanup", ["pattern": "*", "delay": 0, "progress": true], id: "c")
        let told = daemon.messages.all.filter { $0["method"] == "progress" }.compactMap {
          $0["params"]
        }
        // Several are dropped at once: each site's own words are in order.
        for site in ["one.localhost", "two.localhost"] {
          let states = told.filter { $0["site"]?.string == site }.map { $0["state"]?.string ?? "" }
          #expect(states == ["started", "done"])
        }
        #expect(told.allSatisfy { $0["of"] == 2 && $0["id"] == "c" })
      }
    }

    /// A drop that fails is told, and the site that is half gone is no tenant any more.
    @Test func aFailedDropIsToldAndMadeUpFor() async throws {
      try await withDaemon { daemon, bench in
        try await daemon.call("provision", signup("Acme"))
        try bench.lever("fail", at: "drop", "the database is busy")
        let report = try await drop(daemon, ["sites": ["acme.localhost"]])
        #expect(names(report, "failed") == ["acme.localhost"])
        #expect(report["failed"]?.array?.first?["reason"]?.string?.contains("busy") == true)
        try bench.releaseLevers()
        #expect(
          try await daemon.refused("status", ["site": "acme.localhost"]).kind == "no_such_site")
        try await drop(daemon, ["orphans": true])
        #expect(bench.leftoversBesideLocks == [])
        try await daemon.call("provision", signup("Acme"))
      }
    }

    /// One site, one job at a time.
    @Test func aSiteThatIsWorkedOnIsLeftAlone() async throws {
      try await withDaemon { daemon, bench in
        let gate = try bench.gate(at: "settings")
        let request = daemon.request("provision", signup("Acme"))
        try await gate.hold()
        let report = try await drop(daemon, ["pattern": "*", "orphans": true])
        #expect(report["dropped"] == [])
        try bench.releaseLevers()
        gate.open()
        #expect(try await daemon.reply(request)["result"] != nil)

        let held = try bench.gate(at: "drop")
        let cleanup = daemon.request("cleanup", ["sites": ["acme.localhost"], "delay": 0])
        try await held.hold()
        let other = try await daemon.refused(
          "provision", signup("Acme", ["email": "new@acme.example"]))
        #expect(other.kind == "site_exists")
        try bench.releaseLevers()
        held.open()
        #expect(
          names(try await daemon.reply(cleanup)["result"] ?? .null, "dropped") == ["acme.localhost"]
        )
      }
    }
  }
}
