// `describe`: what this program knows of itself, for what is generated from it and for who writes a
// client: methods, kinds of errors, states of a tenant, settings.

import JSONRPC
import Tenancy

enum Describe {
  static var document: JSON {
    [
      "version": .string(version),
      "methods": Discovery.document["methods"] ?? [],
      "errors": .array(ErrorKind.all.map(\.json)),
      "states": TenantState.table,
      "settings": .array(Setting.all.map(\.json)),
    ]
  }
}

extension Setting {
  fileprivate var json: JSON {
    var row: JSONObject = ["name": .string(name)]
    row["flag"] = flag.map { .string($0) }
    row["default"] = .string(standard)
    row["help"] = .string(help)
    return .object(row)
  }
}
