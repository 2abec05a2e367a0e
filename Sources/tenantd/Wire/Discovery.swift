// `rpc.discover`'s document: what the methods and the kinds of errors declare, as OpenRPC.

import JSONRPC

enum Discovery {
  static let document: JSON = [
    "openrpc": "1.2.6",
    "info": [
      "title": "tenantd", "version": .string(version),
      "description":
        "Provisions Frappe/ERPNext tenants. One JSON-RPC 2.0 message a line, parameters by name.",
    ],
    "methods": .array(Methods.all.map { $0.declaration.json }),
    "x-notifications": [
      [
        "name": "progress",
        "summary": "What happens to a request that asked with `progress`; tenantd sends it.",
        "params": Schema.either(Methods.all.compactMap { $0.declaration.progress }).json(),
      ]
    ],
    "components": [
      "errors": .object(JSONObject(ErrorKind.all.map { ($0.name, $0.openRPC) }))
    ],
  ]
}

extension Declaration {
  fileprivate var json: JSON {
    let kinds = ["invalid_params"] + errors
    return [
      "name": .string(name), "paramStructure": "by-name", "summary": .string(summary),
      "params": .array(parameters.map(\.json)),
      "result": ["name": .string(result.name), "schema": result.schema.json()],
      "errors": .array(kinds.map { ["$ref": .string("#/components/errors/\($0)")] }),
    ]
  }
}

extension Parameter {
  fileprivate var json: JSON {
    var body: JSONObject = [
      "name": .string(name), "description": .string(meaning), "schema": schema.json(),
    ]
    if isRequired { body["required"] = true }
    return .object(body)
  }
}

extension ErrorKind {
  /// An error object of OpenRPC: its message is no Markdown.
  fileprivate var openRPC: JSON {
    let message = when.split(separator: "`", omittingEmptySubsequences: false).joined()
    return [
      "code": .integer(Int64(code)), "message": .string(message), "data": ["kind": .string(name)],
    ]
  }
}
