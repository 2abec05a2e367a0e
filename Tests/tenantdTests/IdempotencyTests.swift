// The same request again: one tenant, whatever runs, ran, or was restarted in between.
import JSONRPC
import Testing

@testable import Harness

extension EndToEnd {
  @Suite(.serialized, .inTurn) struct Idempotency {
    @Test(arguments: SitePath.allCases)
    func theSameKeyAtOnceIsOneTenant(by path: SitePath) async throws {
      try await withDaemon(by: path) { daemon, bench in
        let gate = try bench.gate(at: "settings", match: "owner@acme.example")
        let params = signup("Acme", ["idempotencyKey": "one"])
        let first = daemon.request("provision", params)
        try await gate.hold()
        let second = daemon.request("provision", params)
        try await daemon.logged("joined by a request with the same key")
        try bench.releaseLevers()
        gate.open()
        let answers = [try await daemon.reply(first), try await daemon.reply(second)]
        #expect(answers[0]["result"]?["path"] == .string(path.rawValue))
        #expect(answers[0]["result"] == answers[1]["result"])
        #expect(answers[0]["result"]?["reissued"] == false)
        #expect(try await daemon.call("status")["tenants"]?["active"] == 1)
      }
    }

    @Test func theSameKeyAgainHasNewKeysAndTheOldOnesEnd() async throws {
      let bench = try TestBench()
      let params = signup("Acme", ["idempotencyKey": "one"])
      let daemon = try Daemon(on: bench)
      let first = try await daemon.call("provision", params)
      let second = try await daemon.call("provision", params)
      #expect(first["reissued"] == false)
      try await daemon.finish()

      // A restart in between changes nothing.
      let next = try Daemon(on: bench)
      let third = try await next.call("provision", params)
      for again in [second, third] {
        #expect(again["reissued"] == true)
        for same in ["site", "url", "user", "plan"] { #expect(again[same] == first[same]) }
      }
      #expect(try await next.call("status")["tenants"]?["active"] == 1)
      try await next.finish()

      #expect(try await bench.logIn(with: third) == "200 owner@acme.example")
      #expect(try await bench.logIn(with: second) == "401 ")
      #expect(try await bench.logIn(with: first) == "401 ")
    }

    @Test func theSameKeyForSomethingElseIsRefused() async throws {
      try await withDaemon { daemon, bench in
        let gate = try bench.gate(at: "new_site")
        let first = daemon.request("provision", signup("Acme", ["idempotencyKey": "one"]))
        try await gate.hold()
        for isRunning in [true, false] {
          let error = try await daemon.refused(
            "provision", signup("Globex", ["idempotencyKey": "one"]))
          #expect(error["code"] == -32602, "\(isRunning)")
          #expect(error.fields == ["idempotencyKey"])
          try bench.releaseLevers()
          gate.open()
          _ = try await daemon.reply(first)
        }
        #expect(try await daemon.call("status")["tenants"]?["active"] == 1)
      }
    }

    /// The rule is one, while the first runs and when it is done.
    @Test func theSameKeyLooksAtSiteAddressOrganisationAndPlan() async throws {
      let bench = try TestBench()
      let daemon = try Daemon(on: bench, ["--plans=free=5:1,pro=50:20"])
      let gate = try bench.gate(at: "settings")
      let params: JSONObject = ["idempotencyKey": "one", "subdomain": "acme"]
      let first = daemon.request("provision", signup("Acme", params))
      try await gate.hold()
      for isRunning in [true, false] {
        let others: [JSONObject] = [
          ["subdomain": "acme2"], ["email": "other@acme.example"], ["plan": "pro"],
          ["organizationName": "Acme Two"],
        ]
        for other in others {
          let again = signup("Acme", params.with(other))
          let error = try await daemon.refused("provision", again)
          #expect(error.fields == ["idempotencyKey"], "\(other), \(isRunning)")
        }
        let same: JSONObject = [
          "fullName": "Jane Roe-Doe", "password": "AnotherPass456", "timeout": 60,
        ]
        let again = signup("Acme", params.with(same))
        let request = daemon.request("provision", again)
        if isRunning { try await daemon.logged("joined by a request with the same key") }
        try bench.releaseLevers()
        gate.open()
        _ = try await daemon.reply(first)
        let result = try await daemon.reply(request)["result"]
        #expect(result?["site"] == "acme.localhost")
        #expect(result?["reissued"] == .bool(!isRunning))
      }
      try await daemon.finish()
    }

    @Test func aTakenNameIsRefusedAtOnceAndTouchesNothing() async throws {
      try await withDaemon { daemon, bench in
        let gate = try bench.gate(at: "commit", match: "owner@acme.example")
        let first = daemon.request("provision", signup("Acme"))
        try await gate.hold()
        let other: JSONObject = ["email": "someone@else.example"]
        let during = try await daemon.refused("provision", signup("Acme", other))
        #expect(during["code"] == -32001)
        #expect(during.kind == "site_exists")
        #expect(during["data"]?["rolledBack"] == true)
        try bench.releaseLevers()
        gate.open()
        let tenant = try #require(try await daemon.reply(first)["result"])

        let before = bench.leftoversBesideLocks
        let after = try await daemon.refused("provision", signup("Acme", other))
        #expect(after.kind == "site_exists")
        #expect(after["data"]?["site"] == "acme.localhost")
        #expect(bench.leftoversBesideLocks == before)
        #expect(try await bench.logIn(with: tenant) == "200 owner@acme.example")
      }
    }

    @Test func anAddressOwnsOneTenant() async throws {
      try await withDaemon { daemon, bench in
        let gate = try bench.gate(at: "new_site")
        let first = daemon.request("provision", signup("Acme"))
        try await gate.hold()
        let again = signup("Globex", ["email": "OWNER@acme.example"])
        let during = try await daemon.refused("provision", again)
        try bench.releaseLevers()
        gate.open()
        _ = try await daemon.reply(first)
        let after = try await daemon.refused("provision", again)
        for error in [during, after] {
          #expect(error["code"] == -32002)
          #expect(error.kind == "email_in_use")
          #expect(error["data"]?["site"] == "acme.localhost")
        }
      }
    }

    @Test func anAddressOwnsSeveralWhereThatIsWanted() async throws {
      try await withDaemon(environment: ["TENANTD_UNIQUE_EMAIL": "0"]) { daemon, _ in
        let more: JSONObject = ["email": "john@example.com"]
        try await daemon.call("provision", signup("Acme", more))
        try await daemon.call("provision", signup("Globex", more))
      }
    }
  }

