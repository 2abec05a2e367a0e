// A tenant on each of the three paths, and a failure in each step with its undo.
import Foundation
import JSONRPC
import Testing

@testable import Harness

extension DockerTests {
  @Suite struct Provisioning {
    @Test func install() async throws {
      try await onBench { daemon in
        let tenant = try await daemon.call("provision", signup("Acme"))
        #expect(tenant["path"] == "install")
        #expect(try await Stack.logIn(with: tenant) == [200, "owner@acme.example"])
        #expect(
          try await daemon.call("status")["pool"] == [
            "min": 0, "max": 0, "wanted": 0, "ready": 0, "template": false,
          ])
      }
    }

    @Test func standbyThenCopy() async throws {
      try await onBench(pool: 1) { daemon in
        try await daemon.poolIsFull(1)
        #expect(
          try await daemon.call("status")["pool"] == [
            "min": 1, "max": 1, "wanted": 1, "ready": 1, "template": true,
          ])
        let requests = ["Acme", "Globex"].map { daemon.request("provision", signup($0)) }
        var tenants: [JSON] = []
        for request in requests {
          tenants.append(try #require(try await daemon.reply(request)["result"]))
        }
        // Whichever comes second finds the pool empty: it is filled when no customer is there.
        #expect(Set(tenants.compactMap { $0["path"]?.string }) == ["standby", "copy"])
        for (tenant, owner) in zip(tenants, ["owner@acme.example", "owner@globex.example"]) {
          #expect(try await Stack.logIn(with: tenant) == [200, .string(owner)])
        }
        // Each one's keys are its own.
        let crossed: JSON = .object([
          "site": tenants[0]["site"] ?? .null, "apiKey": tenants[1]["apiKey"] ?? .null,
          "apiSecret": tenants[1]["apiSecret"] ?? .null,
        ])
        #expect(try await Stack.logIn(with: crossed) == [401, .null])
        try await daemon.poolIsFull(1)
      }
    }

    @Test(arguments: ["selftest", "doctor"], [0, 1])
    func checklist(_ command: String, pool: Int) async throws {
      try await bareBench()
      // The stack has no proxy: somebody who listens stands for it.
      let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(listener) }
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          #expect(bind(listener, $0, size) == 0 && listen(listener, 4) == 0)
          #expect(getsockname(listener, $0, &size) == 0)
        }
      }
      let environment = [
        "TENANTD_POOL": "\(pool)", "TENANTD_HTTP": "http://127.0.0.1:8000",
        "ERP_NEXT_URL": "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))",
      ]
      let checklist = try Program(
        [command], environment: Stack.environment.merging(environment) { $1 })
      checklist.closeInput()
      #expect(try await checklist.end() == .exit(0))
      try await checklist.lines.closed()
      let text = Stack.text(checklist.lines)
      #expect(text.hasSuffix("All is well."), "\(text)")
      #expect(try await Stack.ask("await_end") == true)
      #expect(try await Stack.sites("active").isEmpty)
    }
  }

  @Suite struct Failures {
    /// Nothing is left of a signup that fails, in the place where it fails; then the same works.
    private func failures(at points: [Point], path: JSON, _ daemon: Daemon) async throws {
      let before = try await Stack.contents()
      for point in points {
        try await Stack.lever("fail", at: point.name, "No luck", match: point.match)
        let error = try await daemon.refused("provision", signup("Acme"))
        #expect(error.kind == "step_failed", "\(point): \(error)")
        #expect(error["data"]?["step"]?["number"] == .integer(point.step), "\(point): \(error)")
        #expect(error["data"]?["rolledBack"] == true, "\(point): \(error)")
        let left = difference(before, try await Stack.contents())
        #expect(left == [], "\(point)")
      }
      try await Stack.lever()
      #expect(try await daemon.call("provision", signup("Acme"))["path"] == path)
    }

    @Test func whenInstalling() async throws {
      try await onBench { daemon in
        _ = try await daemon.call("status")
        try await failures(at: Point.installing, path: "install", daemon)
      }
    }

    @Test func whenCopying() async throws {
      try await benchWithTemplate()
      let daemon = try start()
      _ = try await daemon.call("status")
      try await failures(at: Point.copying, path: "copy", daemon)
      try await daemon.dropAll()
      try await daemon.leave()
      try await expectBare()
    }

    /// A claim that is rolled back gives the standby back, whole: it is the next customer's.
    @Test func whenClaimingAStandby() async throws {
      try await onBench(pool: 1) { daemon in
        try await daemon.poolIsFull(1)
        let standby = try #require(try await Stack.sites("standby").first)
        let points = Point.claiming.filter { !$0.name.contains("commit") }
        try await failures(at: points, path: "standby", daemon)
        // The very site has the customer's name now.
        let tenant = try #require(try await Stack.sites("active").first)
        #expect(tenant.config["db_name"] == standby.config["db_name"])
      }
    }

    /// With the commit the standby is nobody's any more: it is dropped, and replaced.
    @Test(arguments: Point.claiming.filter { $0.name.contains("commit") })
    func whenAClaimedStandbyFailsLate(_ point: Point) async throws {
      try await onBench(pool: 1) { daemon in
        try await daemon.poolIsFull(1)
        let standby = try #require(try await Stack.sites("standby").first).name
        try await Stack.lever("fail", at: point.name, "No luck", match: point.match)
        let error = try await daemon.refused("provision", signup("Acme"))
        #expect(error["data"]?["rolledBack"] == true, "\(error)")
        #expect(try await !Stack.contents().contains("site acme.localhost"))
        try await Stack.lever()
        try await daemon.poolIsFull(1)
        let now = try await Stack.sites("standby").map(\.name)
        #expect(now.count == 1 && now != [standby])
        #expect(try await daemon.call("provision", signup("Acme"))["path"] == "standby")
      }
    }
  }
}
