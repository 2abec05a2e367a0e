// The agent's `overview`: the bench at a glance.

import JSONRPC

extension Agent {
  /// The bench at a glance.
  public func overview() async throws(BenchError) -> BenchOverview {
    BenchOverview(try await session.call("overview", [:]))
  }
}
