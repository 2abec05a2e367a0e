// A plan, as several methods answer it.

import JSONRPC
import Tenancy

extension Plan {
  static let schema = Schema.object([
    .always("name", .string), .always("users", .integer), .always("storageGB", .integer),
  ])

  var json: JSON {
    [
      "name": .string(name), "users": .integer(Int64(users)),
      "storageGB": .integer(Int64(storageGB)),
    ]
  }
}
