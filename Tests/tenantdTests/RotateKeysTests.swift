// New API keys for a user of a tenant: the new ones work, the old ones do not, and nothing else is
// touched.
import JSONRPC
import Testing

@testable import Harness

extension EndToEnd {
  @Suite(.serialized, .inTurn) struct RotateKeys {
    @Test func theOldOnesEnd() async throws {
      let bench = try TestBench()
      let daemon = try Daemon(on: bench)
      let first = try await daemon.call("provision", signup("Acme"))
      let second = try await daemon.call("rotateKeys", ["site": "acme.localhost"])
      #expect(second["user"] == first["user"] && second["apiKey"] != first["apiKey"])
      let named = try await daemon.call(
        "rotateKeys", ["site": "acme.localhost", "user": "owner@acme.example"])
      try await daemon.finish()
      #expect(try await bench.logIn(with: named) == "200 owner@acme.example")
      #expect(try await bench.logIn(with: second) == "401 ")
      #expect(try await bench.logIn(with: first) == "401 ")
    }

    @Test func whatIsNoTenantOrNoUser() async throws {
      try await withDaemon { daemon, bench in
        _ = try await daemon.call("provision", signup("Acme"))
        try bench.write(["db_name": "shop"], to: "sites/shop.localhost/site_config.json")
        try bench.write("no object", to: "sites/broken.localhost/site_config.json")
        for (site, kind) in [
          ("nobody.localhost", "no_such_site"), ("shop.localhost", "not_a_tenant"),
          ("broken.localhost", "not_a_tenant"), ("../acme.localhost", "no_such_site"),
        ] {
          let error = try await daemon.refused("rotateKeys", ["site": .string(site)])
          #expect(error.kind == kind, "\(site): \(error)")
          #expect(error["data"]?["site"] == .string(site), "\(error)")
        }
        for user in ["x@y.example", "Guest'", "Guest\\"] {
          let error = try await daemon.refused(
            "rotateKeys", ["site": "acme.localhost", "user": .string(user)])
          #expect(error.kind == "invalid_params" && error.fields == ["user"], "\(error)")
        }
      }
    }

    /// One at a time on a site, whatever it is: the other is told so.
    @Test func anotherRequestHasTheSite() async throws {
      try await withDaemon { daemon, bench in
        let gate = try bench.gate(at: "new_site")
        let first = daemon.request("provision", signup("Acme"))
        try await gate.hold()
        let error = try await daemon.refused("rotateKeys", ["site": "acme.localhost"])
        #expect(error.kind == "site_busy", "\(error)")
        try bench.releaseLevers()
        gate.open()
        _ = try await daemon.reply(first)
        #expect(try await daemon.call("rotateKeys", ["site": "acme.localhost"])["apiKey"] != nil)
      }
    }
  }
}
