// `rpc.discover`: the methods of this program as an OpenRPC document.

import JSONRPC

enum Discovery {
  /// The document of `openrpc.json`, with this program's version.
  static let document: JSON = {
    guard case .object(var document) = try? JSON(parsing: PackageResources.openrpc_json) else {
      return .null
    }
    if var info = document["info"]?.object {
      info["version"] = .string(version)
      document["info"] = .object(info)
    }
    return .object(document)
  }()
}
