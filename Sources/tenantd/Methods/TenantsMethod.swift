// `tenants`: the bench's tenants, found, sorted, a page at a time.

import Bench
import JSONRPC
import Tenancy

struct TenantsMethod: Method {
  private static let state = Parameter(
    name: "state", schema: .string(lengths: 1...40), meaning: "Only those in that state.")
  private static let plan = Parameter(
    name: "plan", schema: .string(lengths: 1...140), meaning: "Only those of that plan.")
  private static let owner = Parameter(
    name: "owner", schema: .string(lengths: 1...140),
    meaning: "Only those of that address, without regard to case.")
  private static let pattern = Parameter(
    name: "pattern", schema: .string(lengths: 1...Parameters.longestText),
    meaning: "A glob for site names or subdomains.")
  private static let search = Parameter(
    name: "search", schema: .string(lengths: 1...Parameters.longestText),
    meaning: "Words that name, organisation or owner must hold, all of them.")
  private static let sort = Parameter(
    name: "sort", schema: .oneOf(TenantQuery.Sort.allCases.map(\.rawValue)),
    meaning: "What they are sorted by; absent: site.")
  private static let descending = Parameter(
    name: "descending", schema: .boolean, meaning: "Whether the last one comes first.")
  private static let limit = Parameter(
    name: "limit", schema: .number(1...1000), meaning: "How many at most; absent: 100.")
  private static let after = Parameter(
    name: "after", schema: .string(lengths: 1...Parameters.longestText),
    meaning: "What the answer before said in `next`.")

  static let declaration = Declaration(
    name: "tenants", summary: "Lists tenants, a page at a time.",
    parameters: [state, plan, owner, pattern, search, sort, descending, limit, after],
    result: (
      "page",
      .object([
        .always("tenants", .array(Tenant.schema)),
        .always("total", .integer, "How many fit, on all pages."),
        .maybe("next", .string, "There are more: what `after` has to say."),
      ])
    ),
    errors: Declaration.benchErrors)

  private let query: TenantQuery

  init(_ parameters: inout Parameters, _ configuration: Configuration) {
    var query = TenantQuery()
    query.state = parameters.string(Self.state)
    query.plan = parameters.string(Self.plan)
    query.owner = parameters.string(Self.owner)
    query.pattern = parameters.string(Self.pattern)
    query.search = parameters.string(Self.search)
    if let word = parameters.word(Self.sort), let sort = TenantQuery.Sort(rawValue: word) {
      query.sort = sort
    }
    query.isDescending = parameters.bool(Self.descending) ?? false
    query.limit = Int(parameters.number(Self.limit) ?? 100)
    if let after = parameters.string(Self.after) {
      query.after = TenantQuery.Cursor(text: after)
      if query.after == nil { parameters.refuse(Self.after, "is no answer's `next`") }
    }
    self.query = query
  }

  func handle(_ call: Call) -> Handling {
    .task { () throws(RPCError) in
      do throws(BenchError) {
        let (page, total, next) = try await call.service.agent.tenants(query)
        let address = call.service.configuration.address
        var answer: JSONObject = [
          "tenants": .array(page.map { $0.json(address) }), "total": .integer(Int64(total)),
        ]
        answer["next"] = next.map { .string($0.text) }
        return .object(answer)
      } catch {
        throw error.failure(at: nil, site: "").rpcError
      }
    }
  }
}

extension TenantQuery.Cursor {
  /// No name of a site has a space.
  fileprivate init?(text: String) {
    guard let space = text.lastIndex(of: " ") else { return nil }
    self.init(value: String(text[..<space]), site: String(text[text.index(after: space)...]))
  }

  fileprivate var text: String { "\(value) \(site)" }
}
