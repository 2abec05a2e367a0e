// The agent's methods with types: what a session can be asked, and what it answers.

import JSONRPC

/// The typed face of a session. Every function may throw what `Session.call` throws; times are
/// seconds, and are enforced inside the bench.
public struct Agent: Sendable {
  let session: Session

  public init(session: Session) { self.session = session }

  /// A name, an owner and a request key asked for by a job.
  public enum Reservation: Sendable, Equatable {
    /// They are the job's until `release`.
    case free
    /// The name is a site, or (`busy`) another tenantd on this bench is making it.
    case siteExists(busy: Bool)
    /// The name was a tenant's until a moment ago, and web workers of the bench (Frappe 16) still
    /// hold that one's config; it is free in so many seconds.
    case nameRests(seconds: Int)
    case emailInUse(site: String?)
    /// A tenant was made for this request key.
    case sameKey(BenchSite)
    /// Another tenantd on this bench works on this request key now.
    case keyBusy
  }

  /// What a signup writes into a site.
  public struct Owner: Sendable {
    public var site: String
    public var url: String
    public var organisation: String
    public var fullName: String
    public var email: String
    public var password: Secret
    public var plan: Plan
    /// Kept with the tenant; nil for a request without an idempotency key.
    public var request: String?
    /// What becomes of the company in a site that the wizard was run in, and what is kept of that.
    public var company: Company

    public init(
      site: String, url: String, organisation: String, fullName: String, email: String,
      password: Secret, plan: Plan, request: String?, company: Company
    ) {
      (self.site, self.url, self.organisation) = (site, url, organisation)
      (self.fullName, self.email, self.password) = (fullName, email, password)
      (self.plan, self.request, self.company) = (plan, request, company)
    }
  }

  public struct Plan: Sendable, Equatable {
    public var name: String
    public var users: Int
    public var storageGB: Int

    public init(name: String, users: Int, storageGB: Int) {
      (self.name, self.users, self.storageGB) = (name, users, storageGB)
    }

    var json: JSON {
      [
        "name": .string(name), "users": .integer(Int64(users)),
        "storageGB": .integer(Int64(storageGB)),
      ]
    }
  }

  /// The owner's credentials, told once.
  public struct Keys: Sendable {
    public let user: String
    public let apiKey: Secret
    public let apiSecret: Secret
    /// What the workspace is, as the answer of `provision` has it.
    public let setup: JSON
    public let roles: [String]
    public let login: Login?
    /// What the bench had no place for: a kind and a sentence each.
    public let warnings: [Warning]

    init(_ json: JSON) {
      user = json["user"]?.string ?? ""
      apiKey = Secret(json["apiKey"]?.string ?? "")
      apiSecret = Secret(json["apiSecret"]?.string ?? "")
      setup = json["setup"] ?? ["state": "wizard"]
      roles = (json["roles"]?.array ?? []).compactMap(\.string)
      login = Login(json["login"])
      warnings = Warning.list(json)
    }
  }

  public struct Warning: Sendable, Equatable {
    public let kind: String
    public let message: String

    static func list(_ json: JSON) -> [Warning] {
      (json["warnings"]?.array ?? []).map {
        Warning(kind: $0["kind"]?.string ?? "", message: $0["message"]?.string ?? "")
      }
    }
  }

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

  /// Takes a name for a job, if neither the bench nor another tenantd has it.
  public func reserve(
    job: String, site: String, owner: String, request: String?, uniqueEmail: Bool
  ) async throws(BenchError) -> Reservation {
    var params: JSONObject = [
      "job": .string(job), "site": .string(site), "owner": .string(owner),
      "uniqueEmail": .bool(uniqueEmail),
    ]
    params["request"] = request.map { .string($0) }
    let answer = try await session.call("reserve", params, job: job)
    let busy = answer["busy"]?.bool ?? false
    switch answer["state"]?.string {
    case "free": return .free
    case "site_exists": return .siteExists(busy: busy)
    case "name_rests": return .nameRests(seconds: Int(answer["seconds"]?.integer ?? 0))
    case "email_in_use": return .emailInUse(site: answer["site"]?.string)
    case "busy": return .keyBusy
    case "same_key":
      if let site = answer["record"].flatMap(BenchSite.init) { return .sameKey(site) }
      fallthrough
    default: throw .unreachable(reason: "The agent's answer to reserve was not understood.")
    }
  }

  /// Lets go of what a job has reserved. A lost session has let go already.
  public func release(job: String) async {
    guard await session.facts != nil else { return }
    _ = try? await session.call("release", ["job": .string(job)])
  }

  /// A whole, unnamed site for a job: a standby, a copy, or a new installation.
  ///
  /// - Parameters:
  ///   - profile: What is asked for of country, currency and the like, by name.
  ///   - awaitingTemplate: Whether this process is about to make the template that the bench may
  ///     lack, so that it is worth a wait. One that is being made is always waited for.
  /// - Returns: its hidden name, `standby`, `copy` or `install`, and warnings for apps that the
  ///   bench does not have.
  public func prepare(
    job: String, profile: JSONObject?, awaitingTemplate: Bool, timeout: Double,
    progress: @escaping Progress
  ) async throws(BenchError) -> (hidden: String, path: String, warnings: [Warning]) {
    var params: JSONObject = [
      "job": .string(job), "awaitTemplate": .bool(awaitingTemplate), "timeout": .double(timeout),
    ]
    params["profile"] = profile.map { .object($0) }
    let answer = try await session.call("prepare", params, job: job) { progress(StepEvent($0)) }
    return (
      answer["hidden"]?.string ?? "", answer["path"]?.string ?? "", Warning.list(answer)
    )
  }

  /// The signup itself: owner, settings and keys in one transaction, the name, the commit.
  public func claim(
    job: String, hidden: String, owner: Owner, timeout: Double, progress: @escaping Progress
  ) async throws(BenchError) -> Keys {
    var params: JSONObject = [
      "job": .string(job), "hidden": .string(hidden), "site": .string(owner.site),
      "url": .string(owner.url), "organisation": .string(owner.organisation),
      "fullName": .string(owner.fullName),
      "email": .string(owner.email), "password": .string(owner.password.revealed),
      "plan": owner.plan.json, "timeout": .double(timeout),
    ]
    params["request"] = owner.request.map { .string($0) }
    owner.company.add(to: &params)
    return Keys(try await session.call("claim", params, job: job) { progress(StepEvent($0)) })
  }

  /// New keys for a tenant's owner.
  public func reissue(
    job: String, site: String, url: String, email: String, loginExpires: Int?, timeout: Double
  ) async throws(BenchError) -> Keys {
    var params: JSONObject = [
      "job": .string(job), "site": .string(site), "url": .string(url), "email": .string(email),
      "timeout": .double(timeout),
    ]
    params["login"] = Company(loginExpires: loginExpires).login
    return Keys(try await session.call("reissue", params, job: job))
  }

  /// Drops whatever a job made, under whichever name; succeeds when that is nothing.
  public func undo(job: String, timeout: Double) async throws(BenchError) {
    let params: JSONObject = ["job": .string(job), "timeout": .double(timeout)]
    _ = try await session.call("undo", params, job: job)
  }

  /// All sites, or one if it is there.
  public func sites(_ site: String? = nil) async throws(BenchError) -> [BenchSite] {
    let answer = try await session.call("sites", site.map { ["site": .string($0)] } ?? [:])
    return (answer["sites"]?.array ?? []).compactMap(BenchSite.init)
  }

  /// The bench at a glance.
  public func overview() async throws(BenchError) -> BenchOverview {
    BenchOverview(try await session.call("overview", [:]))
  }
}
