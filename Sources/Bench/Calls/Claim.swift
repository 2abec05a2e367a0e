// The agent's `claim`: the signup itself, in a site that is whole.

import JSONRPC
import Tenancy

extension Agent {
  /// The owner's credentials, told once, and what the workspace is.
  public struct Keys: Sendable {
    public let user: String
    public let apiKey: Secret
    public let apiSecret: Secret
    /// The password, where tenantd made it: nobody else knows it.
    public var password: Secret?
    /// What the workspace is, as the answer of `provision` has it.
    public let setup: JSON
    public let roles: [String]
    public let login: Login?
    /// Of a tenant that was there already: the one that it has by now.
    public let plan: Plan?
    /// What the bench had no place for: a kind and a sentence each.
    public let warnings: [Warning]

    init(_ json: JSON) {
      user = json["user"]?.string ?? ""
      apiKey = Secret(json["apiKey"]?.string ?? "")
      apiSecret = Secret(json["apiSecret"]?.string ?? "")
      setup = json["setup"] ?? ["state": "wizard"]
      roles = (json["roles"]?.array ?? []).compactMap(\.string)
      login = Login(json["login"])
      plan = json["plan"].flatMap(Plan.init)
      warnings = Warning.list(json)
    }
  }

  /// The signup itself: owner, settings and keys in one transaction, the name, the commit.
  ///
  /// - Parameters:
  ///   - hidden: The site that `prepare` has made.
  ///   - url: Where the tenant will answer.
  public func claim(
    job: String, hidden: String, order: Order, url: String, password: Secret, timeout: Double,
    progress: @escaping Progress
  ) async throws(BenchError) -> Keys {
    var params: JSONObject = [
      "job": .string(job), "hidden": .string(hidden), "site": .string(order.site),
      "url": .string(url), "organization": .string(order.organization),
      "fullName": .string(order.fullName), "owner": .string(order.owner),
      "password": .string(password.revealed), "plan": order.plan.json,
      "timeout": .double(timeout),
    ]
    params["idempotencyKey"] = order.idempotencyKey.map { .string($0) }
    params["companyName"] = order.workspace[.companyName].map { .string($0) }
    params["abbreviation"] = order.workspace[.abbreviation].map { .string($0) }
    params["asked"] = order.workspace.asked.map { .string($0) }
    params["login"] = order.login?.json
    return Keys(try await session.call("claim", params, job: job) { progress(StepEvent($0)) })
  }
}
