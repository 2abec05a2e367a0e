// The wire of the real binary: the one-liner of the README, limits, and what must not kill it.
import Foundation
import JSONRPC
import Testing

@testable import Harness

extension EndToEnd {
  @Suite(.serialized, .inTurn) struct Wire {
    /// `echo '…' | tenantd --sandbox`: one line of JSON, and the exit code 0 at the end of input;
    /// whatever is logged, and whatever Frappe prints.
    @Test(arguments: ["info", "debug"])
    func theOneLiner(_ level: String) async throws {
      let daemon = try Daemon(["--sandbox", "--log", level])
      daemon.send(
        line: #"{"jsonrpc":"2.0","id":1,"method":"provision","params":{"organizationName":"#
          + #""Acme Corporation","fullName":"John Doe","email":"john@acme.com","#
          + #""password":"SecurePass123"}}"#)
      try await daemon.finish()
      let lines = daemon.program.lines.all
      #expect(lines.count == 1)
      // Another parser than the program's own.
      let line = try #require(lines.first)
      let reply = try #require(
        try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
      #expect(reply["id"] as? Int == 1)
      let tenant = try #require(reply["result"] as? [String: Any])
      #expect(tenant["site"] as? String == "acme-corp.localhost")
      #expect(tenant["url"] as? String == "http://acme-corp.localhost:8080")
      #expect(tenant["user"] as? String == "john@acme.com")
      #expect(tenant["password"] == nil)
      for key in ["apiKey", "apiSecret"] {
        let text = try #require(tenant[key] as? String)
        #expect(text.wholeMatch(of: /[0-9a-f]{64}/) != nil)
      }
      #expect((tenant["steps"] as? [Any])?.count == 5)
      if level == "debug" { #expect(daemon.log.contains("Installing frappe")) }
    }

    @Test func aPasswordIsMadeWhereNoneWasGiven() async throws {
      try await withDaemon { daemon, bench in
        let tenant = try await daemon.call(
          "provision",
          ["organizationName": "Acme", "fullName": "Jane Roe", "email": "owner@acme.example"])
        #expect((tenant["password"]?.string?.count ?? 0) >= 20)
      }
    }

    @Test func derivedNames() async throws {
      try await withDaemon { daemon, _ in
        for (number, (organization, subdomain)) in [
          ("Acme Corporation", "acme-corp"), ("Böse & Söhne GmbH", "bose-sohne-gmbh"),
          ("Ministry of Silly Walks Limited", "ministry-of-silly-walks-ltd"),
          ("L'Œuvre Company", "l-oeuvre-co"), ("  Spaced   Out, Inc. ", "spaced-out-inc"),
        ].enumerated() {
          let tenant = try await daemon.call(
            "provision", signup("x\(number)", ["organizationName": .string(organization)]))
          #expect(tenant["site"] == .string(subdomain + ".localhost"))
        }
      }
    }

    @Test func aTakenNameIsToldWithFreeOnes() async throws {
      try await withDaemon { daemon, _ in
        func form(_ number: Int, _ more: JSONObject = [:]) -> JSON {
          var params: JSONObject = ["organizationName": "Acme Corporation"]
          params["subdomain"] = more["subdomain"]
          return signup("x\(number)", params)
        }
        try await daemon.call("provision", form(1))
        try await daemon.call("provision", form(2, ["subdomain": "acme-corp-3"]))
        let error = try await daemon.refused("provision", form(3))
        #expect(error.kind == "site_exists")
        #expect(error["data"]?["suggestions"] == ["acme-corp-2", "acme-corp-4"])
        // One that the customer chose is not derived.
        let chosen = try await daemon.refused("provision", form(4, ["subdomain": "acme-corp"]))
        #expect(chosen.kind == "site_exists" && chosen["data"]?["suggestions"] == nil)
        try await daemon.call("provision", form(3, ["subdomain": "acme-corp-2"]))
      }
    }

    @Test func aLineThatIsTooLongIsSkipped() async throws {
      try await withDaemon { daemon, _ in
        let longest = 1 << 20
        func ping(_ id: Int64, length: Int) -> [UInt8] {
          let head = #"{"jsonrpc":"2.0","id":\#(id),"method":"ping","params":{}"#
          return Array(
            (head + String(repeating: " ", count: length - head.utf8.count - 1) + "}").utf8)
        }
        daemon.send(line: ping(1, length: longest))
        daemon.send(line: ping(2, length: longest + 1))
        daemon.send(line: ping(3, length: 3 * longest))
        daemon.request("ping", id: 4)
        #expect(try await daemon.reply(1)["result"] == "pong")
        for id in [2, 3] as [JSON] {
          let error = try await daemon.reply(id)["error"]
          #expect(error?["code"] == -32600)
          #expect(error?.kind == "line_too_long")
        }
        #expect(try await daemon.reply(4)["result"] == "pong")
      }
    }

    @Test func depthAndUTF8() async throws {
      try await withDaemon { daemon, _ in
        let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        daemon.send(line: #"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":\#(deep)}}"#)
        let text = Array(#"{"jsonrpc":"2.0","id":2,"method":"ping","params":{"a":"x"}}"#.utf8)
        daemon.send(line: text.map { $0 == UInt8(ascii: "x") ? 0xFF : $0 })
        daemon.send(line: String(repeating: "[", count: 500_000))
        daemon.request("ping", id: 3)
        for id in [1, 2] as [JSON] {
          let error = try await daemon.error(id)
          #expect(error.kind == "parse_error")
        }
        #expect(try await daemon.reply(3)["result"] == "pong")
      }
    }

    @Test func anIdInFlightIsRefused() async throws {
      try await withDaemon { daemon, bench in
        let gate = try bench.gate(at: "new_site")
        daemon.request("provision", signup("Acme"), id: 1)
        try await gate.hold()
        daemon.request("ping", id: 1)
        let error = try await daemon.messages.first { $0["error"] != nil }
        #expect(error["id"] == 1)
        #expect(error["error"]?.kind == "duplicate_id")
        try bench.releaseLevers()
        gate.open()
        _ = try await daemon.messages.first { $0["result"] != nil }
        daemon.request("ping", id: 1)
        _ = try await daemon.messages.first { $0["result"] == "pong" }
      }
    }

    @Test func aNotificationIsDoneAndNotAnswered() async throws {
      try await withDaemon { daemon, _ in
        daemon.send(["jsonrpc": "2.0", "method": "provision", "params": signup("Acme")])
        try await daemon.logged("provisioned")
        #expect(try await daemon.call("status", ["site": "acme.localhost"])["state"] == "active")
        #expect(daemon.messages.all.count == 1)
      }
    }

    /// Names that break shells, formats and statements make tenants, and come back as they were.
    @Test func hostileNames() async throws {
      try await withDaemon { daemon, bench in
        for (number, name) in [
          #"O'Brien & "Sons""#, "$HOME `id` $(id)", "; rm -rf / #", "100 %s %d %n {0}",
          "emoji 🏢 👩‍👩‍👧", #"back\slash \' end"#, "<b>tag</b> --", "'; DROP TABLE tabUser; --",
        ].enumerated() {
          let email = "o'hara+$\(number)@x.example"
          let tenant = try await daemon.call(
            "provision",
            [
              "organizationName": .string(name), "fullName": .string("Jane \(name)"),
              "email": .string(email), "subdomain": .string("hostile-\(number)"),
              "password": .string(#"q'w"$(x)\;%s 🏢é -- "# + String(number)),
            ])
          #expect(tenant["user"] == .string(email))
          let status = try await daemon.call(
            "status", ["site": .string("hostile-\(number).localhost")])
          #expect(status["organization"] == .string(name))
          if number == 0 { #expect(try await bench.logIn(with: tenant) == "200 \(email)") }
        }
      }
    }

    @Test func controlCharactersAreRefused() async throws {
      try await withDaemon { daemon, _ in
        let error = try await daemon.refused(
          "provision",
          signup(
            "x",
            [
              "organizationName": "two\nlines", "fullName": "nul\u{0}", "email": "a\r\n@x.example",
              "password": "SecurePass\u{7}123", "idempotencyKey": "a\nb",
            ]))
        #expect(
          error.fields == ["organizationName", "fullName", "email", "password", "idempotencyKey"])
      }
    }
  }
}
