// The bench as a whole, as the agent tells it.

import JSONRPC
import Tenancy

/// The bench as a whole.
public struct BenchOverview: Sendable, Equatable {
  /// How many sites of tenantd's are in which state.
  public let counts: [String: Int]
  /// Standbys that this session's hot children hold, ready for anybody.
  public let ready: Int
  /// Whether the bench has a template of its build.
  public let hasTemplate: Bool
  /// Why the bench's pool could not be kept when somebody tried last.
  public let poolFailure: PoolFailure?
  /// Nil while the session's connection to the database stands; else its trouble.
  public let database: BenchError?
  /// The database server's own version string, while connected.
  public let databaseVersion: String?
  /// Whether the first connection is still being made.
  public let isConnecting: Bool

  init(_ json: JSON) {
    let members = json["counts"]?.object?.members ?? []
    counts = Dictionary(
      members.map { ($0.key, Int($0.value.integer ?? 0)) }, uniquingKeysWith: { $1 })
    ready = Int(json["ready"]?.integer ?? 0)
    hasTemplate = json["template"]?.bool ?? false
    poolFailure = PoolFailure(json["failure"])
    let state = json["database"]
    databaseVersion = state?["version"]?.string
    isConnecting = state?["state"]?.string == "connecting"
    database = state?["error"].map { error in
      BenchError.refused(
        kind: error["data"]?["kind"]?.string ?? "database_unavailable",
        reason: error["message"]?.string ?? "The database did not answer.", site: nil)
    }
  }
}
