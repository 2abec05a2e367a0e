// The agent's `note`: why the pool cannot be kept, for everybody on the bench.

import JSONRPC
import Tenancy

extension PoolFailure {
  init?(_ json: JSON?) {
    guard let json, let reason = json["reason"]?.string else { return nil }
    self.init(
      reason: reason, at: json["at"]?.string ?? "", tries: Int(json["tries"]?.integer ?? 1))
  }

  /// As it stands in `status` and in the bench.
  public var json: JSON {
    ["reason": .string(reason), "at": .string(at), "tries": .integer(Int64(tries))]
  }
}

extension Agent {
  /// Keeps in the bench why its pool cannot be kept; nil: it can.
  public func note(_ failure: PoolFailure?) async throws(BenchError) {
    _ = try await session.call("note", ["failure": failure?.json ?? .null])
  }
}
