// The agent's `note`: why the pool cannot be kept, for everybody on the bench.

import JSONRPC

/// Why a pool cannot be kept, as every process on the bench can read it.
public struct PoolFailure: Sendable, Equatable {
  /// One sentence.
  public let reason: String
  /// The last try, in UTC, as RFC 3339.
  public let at: String
  /// How often in succession it has failed.
  public let tries: Int

  public init(reason: String, at: String, tries: Int) {
    (self.reason, self.at, self.tries) = (reason, at, tries)
  }

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