  /// Two processes on one bench.
  @Suite(.serialized, .inTurn) struct Neighbours {
    @Test func ofTwoThatRaceForANameOneWins() async throws {
      let bench = try TestBench()
      let daemons = try (0..<2).map { _ in try Daemon(on: bench) }
      for daemon in daemons { try await daemon.call("status") }
      for round in 0..<3 {
        let requests = daemons.enumerated().map { index, daemon in
          daemon.request(
            "provision", signup("Race\(round)", ["email": "o\(round)\(index)@x.example"]))
        }
        var won = 0
        for (daemon, request) in zip(daemons, requests) {
          let reply = try await daemon.reply(request)
          if reply["result"] != nil {
            won += 1
          } else {
            #expect(reply["error"]?.kind == "site_exists", "\(reply) \(daemon.log)")
          }
        }
        #expect(won == 1)
      }
      #expect(try await daemons[0].call("status")["tenants"] == ["active": 3])
      for daemon in daemons { try await daemon.finish() }
      let orphans = try Daemon(on: bench)
      #expect(try await orphans.call("cleanup", ["orphans": true, "delay": 0])["dropped"] == [])
      try await orphans.finish()
    }

    /// One that starts, reconciles and cleans up leaves the other's running work alone.
    @Test func oneDoesNotDisturbTheOther() async throws {
      let bench = try TestBench()
      let one = try Daemon(on: bench)
      let gate = try bench.gate(at: "settings")
      let request = one.request("provision", signup("Acme"))
      try await gate.hold()
      let other = try Daemon(on: bench)
      #expect(try await other.call("cleanup", ["orphans": true, "delay": 0])["dropped"] == [])
      #expect(try await other.refused("provision", signup("Acme")).kind == "site_exists")
      let cleanup = try await other.call("cleanup", ["pattern": "*", "delay": 0])
      #expect(cleanup["dropped"] == [])
      try bench.releaseLevers()
      gate.open()
      #expect(try await one.reply(request)["result"] != nil)
      try await other.call("provision", signup("Globex"))
      try await one.finish()
      try await other.finish()
    }

