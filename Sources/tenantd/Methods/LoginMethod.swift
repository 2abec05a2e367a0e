// `login`: a link that logs a user of a tenant in once.

import Bench
import JSONRPC
import Tenancy

/// One decoded and checked request.
struct LoginMethod: Sendable {
  let site: String
  let user: String?
  let expires: Int
  /// Seconds for the bench's answer.
  private static let limit = 30.0

  /// - Throws: `invalid_params` with every fault of every field.
  init(_ parameters: inout Parameters) throws(RPCError) {
    let given = parameters.string("site")
    user = parameters.string("user")
    expires = parameters.expires("expires") ?? LoginWish().expires
    if given?.isEmpty ?? parameters.errors.isEmpty { parameters.refuse("site", "must be given") }
    try parameters.finish()
    site = given ?? ""
  }

  func run(_ service: Service) async throws(RPCError) -> JSON {
    let configuration = service.configuration
    do throws(BenchError) {
      try await service.session.restored()
      let login = try await service.agent.login(
        job: randomHex(bytes: 16), site: site, url: configuration.address.url(of: site),
        user: user, expires: expires, administrator: configuration.loginAdministrator,
        timeout: Self.limit)
      return login.json
    } catch {
      throw error.failure(at: nil, site: site).rpcError
    }
  }
}

extension Agent.Login {
  /// As the answers of `provision` and `login` have it.
  var json: JSON {
    var body: JSONObject = ["url": .string(url.revealed), "expires": .string(expires)]
    body["user"] = user.map { .string($0) }
    return .object(body)
  }
}

extension Parameters {
  /// `true`, or an object with `expires`; `false` is nothing.
  mutating func login(_ field: String) -> LoginWish? {
    let reason = "must be true, false or an object with expires (1 to 600 seconds)"
    let wish: LoginWish?? = take(field, reason) { value in
      if let flag = value.bool { return .some(flag ? LoginWish() : nil) }
      guard let object = value.object, object.members.allSatisfy({ $0.key == "expires" }) else {
        return nil
      }
      guard let given = object["expires"] else { return .some(LoginWish()) }
      guard let number = given.integer, LoginWish.expires ~= Int(clamping: number) else {
        return nil
      }
      return .some(LoginWish(expires: Int(number)))
    }
    return wish ?? nil
  }

  /// Seconds that a link may work for.
  mutating func expires(_ field: String) -> Int? {
    guard let number = number(field) else { return nil }
    guard let seconds = Int(exactly: number), LoginWish.expires ~= seconds else {
      refuse(field, "must be a whole number of seconds from 1 to 600")
      return nil
    }
    return seconds
  }
}
