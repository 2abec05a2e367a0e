// Two tenantd processes on one bench, which know of each other only through it.
import JSONRPC
import Testing

@testable import Harness

extension DockerTests {
  @Suite struct TwoProcesses {
    @Test func eachProvisions() async throws {
      try await onBench { one in
        try await besides { two in
          let requests = ["Alpha", "Beta", "Gamma", "Delta"].enumerated().map { number, name in
            (
              number % 2 == 0 ? one : two, name,
              (number % 2 == 0 ? one : two).request("provision", signup(name))
            )
          }
          for (daemon, name, request) in requests {
            let tenant = try await daemon.reply(request)["result"]
            #expect(tenant?["site"]?.string == "\(name.lowercased()).localhost")
          }
          for daemon in [one, two] {
            #expect(try await daemon.call("status")["tenants"] == ["active": 4])
          }
        }
      }
    }

    @Test func oneNameForTwo() async throws {
      try await onBench { one in
        try await besides { two in
          let requests = [
            (one, one.request("provision", signup("Acme"))),
            (two, two.request("provision", signup("Acme", ["email": "other@acme.example"]))),
          ]
          var replies: [JSON] = []
          for (daemon, request) in requests { replies.append(try await daemon.reply(request)) }
          #expect(replies.compactMap { $0["result"]?["site"] } == ["acme.localhost"])
          #expect(replies.compactMap { $0["error"]?.kind } == ["site_exists"])
          #expect(try await Stack.contents().filter { $0.hasPrefix("database") }.count == 1)
        }
      }
    }

    @Test func oneKeyForTwo() async throws {
      try await onBench { one in
        try await besides { two in
          let order = signup("Acme", ["idempotencyKey": "order-1"])
          let requests = [
            (one, one.request("provision", order)), (two, two.request("provision", order)),
          ]
          var tenants: [JSON] = []
          for (daemon, request) in requests {
            let reply = try await daemon.reply(request)
            tenants.append(try #require(reply["result"], "\(reply)"))
          }
          #expect(tenants.map { $0["site"] } == ["acme.localhost", "acme.localhost"])
          #expect(tenants.filter { $0["reissued"] == true }.count == 1)
          let last = try #require(tenants.first { $0["reissued"] == true })
          #expect(try await Stack.logIn(with: last) == [200, "owner@acme.example"])
          #expect(try await Stack.sites("active").count == 1)
        }
      }
    }

    /// A standby that an earlier process has left is taken over by one of the two, and given once.
    @Test func theLastStandby() async throws {
      try await benchWithTemplate()
      let standby = try #require(try await Stack.sites("standby").first)
      let (one, two) = (try start(pool: 1), try start(pool: 1))
      try await poolIsFull(1, of: one, two)
      #expect(try await Stack.sites("standby").map(\.name) == [standby.name])
      let requests = [
        (one, one.request("provision", signup("Alpha"))),
        (two, two.request("provision", signup("Beta"))),
      ]
      var tenants: [JSON] = []
      for (daemon, request) in requests {
        tenants.append(try #require(try await daemon.reply(request)["result"]))
      }
      #expect(Set(tenants.compactMap { $0["path"]?.string }) == ["standby", "copy"])
      let databases = try await Stack.sites("active").compactMap { $0.config["db_name"]?.string }
      #expect(Set(databases).count == 2)
      #expect(databases.contains(standby.config["db_name"]?.string ?? ""))
      try await leave(one, two)
    }

    /// The pool is the bench's: both together keep it filled, and no more than that.
    @Test func thePoolIsCountedAcrossBoth() async throws {
      try await bareBench()
      let (one, two) = (try start(pool: 2), try start(pool: 2))
      try await poolIsFull(2, of: one, two)
      for (number, daemon) in [one, two, one].enumerated() {
        try await daemon.call("provision", signup("Tenant \(number)"))
        try await poolIsFull(2, of: one, two)
        #expect(try await Stack.sites("standby").count == 2)
      }
      #expect(try await Stack.sites("template").count == 1)
      try await leave(one, two)
    }

    /// One dies: the other takes its standbys over.
    @Test func whatTheOtherLeaves() async throws {
      try await bareBench()
      let one = try start(pool: 1)
      try await one.poolIsFull(1)
      let two = try start(pool: 1)
      #expect(try await two.call("status")["pool"]?["ready"] == 0)
      try await one.kill()
      // A served customer is what wakes the other's pool.
      #expect(try await two.call("provision", signup("Acme"))["path"] == "copy")
      try await two.poolIsFull(1)
      #expect(try await Stack.sites("standby").count == 1)
      #expect(try await two.call("provision", signup("Globex"))["path"] == "standby")
      try await two.dropAll()
      try await two.leave()
      try await expectBare()
    }

    private func besides(_ body: (Daemon) async throws -> Void) async throws {
      let two = try start()
      try await body(two)
      try await two.finish()
    }

    private func poolIsFull(_ count: Int64, of one: Daemon, _ two: Daemon) async throws {
      while true {
        var ready: Int64 = 0
        for daemon in [one, two] {
          ready += try await daemon.call("status")["pool"]?["ready"]?.integer ?? 0
        }
        if ready == count { return }
        try Task.checkCancellation()
      }
    }

    private func leave(_ one: Daemon, _ two: Daemon) async throws {
      try await two.finish()
      try await one.dropAll()
      try await one.leave()
      try await expectBare()
    }
  }
}
