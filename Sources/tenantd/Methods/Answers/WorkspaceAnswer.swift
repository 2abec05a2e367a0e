// What `provision` takes and tells of a workspace and of a login.

import Bench
import JSONRPC
import Tenancy

extension Workspace {
  /// In the order of its fields; what they may be, the domain and the bench know.
  static let parameters: [Parameter] = Field.allCases.map { field in
    let (meaning, longest) = field.wire
    return Parameter(
      name: field.rawValue, schema: .string(lengths: 1...longest), meaning: meaning)
  }

  /// The member `setup` of the answer.
  static let setup = Schema.object(
    [.always("state", .oneOf(["done", "wizard"]))]
      + [
        "company", "abbreviation", "country", "currency", "language", "timeZone",
        "chartOfAccounts", "fiscalYear",
      ].map { .maybe($0, .string) }, isClosed: true)
}

extension Workspace.Field {
  /// What a parameter means, and how many characters it may have.
  fileprivate var wire: (meaning: String, longest: Int) {
    switch self {
    case .country: ("ISO 3166-1 alpha-2, or Frappe's own name; absent: TENANTD_COUNTRY.", 140)
    case .currency: ("ISO 4217; absent: the country's.", 140)
    case .language: ("BCP 47; absent: TENANTD_LANGUAGE.", 140)
    case .timeZone: ("IANA; absent: the country's.", 140)
    case .chartOfAccounts:
      ("One of the country's; absent: the first that ERPNext's wizard offers.", 140)
    case .fiscalYearStart: ("MM-DD; absent: the country's.", 140)
    case .companyName: ("Absent: organizationName.", 140)
    case .abbreviation: ("The company's; absent: its initials.", 10)
    }
  }
}

extension LoginWish {
  static let parameter = Parameter(
    name: "login",
    schema: .either([
      .boolean,
      .object(
        [.maybe("expires", .integer(expires)), .maybe("path", .string(lengths: 1...2000))],
        isClosed: true),
    ]),
    meaning: "Whether the answer is to hold a link that logs the owner in once.")
}

extension Parameters {
  /// `true`, or an object with `expires` and `path`; `false` is nothing.
  mutating func login() -> LoginWish? {
    let reason = "must be true, false, or an object with expires, 1 to 600 seconds, and path"
    let wish: LoginWish?? = read(LoginWish.parameter, reason) { value -> LoginWish?? in
      if let flag = value.bool { return .some(flag ? LoginWish() : nil) }
      guard let object = value.object,
        object.members.allSatisfy({ ["expires", "path"].contains($0.key) })
      else { return nil }
      var wish = LoginWish()
      if let given = object["expires"] {
        guard let number = given.integer, LoginWish.expires ~= Int(clamping: number) else {
          return nil
        }
        wish.expires = Int(number)
      }
      if let given = object["path"] {
        guard let path = given.string, 1...2000 ~= path.unicodeScalars.count else { return nil }
        wish.path = path
      }
      return .some(wish)
    }
    return wish ?? nil
  }
}

extension Agent.Login {
  /// In the answer of `provision`, which names the user itself.
  static let schema = Schema.object(
    [
      .always("url", .string, "It works once. Whoever has it is the user."),
      .always("expires", .string),
    ], isClosed: true)

  /// As the answers of `provision` and `login` have it.
  var json: JSON {
    var body: JSONObject = ["url": .string(url.revealed), "expires": .string(expires)]
    body["user"] = user.map { .string($0) }
    return .object(body)
  }
}
