// `rpc.discover`: the methods of this program as an OpenRPC document.

import JSONRPC

enum Discovery {
  /// The document of `openrpc.json`, with this program's version and kinds of errors.
  static let document: JSON = {
    guard case .object(var document) = try? JSON(parsing: PackageResources.openrpc_json) else {
      return .null
    }
    if var info = document["info"]?.object {
      info["version"] = .string(version)
      document["info"] = .object(info)
    }
    if var components = document["components"]?.object {
      components["errors"] = .object(JSONObject(ErrorKind.all.map { ($0.name, $0.openRPC) }))
      document["components"] = .object(components)
    }
    return .object(document)
  }()
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
