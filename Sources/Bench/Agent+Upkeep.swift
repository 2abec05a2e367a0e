// The agent's methods for upkeep and for looking: drop, reconcile, verify, HTTP.

import JSONRPC

extension Agent {
  /// Something that a reconciliation found.
  public struct Remnant: Sendable, Equatable {
    /// `site`, `folder`, `file`, `database` or `database_user`.
    public let kind: String
    public let name: String
    /// Why it could not be removed; nil when it was.
    public let reason: String?

    init(_ json: JSON) {
      kind = json["kind"]?.string ?? ""
      name = json["name"]?.string ?? ""
      reason = json["reason"]?.string
    }
  }

  /// One check of a tenant: `step` is `site`, `app`, `owner`, `settings` or `keys`.
  public struct Check: Sendable, Equatable {
    public let step: String
    public let isOK: Bool
    public let detail: String
  }

  /// Drops a site. The master site is never dropped, and a site that tenantd did not make only
  /// with `force`.
  public func drop(
    job: String, site: String, force: Bool, master: String?, timeout: Double
  ) async throws(BenchError) {
    var params: JSONObject = [
      "job": .string(job), "site": .string(site), "force": .bool(force),
      "timeout": .double(timeout),
    ]
    params["master"] = master.map { .string($0) }
    _ = try await session.call("drop", params, job: job)
  }

  /// Drops what dead provisions left; with `orphans`, also databases and users that no site names.
  /// - Returns: what was removed (or, on a dry run, would be), and what could not be.
  public func reconcile(
    job: String, orphans: Bool, dryRun: Bool, timeout: Double
  ) async throws(BenchError) -> (dropped: [Remnant], failed: [Remnant]) {
    let answer = try await session.call(
      "reconcile",
      [
        "job": .string(job), "orphans": .bool(orphans), "dryRun": .bool(dryRun),
        "timeout": .double(timeout),
      ], job: job)
    func remnants(_ key: String) -> [Remnant] { (answer[key]?.array ?? []).map(Remnant.init) }
    return (remnants("dropped"), remnants("failed"))
  }

  /// Reads the five steps of a provision back from the site.
  public func verify(
    site: String, email: String, plan: Plan, apiKey: Secret, timeout: Double
  ) async throws(BenchError) -> [Check] {
    let answer = try await session.call(
      "verify",
      [
        "site": .string(site), "email": .string(email), "plan": plan.json,
        "apiKey": .string(apiKey.revealed), "timeout": .double(timeout),
      ])
    return (answer["checks"]?.array ?? []).map {
      Check(
        step: $0["step"]?.string ?? "", isOK: $0["ok"]?.bool ?? false,
        detail: $0["detail"]?.string ?? "")
    }
  }

  /// The apps of the bench that cannot be imported, each with why.
  public func brokenApps(timeout: Double) async throws(BenchError) -> [(
    app: String, reason: String
  )] {
    let answer = try await session.call("imports", ["timeout": .double(timeout)])
    return (answer["failed"]?.array ?? []).map {
      ($0["app"]?.string ?? "", $0["reason"]?.string ?? "")
    }
  }

  /// One GET to the bench's web server (`http://…` as seen from the bench) or straight to its
  /// application (`wsgi:`), with the site's name as Host and, where given, API keys.
  /// - Returns: the status and the JSON answer's `message`, when it is text.
  public func request(
    url: String, site: String, path: String, apiKey: Secret?, apiSecret: Secret?, timeout: Double
  ) async throws(BenchError) -> (status: Int, message: String?) {
    var params: JSONObject = [
      "url": .string(url), "site": .string(site), "path": .string(path),
      "timeout": .double(timeout),
    ]
    params["apiKey"] = apiKey.map { .string($0.revealed) }
    params["apiSecret"] = apiSecret.map { .string($0.revealed) }
    let answer = try await session.call("http", params)
    return (Int(answer["status"]?.integer ?? 0), answer["message"]?.string)
  }
}
