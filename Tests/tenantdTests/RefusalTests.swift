// What a customer or an operator has to do with a signup that an app or the site will not have whole.
import JSONRPC
import Testing

@testable import Harness

extension EndToEnd {
  @Suite(.serialized, .inTurn) struct Refusals {
    /// The app's sentence as plain text and nothing of steps; nobody's standby is spoilt by it.
    @Test(arguments: SitePath.allCases)
    func anAppRefuses(by path: SitePath) async throws {
      try await withDaemon(by: path) { daemon, bench in
        try bench.lever(
          "refuse", at: "user_insert", "Please use the address<br>of your <b>company</b>.",
          match: "owner@acme.example")
        let error = try await daemon.refused("provision", signup("Acme"))
        #expect(error["code"] == -32004)
        #expect(error.kind == "refused")
        #expect(error["message"] == "Please use the address of your company.")
        #expect(error["data"]?["title"] == "House rules")
        #expect(error["data"]?["rolledBack"] == true)
        #expect(error["data"]?["step"] == nil)
        try bench.releaseLevers()
        let tenant = try await daemon.call("provision", signup("Globex"))
        #expect(tenant["path"] == .string(path.rawValue))
      }
    }

    /// The answer, and the tenant's status, say what was left out.
    @Test(arguments: SitePath.allCases)
    func settingsThatAreOptional(by path: SitePath) async throws {
      try await withDaemon(by: path, ["--optional=settings"]) { daemon, bench in
        try bench.lever("fail", at: "settings", "no room", match: "owner@acme.example")
        let tenant = try await daemon.call("provision", signup("Acme"))
        let warning = JSON.string(
          "The plan could not be written to SaaS Settings: no room. It is kept in"
            + " site_config.json only.")
        #expect(tenant["warnings"] == [warning])
        let status = try await daemon.call("status", ["site": "acme.localhost"])
        #expect(status["state"] == "active")
        #expect(status["warnings"] == [warning])
        #expect(daemon.log.contains("no room"))
        #expect(try await bench.logIn(with: tenant) == "200 owner@acme.example")
      }
    }

    /// Half an app is not kept: the site is made again without it.
    @Test func anAppThatIsOptional() async throws {
      try await withDaemon(["--optional=app"]) { daemon, bench in
        try bench.lever("fail", at: "install_app", "it is broken", match: "nexus_core")
        let tenant = try await daemon.call("provision", signup("Acme"))
        let warnings = (tenant["warnings"]?.array ?? []).compactMap(\.string)
        #expect(
          warnings.first == "The app nexus_core could not be installed: RuntimeError: it is broken."
            + " The site was made without it.")
        // Without the app the site lacks what it brings.
        #expect(warnings.last?.contains("no DocType SaaS Settings") == true)
        #expect(try await bench.logIn(with: tenant) == "200 owner@acme.example")
        try bench.releaseLevers()
        try await daemon.call("cleanup", ["sites": ["acme.localhost"], "delay": 0])
        #expect(bench.leftoversBesideLocks == [])
      }
    }

    @Test(arguments: ["none", "app"])
    func settingsThatAreNot(_ optional: String) async throws {
      try await withDaemon(["--optional=\(optional)"]) { daemon, bench in
        try bench.lever("fail", at: "settings", "no room", match: "owner@acme.example")
        let error = try await daemon.refused("provision", signup("Acme"))
        #expect(error.kind == "step_failed")
        #expect(bench.leftoversBesideLocks == [])
      }
    }
  }
}
