// The agent's `undo`: what a job made is gone.

import JSONRPC

extension Agent {
  /// Drops whatever a job made, under whichever name; succeeds when that is nothing.
  public func undo(job: String, timeout: Double) async throws(BenchError) {
    let params: JSONObject = ["job": .string(job), "timeout": .double(timeout)]
    _ = try await session.call("undo", params, job: job)
  }
}
