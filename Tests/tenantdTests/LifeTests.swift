// A tenant's life over the wire: other plans, suspended and resumed, measured; and a kill in between.
import Foundation
import JSONRPC
import Testing

@testable import Harness

extension EndToEnd {
  @Suite(.serialized, .inTurn) struct Life {
    private let acme: JSON = ["site": "acme.localhost"]

    private func of(_ more: JSONObject) -> JSON {
      var params: JSONObject = ["site": "acme.localhost"]
      for (key, value) in more.members { params[key] = value }
      return .object(params)
    }

    @Test func aPlanAndTheSignupThatComesAgain() async throws {
      let plans = "free=5:1,Pro=50:unlimited:apiCalls=1000"
      try await withDaemon(["--plans=\(plans)"]) { daemon, bench in
        let params = signup("Acme", ["idempotencyKey": "one"])
        _ = try await daemon.call("provision", params)
        let pro: JSON = [
          "name": "pro", "users": 50, "storageGB": .null, "limits": ["apiCalls": 1000],
        ]
        let dry = try await daemon.call("changePlan", of(["plan": "PRO", "dryRun": true]))
        #expect(dry["plan"] == pro && dry["changed"] == true && dry["dryRun"] == true)
        #expect(try await daemon.call("status", acme)["plan"]?["name"] == "free")
        let done = try await daemon.call("changePlan", of(["plan": "pro"]))
        #expect(done["previous"]?["name"] == "free" && done["changed"] == true, "\(done)")
        #expect(try await daemon.call("status", acme)["plan"] == pro)
        #expect(try await daemon.call("changePlan", of(["plan": "pro"]))["changed"] == false)
        #expect(try await daemon.call("tenants", ["plan": "pro"])["total"] == 1)
        let again = try await daemon.call("provision", params)
        #expect(again["reissued"] == true && again["plan"] == pro, "\(again)")
        let error = try await daemon.refused("changePlan", of(["plan": "gold"]))
        #expect(error.fields == ["plan"], "\(error)")
      }
    }

    /// The plan of a tenant outlives the settings.
    @Test func aPlanThatIsOfferedNoMore() async throws {
      let bench = try TestBench()
      let daemon = try Daemon(on: bench, ["--plans=free=5:1,old=7:3"])
      _ = try await daemon.call("provision", signup("Acme", ["plan": "old"]))
      try await daemon.finish()
      let next = try Daemon(on: bench, ["--plans=free=5:1,tiny=1:1"])
      let plan = try await next.call("status", acme)["plan"]
      #expect(plan == ["name": "old", "users": 7, "storageGB": 3, "limits": [:]])
      #expect(
        try await next.call("usage", ["pattern": "*"])["usage"]?.array?.first?["users"]?["limit"]
          == 7)
      try await next.finish()
    }

