// The agent's `usage`: what tenants use, measured now.

import JSONRPC

/// What one tenant uses.
public struct TenantUsage: Sendable {
  public let site: String
  public let users: Int
  /// Nil: unlimited.
  public let userLimit: Int?
  /// Bytes by what they are: database, publicFiles, privateFiles, backups, total.
  public let storage: [String: Int]
  public let storageLimit: Int?
  /// By date, where an app counts them.
  public let apiCalls: [(date: String, count: Int)]
  /// UTC, as RFC 3339, like `measured`.
  public let lastActivity: String?
  public let measured: String

  init?(_ json: JSON) {
    guard let site = json["site"]?.string else { return nil }
    self.site = site
    func number(_ json: JSON?) -> Int? { json?.integer.map { Int($0) } }
    users = number(json["users"]?["active"]) ?? 0
    userLimit = number(json["users"]?["limit"])
    var sizes: [String: Int] = [:]
    for (name, size) in json["storage"]?.object?.members ?? [] { sizes[name] = number(size) }
    storageLimit = sizes.removeValue(forKey: "limit")
    storage = sizes
    apiCalls = (json["apiCalls"]?.array ?? []).map {
      ($0["date"]?.string ?? "", number($0["count"]) ?? 0)
    }
    lastActivity = json["lastActivity"]?.string
    measured = json["measured"]?.string ?? ""
  }
}

extension Agent {
  /// - Parameters:
  ///   - sites: nil for those of the pattern; and that one nil for all.
  ///   - days: of calls, today included.
  ///   - timeout: seconds, within the bench.
  /// - Returns: also those that could not be asked, and why.
  public func usage(
    job: String, sites: [String]?, pattern: String?, days: Int, timeout: Double
  ) async throws(BenchError) -> (usage: [TenantUsage], failed: [(site: String, reason: String)]) {
    var params: JSONObject = [
      "job": .string(job), "days": .integer(Int64(days)), "timeout": .double(timeout),
    ]
    params["sites"] = sites.map { .array($0.map { .string($0) }) }
    params["pattern"] = pattern.map { .string($0) }
    let answer = try await session.call("usage", params, job: job)
    return (
      (answer["usage"]?.array ?? []).compactMap(TenantUsage.init),
      (answer["failed"]?.array ?? []).map {
        ($0["site"]?.string ?? "", $0["reason"]?.string ?? "")
      }
    )
  }
}
