// The agent's methods for the standby pool: survey, template, standby.

import JSONRPC

extension Agent {
  /// The pool as it is on the whole bench.
  public struct PoolSurvey: Sendable, Equatable {
    /// The finished template of the bench's build, if there is one.
    public let template: String?
    /// Whether some tenantd is making one.
    public let isBuilding: Bool
    /// Standbys of this build, whoever holds them.
    public let standbys: Int
    /// Those that this session's hot children hold, ready for anybody.
    public let mine: [String]
    /// Standbys of this build that no session holds.
    public let adoptable: [String]
    /// Standbys and templates of other builds, and broken ones, that no session holds.
    public let stale: [String]

    init(_ json: JSON) {
      func names(_ key: String) -> [String] { (json[key]?.array ?? []).compactMap(\.string) }
      template = json["template"]?.string
      isBuilding = json["building"]?.bool ?? false
      standbys = Int(json["standbys"]?.integer ?? 0)
      (mine, adoptable, stale) = (names("mine"), names("adoptable"), names("stale"))
    }
  }

  /// Looks at the pool.
  public func survey(job: String, timeout: Double) async throws(BenchError) -> PoolSurvey {
    PoolSurvey(
      try await session.call(
        "survey", ["job": .string(job), "timeout": .double(timeout)], job: job))
  }

  /// Makes the template of the bench's build with its own installer, unless another tenantd is at
  /// it.
  public func makeTemplate(job: String, timeout: Double) async throws(BenchError) {
    _ = try await session.call(
      "template", ["job": .string(job), "timeout": .double(timeout)], job: job)
  }

  /// Makes a standby and has a hot child hold it: the one named, which an earlier session left, or
  /// a new copy, as long as the bench has fewer than `size`.
  public func makeStandby(
    job: String, adopting hidden: String?, size: Int, timeout: Double
  ) async throws(BenchError) {
    var params: JSONObject = [
      "job": .string(job), "size": .integer(Int64(size)), "timeout": .double(timeout),
    ]
    params["hidden"] = hidden.map { .string($0) }
    _ = try await session.call("standby", params, job: job)
  }
}
