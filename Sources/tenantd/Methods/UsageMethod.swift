// `usage`: what tenants use of what their plans allow.

import Bench
import JSONRPC
import Tenancy

struct UsageMethod: Method {
  private static let sites = Parameter(
    name: "sites", schema: .array(.string), meaning: "Whole site names.")
  private static let pattern = Parameter(
    name: "pattern", schema: .string(lengths: 1...Parameters.longestText),
    meaning: "A glob for site names or subdomains; neither of the two: all tenants.")
  private static let days = Parameter(
    name: "days", schema: .number(1...90), meaning: "Days of API calls; absent: 1, today.")

  private static let limit = Schema.either([.integer, .null])
  private static let usage = Schema.object([
    .always("site", .string),
    .always("users", .object([.always("active", .integer), .always("limit", limit)])),
    .always(
      "storage",
      .object(
        ["database", "publicFiles", "privateFiles", "backups", "total"].map {
          .always($0, .integer)
        } + [.always("limit", limit)])),
    .always(
      "apiCalls",
      .array(.object([.always("date", .string), .always("count", .integer)]))),
    .maybe("lastActivity", .string), .always("measured", .string),
  ])

  static let declaration = Declaration(
    name: "usage", summary: "Measures what tenants use.",
    parameters: [sites, pattern, days, .timeout],
    result: (
      "usage",
      .object(
        [
          .always("usage", .array(usage)),
          .always(
            "failed",
            .array(.object([.always("site", .string), .always("reason", .string)]))),
          .always("seconds", .number),
        ], isClosed: true)
    ),
    errors: ["no_such_site", "not_a_tenant"] + Declaration.benchErrors
      + ["step_failed", "timeout", "cancelled"])

  private let sites: [String]?
  private let pattern: String?
  private let days: Int
  private let timeout: Double

  init(_ parameters: inout Parameters, _ configuration: Configuration) {
    sites = parameters.strings(Self.sites)
    pattern = parameters.string(Self.pattern)
    days = Int(parameters.number(Self.days) ?? 1)
    timeout = parameters.number(.timeout, unit: "seconds") ?? configuration.rules.timeout.seconds
    if let sites, sites.isEmpty { parameters.refuse(Self.sites, "must name one site at least") }
  }

  func handle(_ call: Call) -> Handling {
    .task { () throws(RPCError) in
      let start = ContinuousClock.now
      do throws(BenchError) {
        let (usage, failed) = try await call.service.agent.usage(
          job: randomHex(bytes: 16), sites: sites, pattern: pattern, days: days, timeout: timeout)
        return [
          "usage": .array(usage.map(\.json)),
          "failed": .array(
            failed.map { ["site": .string($0.site), "reason": .string($0.reason)] }),
          "seconds": (ContinuousClock.now - start).json,
        ]
      } catch {
        throw error.failure(at: nil, site: sites?.first ?? "").rpcError
      }
    }
  }
}

extension TenantUsage {
  fileprivate var json: JSON {
    func limit(_ number: Int?) -> JSON { number.map { .integer(Int64($0)) } ?? .null }
    var bytes = JSONObject(
      storage.sorted { $0.key < $1.key }.map { ($0.key, JSON.integer(Int64($0.value))) })
    bytes["limit"] = limit(storageLimit)
    var answer: JSONObject = [
      "site": .string(site),
      "users": ["active": .integer(Int64(users)), "limit": limit(userLimit)],
      "storage": .object(bytes),
      "apiCalls": .array(
        apiCalls.map { ["date": .string($0.date), "count": .integer(Int64($0.count))] }),
    ]
    answer["lastActivity"] = lastActivity.map { .string($0) }
    answer["measured"] = .string(measured)
    return .object(answer)
  }
}
