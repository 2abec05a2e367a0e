// The agent's `standby`: a finished site that a hot child holds.

import JSONRPC

extension Agent {
  /// Seconds.
  private static let standbyLimit = 300.0

  /// Makes a standby and has a hot child hold it: the one named, which an earlier session left, or
  /// a new copy, as long as the bench has fewer than `size` of its profile.
  ///
  /// - Parameter profile: The id of one that the bench has a template of; nil: the operator's.
  public func makeStandby(
    job: String, adopting hidden: String?, profile: String? = nil, size: Int
  ) async throws(BenchError) {
    var params: JSONObject = [
      "job": .string(job), "size": .integer(Int64(size)), "timeout": .double(Self.standbyLimit),
    ]
    params["hidden"] = hidden.map { .string($0) }
    params["profile"] = profile.map { .string($0) }
    _ = try await session.call("standby", params, job: job)
  }
}
