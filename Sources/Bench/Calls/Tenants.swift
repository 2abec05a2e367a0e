// The agent's `tenants`: a page of the bench's tenants.

import JSONRPC
import Tenancy

/// Which tenants are asked for. What is nil fits all.
public struct TenantQuery: Sendable, Equatable {
  /// What the list is sorted by; the names decide where that is the same.
  public enum Sort: String, Sendable, CaseIterable {
    case site, created
  }

  /// Where a page ended: the value that it is sorted by, and the name.
  public struct Cursor: Sendable, Equatable {
    public var value: String
    public var site: String

    public init(value: String, site: String) { (self.value, self.site) = (value, site) }
  }

  public var state: String?
  /// A plan's name.
  public var plan: String?
  /// An owner's address, without regard to case.
  public var owner: String?
  /// A glob for whole names or for subdomains.
  public var pattern: String?
  /// Words that name, organisation or owner hold, all of them.
  public var search: String?
  public var sort = Sort.site
  public var isDescending = false
  public var limit = 100
  public var after: Cursor?

  public init() {}
}

extension Agent {
  /// - Returns: a page, how many there are in all, and where the page ended, when there are more.
  public func tenants(
    _ query: TenantQuery
  ) async throws(BenchError) -> (page: [Tenant], total: Int, next: TenantQuery.Cursor?) {
    var params: JSONObject = [
      "sort": .string(query.sort.rawValue), "descending": .bool(query.isDescending),
      "limit": .integer(Int64(query.limit)),
    ]
    params["state"] = query.state.map { .string($0) }
    params["plan"] = query.plan.map { .string($0) }
    params["owner"] = query.owner.map { .string($0) }
    params["pattern"] = query.pattern.map { .string($0) }
    params["search"] = query.search.map { .string($0) }
    params["after"] = query.after.map { ["value": .string($0.value), "site": .string($0.site)] }
    let answer = try await session.call("tenants", params)
    let next = answer["next"].flatMap { next -> TenantQuery.Cursor? in
      guard let value = next["value"]?.string, let site = next["site"]?.string else { return nil }
      return TenantQuery.Cursor(value: value, site: site)
    }
    return (
      (answer["tenants"]?.array ?? []).compactMap(Tenant.init),
      Int(answer["total"]?.integer ?? 0), next
    )
  }
}
