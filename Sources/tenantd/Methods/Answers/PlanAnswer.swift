// A plan, as several methods answer it.

import JSONRPC
import Tenancy

extension Plan {
  static let schema = Schema.object([
    .always("name", .string), .always("users", limit), .always("storageGB", limit),
    .always("limits", .anyObject, "Further ones by name; null: unlimited."),
  ])
  private static let limit = Schema.either([.integer, .null])
}
