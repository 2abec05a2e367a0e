// The agent's methods for the standby pool: survey, template, standby, and the note of a failure.

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
  /// Seconds that a template may take, and a standby.
  private static let templateLimit = 1800.0
  private static let standbyLimit = 300.0

  /// The pool as it is on the whole bench.
  public struct PoolSurvey: Sendable, Equatable {
    /// The finished template of the bench's build, if there is one.
    public let template: String?
    /// Why that one cannot be copied, so that new sites are installed; a sentence.
    public let uncopyable: String?
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
    /// What kept whoever tried last from keeping the pool.
    public let failure: PoolFailure?
    /// Whether the bench's own config puts all of its sites into maintenance.
    public let isInMaintenance: Bool

    init(_ json: JSON) {
      func names(_ key: String) -> [String] { (json[key]?.array ?? []).compactMap(\.string) }
      (template, uncopyable) = (json["template"]?.string, json["uncopyable"]?.string)
      isBuilding = json["building"]?.bool ?? false
      standbys = Int(json["standbys"]?.integer ?? 0)
      (mine, adoptable, stale) = (names("mine"), names("adoptable"), names("stale"))
      failure = PoolFailure(json["failure"])
      isInMaintenance = json["maintenance"]?.bool ?? false
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
  public func makeTemplate(
    job: String, progress: @escaping Progress = { _ in }
  ) async throws(BenchError) {
    let params: JSONObject = ["job": .string(job), "timeout": .double(Self.templateLimit)]
    _ = try await session.call("template", params, job: job) { progress(StepEvent($0)) }
  }

  /// Makes a standby and has a hot child hold it: the one named, which an earlier session left, or
  /// a new copy, as long as the bench has fewer than `size`.
  public func makeStandby(
    job: String, adopting hidden: String?, size: Int
  ) async throws(BenchError) {
    var params: JSONObject = [
      "job": .string(job), "size": .integer(Int64(size)), "timeout": .double(Self.standbyLimit),
    ]
    params["hidden"] = hidden.map { .string($0) }
    _ = try await session.call("standby", params, job: job)
  }

  /// Keeps in the bench why its pool cannot be kept; nil: it can.
  public func note(_ failure: PoolFailure?) async throws(BenchError) {
    _ = try await session.call("note", ["failure": failure?.json ?? .null])
  }
}
