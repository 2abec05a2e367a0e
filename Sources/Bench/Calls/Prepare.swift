// The agent's `prepare`: a whole site without a name, and what it tells meanwhile.

import JSONRPC
import Tenancy

extension Agent {
  /// A step event of a running job: `step` 1…5, `state` `started`, `done` or `warning`.
  public struct StepEvent: Sendable {
    public let step: Int
    public let state: String
    public let message: String?

    init(_ json: JSON) {
      step = Int(json["step"]?.integer ?? 0)
      state = json["state"]?.string ?? ""
      message = json["message"]?.string
    }
  }

  public typealias Progress = @Sendable (StepEvent) -> Void

  public struct Warning: Sendable, Equatable {
    public let kind: String
    public let message: String

    static func list(_ json: JSON) -> [Warning] {
      (json["warnings"]?.array ?? []).map {
        Warning(kind: $0["kind"]?.string ?? "", message: $0["message"]?.string ?? "")
      }
    }
  }

  /// A whole, unnamed site for a job: a standby, a copy, or a new installation.
  ///
  /// - Parameters:
  ///   - workspace: What is asked for of country, currency and the like.
  ///   - awaitingTemplate: Whether this process is about to make the template that the bench may
  ///     lack, so that it is worth a wait. One that is being made is always waited for.
  public func prepare(
    job: String, workspace: Workspace, awaitingTemplate: Bool, timeout: Double,
    progress: @escaping Progress
  ) async throws(BenchError) -> Prepared {
    var params: JSONObject = [
      "job": .string(job), "awaitTemplate": .bool(awaitingTemplate), "timeout": .double(timeout),
    ]
    params["profile"] = workspace.profile
    let answer = try await session.call("prepare", params, job: job) { progress(StepEvent($0)) }
    return Prepared(
      hidden: answer["hidden"]?.string ?? "",
      path: answer["path"]?.string.flatMap(SitePath.init(rawValue:)) ?? .install,
      profile: answer["profile"]?.string)
  }
}
