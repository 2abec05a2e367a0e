// A job that runs or waits, as `status` answers it.

import JSONRPC
import Tenancy

extension Snapshot.Entry {
  static let schema = Schema.object([
    .always("site", .string), .maybe("step", .integer), .maybe("title", .string),
    .always("seconds", .number),
  ])

  var json: JSON {
    var body: JSONObject = ["site": .string(site)]
    body["step"] = step.map { .integer(Int64($0.rawValue)) }
    body["title"] = step.map { .string($0.title) }
    body["seconds"] = elapsed.json
    return .object(body)
  }
}
