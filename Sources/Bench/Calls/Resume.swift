// The agent's `resume`: a suspended tenant goes on as it was.

import JSONRPC

extension Agent {
  /// Puts back what was there before. Once begun it is finished, by a later session if need be.
  ///
  /// - Parameter timeout: seconds, within the bench.
  public func resume(
    job: String, site: String, timeout: Double
  ) async throws(BenchError) -> Change {
    Change(
      try await session.call(
        "resume", ["job": .string(job), "site": .string(site), "timeout": .double(timeout)],
        job: job))
  }
}
