// The agent's `identity`: what proves which bench this is, and what a person decides about it.

import JSONRPC

extension Agent {
  /// What a person says of a bench whose identity is not proven.
  public enum IdentityChange: String, Sendable {
    /// It is a copy, and becomes a bench of its own.
    case new
    /// It is the bench, at another place or from a backup, and keeps its tenants.
    case keep
  }

  /// Which bench a folder is.
  public struct Identity: Sendable, Equatable {
    /// Eight hexadecimal digits; nil where the folder's file is gone.
    public let id: String?
    public let folder: String
    /// Why it is not proven; nil when it is.
    public let doubt: String?
    /// Every bench that tenantd has served on the database server, a line each.
    public let benches: [String]

    init(_ json: JSON) {
      id = json["id"]?.string
      folder = json["folder"]?.string ?? ""
      doubt = json["why"]?.string
      benches = (json["benches"]?.array ?? []).compactMap(\.string)
    }
  }

  /// Proves the bench's identity, after `change` where a person has said so.
  public func identity(_ change: IdentityChange? = nil) async throws(BenchError) -> Identity {
    var params: JSONObject = ["timeout": .double(60)]
    params["take"] = change.map { .string($0.rawValue) }
    return Identity(try await session.call("identity", params))
  }
}
