// A plan, as several methods answer it.

import JSONRPC
import Tenancy

extension Plan {
  static let schema = Schema.object([
    .always("name", .string), .always("users", limit), .always("storageGB", limit),
    .always("limits", .anyObject, "Further ones by name; null: unlimited."),
  ])
  private static let limit = Schema.either([.integer, .null])

  var json: JSON {
    [
      "name": .string(name), "users": Self.json(users), "storageGB": Self.json(storageGB),
      "limits": .object(
        JSONObject(limits.sorted { $0.key < $1.key }.map { ($0.key, Self.json($0.value)) })),
    ]
  }

  private static func json(_ limit: Int?) -> JSON { limit.map { .integer(Int64($0)) } ?? .null }

  /// As a tenant's record has it, which may be older than some limits, or edited by hand.
  init?(_ json: JSON?) {
    guard let name = json?["name"]?.string else { return nil }
    func limit(_ json: JSON?) -> Int? { json?.double.flatMap { Int(exactly: $0.rounded()) } }
    self.init(name: name, users: limit(json?["users"]), storageGB: limit(json?["storageGB"]))
    for (name, value) in json?["limits"]?.object?.members ?? [] {
      limits[name] = .some(limit(value))
    }
  }
}
