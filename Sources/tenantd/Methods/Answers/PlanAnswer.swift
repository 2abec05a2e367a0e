// A plan, as several methods answer it.

import JSONRPC
import Tenancy

extension Plan {
  static let schema = Schema.object([
    .always("name", .string), .always("users", .integer), .always("storageGB", .integer),
  ])
}
