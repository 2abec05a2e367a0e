// The agent's `overview`: the bench as a whole.

import JSONRPC

extension Agent {
  /// The bench as a whole.
  public func overview() async throws(BenchError) -> BenchOverview {
    BenchOverview(try await session.call("overview", [:]))
  }
}