    /// A site's folder is nobody's leftover before it is whole, as long as its session lives.
    @Test func aStartOfTheOthersIsNoLeftover() async throws {
      let bench = try TestBench()
      let one = try Daemon(on: bench)
      let gate = try bench.gate(at: "settings")
      let request = one.request("provision", signup("Acme"))
      try await gate.hold()
      let hidden = try #require(bench.leftovers.first { $0.hasPrefix("sites/tenantd-") })
      let mark = try bench.json(hidden + "/site_config.json")["tenantd"]
      let session = try #require(mark?["session"]?.string)
      let job = String(repeating: "1", count: 32)
      let (living, dead) = (".tenantd-\(job)-\(session)", ".tenantd-\(job)-0123456789abcdef")
      for start in [living, dead] { try bench.write([:], to: "sites/\(start)/locks/x") }
      let other = try Daemon(on: bench)
      let cleanup = try await other.call("cleanup", ["orphans": true, "delay": 0])
      let left = bench.leftovers
      #expect(left.contains("sites/\(living)/locks/x"), "\(cleanup)")
      #expect(!left.contains("sites/\(dead)"))
      try bench.releaseLevers()
      gate.open()
      #expect(try await one.reply(request)["result"] != nil)
      try await one.finish()
      #expect(
        try await other.call("cleanup", ["orphans": true, "delay": 0])["dropped"]?.array?.count == 1
      )
      try await other.finish()
    }

    /// What a job had reserved is the bench's again when it is over, for every process.
    @Test func aNameIsFreeAgainAfterAFailure() async throws {
      let bench = try TestBench()
      let (one, other) = (try Daemon(on: bench), try Daemon(on: bench))
      try bench.lever("fail", at: "settings", "no luck", match: "owner@acme.example")
      try await one.refused("provision", signup("Acme"))
      try bench.releaseLevers()
      // A second reservation: the first was let go of before it.
      try await one.call("provision", signup("Globex"))
      try await other.call("provision", signup("Acme"))
      try await one.finish()
      try await other.finish()
    }

    /// While one works on a request key, the other's caller waits and gets the same tenant.
    @Test func theSameKeyAtTwoIsOneTenant() async throws {
      let bench = try TestBench()
      let (one, other) = (try Daemon(on: bench), try Daemon(on: bench))
      let gate = try bench.gate(at: "settings")
      let params = signup("Acme", ["idempotencyKey": "one"])
      let first = one.request("provision", params)
      try await gate.hold()
      let second = other.request("provision", params)
      try await other.logged("accepted")
      try bench.releaseLevers()
      gate.open()
      #expect(try await one.reply(first)["result"]?["reissued"] == false)
      let again = try await other.reply(second)["result"]
      #expect(again?["reissued"] == true)
      #expect(again?["site"] == "acme.localhost")
      #expect(try await other.call("status")["tenants"] == ["active": 1])
      try await one.finish()
      try await other.finish()
    }
  }
}

extension JSONObject {
  fileprivate func with(_ others: JSONObject) -> JSONObject {
    var all = self
    for (key, value) in others.members { all[key] = value }
    return all
  }
}
