// Workspaces that are set up when their owner comes: by country, on each path of a signup; and the
// links that log somebody in once.
import Foundation
import JSONRPC
import Testing

@testable import Harness

extension EndToEnd {
  @Suite(.serialized, .inTurn) struct Workspaces {
    private let germany = ["TENANTD_COUNTRY": "Germany"]

    @Test(arguments: SitePath.allCases)
    func aWorkspaceIsSetUp(by path: SitePath) async throws {
      try await withDaemon(by: path, environment: germany) { daemon, bench in
        let tenant = try await daemon.call(
          "provision", signup("O'Neil & Söhne", ["subdomain": "oneil", "email": "o@oneil.example"]))
        #expect(tenant["path"] == .string(path.rawValue))
        let setup = tenant["setup"]
        #expect(setup?["state"] == "done" && setup?["company"] == "O'Neil & Söhne")
        #expect(setup?["abbreviation"] == "O&S" && setup?["currency"] == "EUR")
        #expect(tenant["roles"]?.array?.contains("Accounts Manager") == true)
        #expect(tenant["login"] == nil)
        #expect(try await bench.logIn(with: tenant) == "200 o@oneil.example")
      }
    }

    @Test(arguments: SitePath.allCases)
    func withoutACountryTheWizardIsLeft(by path: SitePath) async throws {
      try await withDaemon(by: path) { daemon, _ in
        let tenant = try await daemon.call("provision", signup("Acme"))
        #expect(tenant["path"] == .string(path.rawValue))
        #expect(tenant["setup"] == ["state": "wizard"])
        #expect(tenant["roles"] == ["System Manager"])
      }
    }

    @Test func theFirstOfACountryWaitsForItsTemplate() async throws {
      try await withDaemon(by: .copy) { daemon, _ in
        for (name, path) in [("Acme", "wizard"), ("Globex", "copy")] {
          let tenant = try await daemon.call("provision", signup(name, ["country": "US"]))
          #expect(tenant["path"] == .string(path) && tenant["setup"]?["company"] == .string(name))
          #expect(tenant["setup"]?["chartOfAccounts"] == "Standard")
        }
      }
    }

    @Test func whatTheBenchDoesNotKnowIsRefused() async throws {
      try await withDaemon(by: .copy) { daemon, bench in
        for (field, value) in [
          ("country", "Atlantis"), ("currency", "DEM"), ("language", "tlh"), ("timeZone", "Mars"),
          ("chartOfAccounts", "IFRS"), ("fiscalYearStart", "13-01"),
        ] {
          let error = try await daemon.refused(
            "provision", signup("Acme", ["country": "DE", field: .string(value)]))
          #expect(error.kind == "invalid_params" && error.fields == [field], "\(error)")
        }
        let error = try await daemon.refused("provision", signup("Acme", ["currency": "EUR"]))
        #expect(error.fields == ["country"], "\(error)")
        #expect(try await Witness(bench).users() == [])
      }
    }

    @Test func theSameKeyForAnotherCountryIsAnotherSignup() async throws {
      try await withDaemon(by: .copy) { daemon, _ in
        let order: JSONObject = ["idempotencyKey": "a-1", "country": "DE", "login": true]
        let first = try await daemon.call("provision", signup("Acme", order))
        let again = try await daemon.call("provision", signup("Acme", order))
        #expect(again["reissued"] == true && again["setup"] == first["setup"])
        #expect(again["roles"] == first["roles"])
        let urls = [first, again].compactMap { $0["login"]?["url"]?.string }
        #expect(Set(urls).count == 2)
        for other in [nil, "US"] as [String?] {
          var order: JSONObject = ["idempotencyKey": "a-1"]
          order["country"] = other.map { .string($0) }
          let error = try await daemon.refused("provision", signup("Acme", order))
          #expect(error.fields == ["idempotencyKey"], "\(error)")
        }
      }
    }

    @Test func aLoginIsInNoLog() async throws {
      try await withDaemon(by: .copy) { daemon, _ in
        let tenant = try await daemon.call(
          "provision", signup("Acme", ["login": ["expires": 600]]))
        let later = try await daemon.call("login", ["site": "acme.localhost"])
        #expect(later["user"] == "owner@acme.example")
        for link in [tenant["login"], later] {
          let url = try #require(link?["url"]?.string)
          #expect(url.hasPrefix("http://acme.localhost:8080/api/method/"))
          let key = try #require(url.split(separator: "=").last)
          #expect(!daemon.log.contains(key))
        }
        for user in ["Administrator", "Guest", "nobody@acme.example"] {
          let error = try await daemon.refused(
            "login", ["site": "acme.localhost", "user": .string(user)])
          #expect(error.fields == ["user"], "\(error)")
        }
        let error = try await daemon.refused("login", ["site": "no.localhost"])
        #expect(error.kind == "no_such_site")
        // A path needs the bench's app, which a sandbox has not.
        let path = try await daemon.refused("login", ["site": "acme.localhost", "path": "/app"])
        #expect(path.fields == ["path"], "\(path)")
        let signup = signup("Globex", ["login": ["expires": 600, "path": "/app"]])
        let refused = try await daemon.refused("provision", signup)
        #expect(refused.fields == ["login"], "\(refused)")
        let gone = try await daemon.refused("status", ["site": "globex.localhost"])
        #expect(gone.kind == "no_such_site")
      }
    }
  }
}
