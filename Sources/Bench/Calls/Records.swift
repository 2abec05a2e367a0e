// The domain's records as the agent tells and takes them.

import JSONRPC
import Tenancy

extension Tenant {
  init?(_ json: JSON) {
    guard let site = json["site"]?.string, let state = json["state"]?.string else { return nil }
    // A state of a later version is nothing to work with.
    let known = TenantState(rawValue: state)
    self.init(
      site: site, state: known ?? .broken,
      isMadeByTenantd: json["made"]?.bool ?? false, isOwn: json["own"]?.bool ?? true,
      reason: json["reason"]?.string, of: json["of"]?.string)
    if known == nil { reason = "Its state is “\(state)”, which is none." }
    owner = json["owner"]?.string
    organization = json["organization"]?.string
    plan = json["plan"].flatMap(Plan.init)
    orderedPlan = json["ordered"]?.string
    suspension = json["suspended"].flatMap(Suspension.init)
    // Whoever works on it finds it as whole as an active one.
    if self.state == .active, suspension != nil { self.state = .suspended }
    asked = json["asked"]?.string
    created = json["created"]?.string
    warnings = (json["warnings"]?.array ?? []).compactMap(\.string)
  }
}

extension Plan {
  /// What a record lacks, or has of another kind, is unlimited.
  init?(_ json: JSON) {
    guard let name = json["name"]?.string else { return nil }
    func limit(_ json: JSON?) -> Int? { json?.double.flatMap { Int(exactly: $0.rounded()) } }
    self.init(name: name, users: limit(json["users"]), storageGB: limit(json["storageGB"]))
    for (name, value) in json["limits"]?.object?.members ?? [] {
      limits[name] = .some(limit(value))
    }
  }

  /// As a record of the bench and an answer have it.
  public var json: JSON {
    func json(_ limit: Int?) -> JSON { limit.map { .integer(Int64($0)) } ?? .null }
    let further = limits.sorted { $0.key < $1.key }.map { ($0.key, json($0.value)) }
    return [
      "name": .string(name), "users": json(users), "storageGB": json(storageGB),
      "limits": .object(JSONObject(further)),
    ]
  }
}

extension Suspension {
  /// One of a mode that a later version has stops all.
  init?(_ json: JSON) {
    guard let mode = json["mode"]?.string else { return nil }
    self.init(
      mode: Mode(rawValue: mode) ?? .blocked, reason: json["reason"]?.string,
      since: json["since"]?.string ?? "")
  }
}

extension Workspace {
  /// What the agent is told of it before there is a site; nil where nothing is asked for.
  var profile: JSON? {
    let told = Self.profileFields.compactMap { field in
      self[field].map { (field.rawValue, JSON.string($0)) }
    }
    return told.isEmpty ? nil : .object(JSONObject(told))
  }
}

extension LoginWish {
  var json: JSON {
    var wish: JSONObject = ["expires": .integer(Int64(expires))]
    wish["path"] = path.map { .string($0) }
    return .object(wish)
  }
}
