// The agent's `template`: what standbys and new sites are copies of.

import JSONRPC

extension Agent {
  /// Seconds.
  private static let templateLimit = 1800.0

  /// Makes the template of the bench's build with its own installer, unless another tenantd is at
  /// it.
  public func makeTemplate(
    job: String, progress: @escaping Progress = { _ in }
  ) async throws(BenchError) {
    let params: JSONObject = ["job": .string(job), "timeout": .double(Self.templateLimit)]
    _ = try await session.call("template", params, job: job) { progress(StepEvent($0)) }
  }
}
