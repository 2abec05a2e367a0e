// The list of tenants: found, sorted, in pages that neither lose nor repeat anything.
import JSONRPC
import Testing

@testable import Harness

extension EndToEnd {
  @Suite(.serialized, .inTurn) struct Tenants {
    private func names(_ page: JSON) -> [String] {
      (page["tenants"]?.array ?? []).compactMap { $0["site"]?.string }
    }

    @Test func inPages() async throws {
      try await withDaemon { daemon, bench in
        for name in ["Delta", "Acme", "Charlie", "Beta"] {
          _ = try await daemon.call("provision", signup(name))
        }
        try bench.write(["db_name": "shop"], to: "sites/shop.localhost/site_config.json")
        var found: [String] = []
        var params: JSON = ["limit": 1, "descending": true]
        while true {
          let page = try await daemon.call("tenants", params)
          #expect(page["total"] == 4)
          found += names(page)
          guard let next = page["next"] else { break }
          params = ["limit": 1, "descending": true, "after": next]
        }
        #expect(found == ["delta", "charlie", "beta", "acme"].map { "\($0).localhost" })
        let all = try await daemon.call("tenants")
        #expect(names(all) == found.reversed() && all["next"] == nil)
        for tenant in all["tenants"]?.array ?? [] {
          let site = tenant["site"] ?? .null
          #expect(try await daemon.call("status", ["site": site]) == tenant)
        }
      }
    }

    @Test func whatFits() async throws {
      try await withDaemon { daemon, _ in
        _ = try await daemon.call("provision", signup("Acme Süd"))
        _ = try await daemon.call("provision", signup("Beta"))
        let cases: [(JSON, Int)] = [
          (["search": "SÜD acme"], 1), (["search": "owner@"], 2), (["search": "nobody"], 0),
          (["pattern": "b*"], 1), (["pattern": "*.localhost"], 2), (["pattern": "["], 0),
          (["plan": "free"], 2), (["plan": "gold"], 0), (["state": "active"], 2),
          (["state": "standby"], 0), (["owner": "OWNER@beta.example"], 1),
          (["after": "acme-sud.localhost acme-sud.localhost"], 2), (["sort": "created"], 2),
        ]
        for (params, count) in cases {
          let page = try await daemon.call("tenants", params)
          #expect(page["total"] == .integer(Int64(count)), "\(params): \(page)")
        }
        let behind = try await daemon.call(
          "tenants", ["after": "acme-sud.localhost acme-sud.localhost"])
        #expect(names(behind) == ["beta.localhost"])
        let error = try await daemon.refused("tenants", ["after": "nonsense", "sort": "size"])
        #expect(error.fields == ["after", "sort"], "\(error)")
      }
    }
  }
}
