// The domain's records as the agent tells and takes them.

import JSONRPC
import Tenancy

extension Tenant {
  init?(_ json: JSON) {
    guard let site = json["site"]?.string, let state = json["state"]?.string else { return nil }
    // A state of a later version is nothing to work with.
    self.init(
      site: site, state: TenantState(rawValue: state) ?? .broken,
      isMadeByTenantd: json["made"]?.bool ?? false, isOwn: json["own"]?.bool ?? true,
      reason: json["reason"]?.string, of: json["of"]?.string)
    if TenantState(rawValue: state) == nil { reason = "Its state is “\(state)”, which is none." }
    owner = json["owner"]?.string
    organization = json["organization"]?.string
    plan = json["plan"].flatMap(Plan.init)
    asked = json["asked"]?.string
    created = json["created"]?.string
    warnings = (json["warnings"]?.array ?? []).compactMap(\.string)
  }
}

extension Plan {
  init?(_ json: JSON) {
    guard let name = json["name"]?.string, let users = json["users"]?.integer,
      let storageGB = json["storageGB"]?.integer
    else { return nil }
    self.init(name: name, users: Int(users), storageGB: Int(storageGB))
  }

  /// As a record of the bench and an answer have it.
  public var json: JSON {
    [
      "name": .string(name), "users": .integer(Int64(users)),
      "storageGB": .integer(Int64(storageGB)),
    ]
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
  var json: JSON { ["expires": .integer(Int64(expires))] }
}
