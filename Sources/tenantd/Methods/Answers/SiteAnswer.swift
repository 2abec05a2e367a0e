// A tenant, as the methods that tell of one answer it.

import Bench
import JSONRPC
import Tenancy

extension Tenant {
  static let schema = Schema.object([
    .always("site", .string), .always("state", TenantState.schema),
    .maybe("url", .string),
    .maybe("reason", .string, "Of a broken or a suspended one: why."),
    .maybe("mode", Suspension.Mode.schema, "Of a suspended one."),
    .maybe("since", .string, "Of a suspended one."),
    .maybe("of", .string, "Of an alias: the site that it leads to."),
    .maybe("plan", Plan.schema), .maybe("owner", .string), .maybe("organization", .string),
    .maybe("created", .string), .maybe("warnings", .array(.string)), .maybe("step", .integer),
    .maybe("seconds", .number),
  ])

  /// - Parameter address: Where the bench answers.
  func json(_ address: WebAddress) -> JSON {
    var result: JSONObject = [
      "site": .string(site), "state": .string(state.rawValue),
      "url": .string(address.url(of: site)),
    ]
    result["reason"] = (suspension?.reason ?? reason).map { .string($0) }
    result["mode"] = suspension.map { .string($0.mode.rawValue) }
    result["since"] = suspension.map { .string($0.since) }
    result["of"] = of.map { .string($0) }
    result["plan"] = plan?.json
    result["owner"] = owner.map { .string($0) }
    result["organization"] = organization.map { .string($0) }
    result["created"] = created.map { .string($0) }
    if !warnings.isEmpty { result["warnings"] = .array(warnings.map { .string($0) }) }
    return .object(result)
  }
}
