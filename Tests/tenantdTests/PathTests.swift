// The paths of a signup: from a standby, by a copy of the template, by the installer. Each serves a
// customer whole, and tells what it does.
import Foundation
import JSONRPC
import Testing

@testable import Harness

extension EndToEnd {
  @Suite(.serialized, .inTurn) struct Paths {
    @Test(arguments: SitePath.allCases)
    func aSignupIsWhole(by path: SitePath) async throws {
      try await withDaemon(by: path) { daemon, bench in
        let witness = try Witness(bench)
        let request = daemon.request(
          "provision", signup("Acme", ["idempotencyKey": "a-1", "progress": true]))
        let tenant = try #require(try await daemon.reply(request)["result"])
        #expect(tenant["path"] == .string(path.rawValue))
        let told = daemon.messages.all.filter {
          $0["method"] == "progress" && $0["params"]?["id"] == request
        }
        #expect(
          told.compactMap { $0["params"]?["step"]?.integer } == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5])
        #expect(
          told.compactMap { $0["params"]?["state"]?.string }
            == Array(repeating: ["started", "done"], count: 5).flatMap(\.self))
        #expect(try await bench.logIn(with: tenant) == "200 owner@acme.example")
        let again = try await daemon.call("provision", signup("Acme", ["idempotencyKey": "a-1"]))
        #expect(again["reissued"] == true && again["site"] == tenant["site"])
        #expect(try await daemon.refused("provision", signup("Acme")).kind == "site_exists")
        #expect(try await witness.users() == ["owner@acme.example"])
        try await daemon.call("cleanup", ["sites": ["acme.localhost"], "delay": 0])
        #expect(try await witness.users() == [])
      }
    }

    /// On a bench that has no template yet nobody runs an installer beside the one that makes it.
    @Test func theFirstOnesWaitForTheTemplate() async throws {
      let bench = try TestBench()
      let gate = try bench.gate(at: "new_site")
      let daemon = try Daemon(on: bench, environment: ["TENANTD_POOL": "1"])
      let requests = ["Acme", "Globex", "Initech"].map { daemon.request("provision", signup($0)) }
      try await gate.hold()
      try bench.releaseLevers()
      gate.open()
      for request in requests {
        let tenant = try #require(try await daemon.reply(request)["result"])
        #expect(tenant["path"] != "install")
        #expect(try await bench.logIn(with: tenant).hasPrefix("200 "))
      }
      #expect(try await daemon.call("status")["jobs"]?["served"]?["install"] == 0)
      try await daemon.finish()
    }

    /// A folder that comes under the name while the signup is made is somebody else's.
    @Test(arguments: SitePath.allCases)
    func aNameThatIsTakenMeanwhile(by path: SitePath) async throws {
      try await withDaemon(by: path) { daemon, bench in
        let gate = try bench.gate(at: "auth", match: "owner@acme.example")
        let request = daemon.request("provision", signup("Acme"))
        try await gate.hold()
        try bench.write(["db_name": "somebody"], to: "sites/acme.localhost/site_config.json")
        try bench.releaseLevers()
        gate.open()
        let error = try await daemon.error(request)
        #expect(error.kind == "site_exists", "\(error)")
        #expect(error["data"]?["rolledBack"] == true)
        #expect(try bench.json("sites/acme.localhost/site_config.json") == ["db_name": "somebody"])
        #expect(try await Witness(bench).users() == [])
      }
    }
  }
}
