// The agent's `imports`: which of the bench's apps cannot be imported.

import JSONRPC

extension Agent {
  /// The apps of the bench that cannot be imported, each with why.
  public func brokenApps(timeout: Double) async throws(BenchError) -> [(
    app: String, reason: String
  )] {
    let answer = try await session.call("imports", ["timeout": .double(timeout)])
    return (answer["failed"]?.array ?? []).map {
      ($0["app"]?.string ?? "", $0["reason"]?.string ?? "")
    }
  }
}
