// The states of a tenant in words: what `describe` tells, and what the documents and the clients'
// types are generated from.

import JSONRPC
import Tenancy

extension TenantState {
  static let schema = Schema.oneOf(allCases.map(\.rawValue))

  var meaning: String {
    switch self {
    case .provisioning: "A request of this very process works on it, or waits to."
    case .active: "A whole tenant."
    case .suspended: "A whole tenant that was [suspended](#suspend)."
    case .foreign: "A site that tenantd did not make."
    case .broken:
      "Its config cannot be read or understood; a cleanup drops it only by name and with `force`."
    case .alias: "A link to another site's folder, which goes with that site."
    case .preparing: "Being made, under a hidden name."
    case .ready: "Whole, under a hidden name, and about to be claimed."
    case .claiming: "Its signup is being written."
    case .dropping: "Being dropped, or half dropped by a process that ended."
    case .standby: "Whole, under a hidden name, and waiting for a customer."
    case .template: "What standbys are copied from."
    }
  }

  static var table: JSON {
    .array(
      allCases.map { ["state": .string($0.rawValue), "meaning": .string($0.meaning)] })
  }
}

extension Suspension.Mode {
  static let schema = Schema.oneOf(allCases.map(\.rawValue))
}
