// The agent's `claim`: the signup itself, in a site that is whole.

import JSONRPC

extension Agent {
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

  /// A plan and its limits; nil is unlimited.
  public struct Plan: Sendable, Equatable {
    public var name: String
    public var users: Int?
    public var storageGB: Int?
    public var limits: [String: Int?]

    public init(name: String, users: Int?, storageGB: Int?, limits: [String: Int?]) {
      (self.name, self.users, self.storageGB) = (name, users, storageGB)
      self.limits = limits
    }

    var json: JSON {
      func json(_ limit: Int?) -> JSON { limit.map { .integer(Int64($0)) } ?? .null }
      return [
        "name": .string(name), "users": json(users), "storageGB": json(storageGB),
        "limits": .object(
          JSONObject(limits.sorted { $0.key < $1.key }.map { ($0.key, json($0.value)) })),
      ]
    }
  }

  /// Beside the owner: the company, and what the answer is to hold.
  public struct Company: Sendable {
    /// The organisation's name unless told.
    public var name: String?
    /// The initials unless told.
    public var abbreviation: String?
    /// Kept with the tenant, to be compared with a repetition.
    public var asked: String?
    /// For how many seconds a link is to log the owner in; nil: no link.
    public var loginExpires: Int?

    public init(
      name: String? = nil, abbreviation: String? = nil, asked: String? = nil,
      loginExpires: Int? = nil
    ) {
      (self.name, self.abbreviation) = (name, abbreviation)
      (self.asked, self.loginExpires) = (asked, loginExpires)
    }

    var login: JSON? { loginExpires.map { ["expires": .integer(Int64($0))] } }

    func add(to params: inout JSONObject) {
      params["companyName"] = name.map { .string($0) }
      params["abbreviation"] = abbreviation.map { .string($0) }
      params["asked"] = asked.map { .string($0) }
      params["login"] = login
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
    /// Of a tenant that was there already: the one that it has by now.
    public let plan: JSON?
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
      plan = json["plan"]
      warnings = Warning.list(json)
    }
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
}
