// Many profiles at once, and profiles that come to trouble: what a storm of them costs, a wizard that
// fails, an update of the bench while a template is being made, and their share of the pool.
import Foundation
import JSONRPC
import Testing

@testable import Harness

extension EndToEnd {
  @Suite(.serialized, .inTurn) struct Profiles {
    /// Kinds of workspaces that the stand-in can make, each another one.
    private static let kinds: [JSONObject] = ["DE", "FR", "IN", "US"].flatMap { country in
      ["EUR", "INR", "USD"].flatMap { currency in
        ["en", "de", "fr", "pt-BR"].flatMap { language in
          (1...5).map { month in
            [
              "country": .string(country), "currency": .string(currency),
              "language": .string(language), "fiscalYearStart": .string("0\(month)-01"),
            ]
          }
        }
      }
    }

    /// Of the sites that are nobody's.
    private func states(_ bench: TestBench) throws -> [String] {
      let all = (try? FileManager.default.contentsOfDirectory(atPath: bench.file("sites"))) ?? []
      return try all.filter { $0.hasPrefix("tenantd-") }
        .compactMap {
          try bench.json("sites/\($0)/site_config.json")["tenantd"]?["state"]?.string
        }
        .sorted()
    }

    private func templates(_ bench: TestBench) throws -> Int {
      try states(bench).count { $0 == "template" }
    }

    /// No more than run at once and wait are taken, and no template is made for who is refused.
    @Test func twoHundredProfilesAtOnceAreBounded() async throws {
      try await withDaemon(by: .copy, ["--concurrency=2", "--queue=8"]) { daemon, bench in
        let gate = try bench.gate(at: "setup_wizard")
        let requests = Self.kinds.prefix(200).enumerated().map { number, kind in
          var order = kind
          order["email"] = .string("o\(number)@storm.example")
          order["timeout"] = 600
          return daemon.request("provision", signup("Storm \(number)", order))
        }
        #expect(requests.count == 200)
        try await gate.hold()
        for request in requests[10...] {
          #expect(try await daemon.reply(request)["error"]?.kind == "queue_full")
        }
        // Somebody who asks for nothing special waits in the same queue, and is told so.
        #expect(try await daemon.refused("provision", signup("Plain")).kind == "queue_full")
        try bench.releaseLevers()
        gate.open()
        for request in requests.prefix(10) {
          let tenant = try await daemon.reply(request)["result"]
          #expect(tenant?["path"] == "wizard" && tenant?["setup"]?["state"] == "done")
        }
        #expect(try templates(bench) == 11)
        let next = try await daemon.call("provision", signup("Plain"))
        #expect(next["path"] == "copy" && next["setup"]?["state"] == "wizard")
      }
    }

    /// The app's own sentence, and nothing left; whoever comes next is served.
    @Test(arguments: [SitePath.copy, .install])
    func aWizardThatFailsHalfWay(by path: SitePath) async throws {
      try await withDaemon(by: path) { daemon, bench in
        let before = try states(bench)
        try bench.lever("refuse", at: "setup_wizard", "No such tax office.")
        let error = try await daemon.refused("provision", signup("Acme", ["country": "DE"]))
        #expect(error.kind == "step_failed" && error["data"]?["rolledBack"] == true)
        #expect(error["message"]?.string?.contains("No such tax office.") == true)
        #expect(try states(bench) == before)
        #expect(try await Witness(bench).users() == [])
        try bench.releaseLevers()
        let tenant = try await daemon.call("provision", signup("Acme", ["country": "DE"]))
        #expect(tenant["setup"]?["company"] == "Acme")
      }
    }

    /// The signup begins again with the new code; what was half made of the old is nobody's.
    @Test func anUpdateOfTheBenchWhileATemplateIsBeingMade() async throws {
      try await withDaemon(by: .copy) { daemon, bench in
        let gate = try bench.gate(at: "setup_wizard")
        let request = daemon.request("provision", signup("Acme", ["country": "DE"]))
        try await gate.hold()
        try Data("__version__ = \"2\"\n".utf8).write(
          to: URL(fileURLWithPath: bench.file("apps/nexus_core/nexus_core/__init__.py")))
        try bench.releaseLevers()
        gate.open()
        let tenant = try #require(try await daemon.reply(request)["result"])
        #expect(tenant["path"] == "install" && tenant["setup"]?["company"] == "Acme")
        #expect(try await bench.logIn(with: tenant) == "200 owner@acme.example")
        // The template of the old build; the profile's was not whole.
        #expect(try templates(bench) == 1)
      }
    }

    /// Whoever asks for what another has asked for before finds a standby of it.
    @Test func whatIsAskedForAgainHasStandbys() async throws {
      try await withDaemon(["--pool=1..4"]) { daemon, bench in
        try await daemon.poolIsFull(1)
        for (name, path) in [("Un", "wizard"), ("Deux", "copy")] {
          let tenant = try await daemon.call("provision", signup(name, ["country": "FR"]))
          #expect(tenant["path"] == .string(path))
        }
        while try await (daemon.call("status")["pool"]?["ready"]?.integer ?? 0) < 2 {
          try Task.checkCancellation()
        }
        let tenant = try await daemon.call("provision", signup("Trois", ["country": "FR"]))
        #expect(tenant["path"] == "standby" && tenant["setup"]?["company"] == "Trois")
        #expect(try await bench.logIn(with: tenant) == "200 owner@trois.example")
      }
    }
  }
}
