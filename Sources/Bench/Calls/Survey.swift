// The agent's `survey`: the pool as it is on the whole bench.

import JSONRPC
import Tenancy

extension Agent {
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
    /// The id of the operator's profile, when there is one: the sites above are of that.
    public let profile: String?
    /// The other profiles that have a template.
    public let others: [StandbyPool.Share]
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
      profile = json["profile"]?.string
      others = (json["others"]?.array ?? []).map { StandbyPool.Share($0) }
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
}

extension StandbyPool.Share {
  fileprivate init(_ json: JSON) {
    func names(_ key: String) -> [String] { (json[key]?.array ?? []).compactMap(\.string) }
    self.init(
      profile: json["profile"]?.string ?? "", standbys: Int(json["standbys"]?.integer ?? 0),
      mine: names("mine"), adoptable: names("adoptable"))
  }
}