    @Test func whatExceedsAPlan() async throws {
      try await withDaemon(["--plans=free=5:1,calls=5:1:apiCalls=0"]) { daemon, bench in
        _ = try await daemon.call("provision", signup("Acme"))
        let config = try bench.json("sites/acme.localhost/site_config.json")
        let database = try #require(config["db_name"]?.string)
        let day = try await daemon.call("status", acme)["created"]?.string?.prefix(10) ?? ""
        let key = "\(database)%7Ctenantd_api_calls:\(day)"
        try bench.write(["value": "12"], to: "cache/\(key).json")
        let error = try await daemon.refused("changePlan", of(["plan": "calls"]))
        #expect(error.kind == "over_limit", "\(error)")
        let excess: JSON = [["limit": "apiCalls", "used": 12, "allowed": 0]]
        #expect(error["data"]?["exceeds"] == excess, "\(error)")
        let usage = try await daemon.call("usage", ["sites": ["acme.localhost"]])
        #expect(usage["usage"]?.array?.first?["apiCalls"]?.array?.first?["count"] == 12)
        #expect(
          try await daemon.call("changePlan", of(["plan": "calls", "force": true]))["exceeds"]
            == excess)
      }
    }

    @Test func suspendedAndResumed() async throws {
      try await withDaemon { daemon, bench in
        let tenant = try await daemon.call("provision", signup("Acme", ["idempotencyKey": "one"]))
        let before = try bench.json("sites/acme.localhost/site_config.json")
        let first = try await daemon.call("suspend", of(["reason": "No money."]))
        #expect(first["state"] == "suspended" && first["mode"] == "blocked", "\(first)")
        #expect(first["changed"] == true && first["warnings"]?.array?.isEmpty == false)
        let status = try await daemon.call("status", acme)
        #expect(status["state"] == "suspended" && status["mode"] == "blocked", "\(status)")
        #expect(status["reason"] == "No money." && status["since"] == first["since"])
        #expect(try await daemon.call("status")["tenants"]?["suspended"] == 1)
        #expect(try await daemon.call("tenants", ["state": "suspended"])["total"] == 1)
        #expect(try await bench.logIn(with: tenant).hasPrefix("503"))
        for (method, params) in [
          ("login", acme), ("provision", signup("Acme", ["idempotencyKey": "one"])),
        ] {
          let error = try await daemon.refused(method, params)
          #expect(error.kind == "suspended", "\(method): \(error)")
        }
        let taken = try await daemon.refused(
          "provision", signup("Other", ["email": "owner@acme.example"]))
        #expect(taken.kind == "email_in_use", "\(taken)")
        let again = try await daemon.call("suspend", of(["reason": "No money."]))
        #expect(again["changed"] == false && again["since"] == first["since"])
        #expect(try await daemon.call("resume", acme)["changed"] == true)
        #expect(try await daemon.call("resume", acme)["changed"] == false)
        #expect(try bench.json("sites/acme.localhost/site_config.json") == before)
        #expect(try await bench.logIn(with: tenant) == "200 owner@acme.example")
        _ = try await daemon.call("suspend", of(["mode": "read_only"]))
        let report = try await daemon.call("cleanup", ["pattern": "acme", "delay": 0])
        #expect(report["dropped"]?.array?.count == 1, "\(report)")
      }
    }

    @Test func whatIsNoTenantOrNoMode() async throws {
      try await withDaemon { daemon, _ in
        for method in ["suspend", "resume"] {
          let error = try await daemon.refused(method, ["site": "nobody.localhost"])
          #expect(error.kind == "no_such_site", "\(error)")
        }
        let named = try await daemon.refused("usage", ["sites": ["nobody.localhost"]])
        #expect(named.kind == "no_such_site" && named["data"]?["site"] == "nobody.localhost")
        let error = try await daemon.refused("suspend", ["mode": "off", "reason": ""])
        #expect(error.fields == ["site", "mode", "reason"], "\(error)")
        let days = try await daemon.refused("usage", ["days": 91, "sites": []])
        #expect(Set(days.fields) == ["days", "sites"], "\(days)")
      }
    }

    /// tenantd is killed while the settings of the new plan are in the database and the record is
    /// not: the next start makes them the old one's again.
    @Test(.enabled(if: TestProcess.isSupported, "needs /proc"))
    func killedBetweenTheSettingsAndTheRecord() async throws {
      let bench = try TestBench()
      let daemon = try Daemon(on: bench)
      _ = try await daemon.call("provision", signup("Acme"))
      let gate = try bench.gate(at: "after_commit")
      _ = daemon.request("changePlan", of(["plan": "starter"]))
      try await gate.hold()
      try bench.releaseLevers()
      try await daemon.kill()
      gate.open()
      let next = try Daemon(on: bench)
      // What comes behind a reconciliation finds it done.
      _ = try await next.call("provision", signup("Globex"))
      #expect(try await next.call("status", acme)["plan"]?["name"] == "free")
      let mark = try bench.json("sites/acme.localhost/site_config.json")["tenantd"]
      #expect(mark?["pending"] == nil, "\(mark ?? .null)")
      #expect(try await next.call("changePlan", of(["plan": "starter"]))["changed"] == true)
      try await next.finish()
    }
  }
}
