// `login`: a link that logs a user of a tenant in once.

import Bench
import JSONRPC
import Tenancy

struct LoginMethod: Method {
  private static let user = Parameter(
    name: "user", schema: .string(lengths: 1...140),
    meaning: "An enabled user of that site; absent: the owner.")
  private static let expires = Parameter(
    name: "expires", schema: .number(LoginWish.expires),
    meaning: "Seconds that the link works for; absent: 60.")

  static let declaration = Declaration(
    name: "login", summary: "Makes a link that logs a user of a tenant in once.",
    parameters: [.site, user, expires, .timeout],
    result: (
      "login",
      .object(
        [
          .always("url", .string, "Whoever has it is the user."), .always("user", .string),
          .always("expires", .string),
        ], isClosed: true)
    ),
    errors: ["suspended"] + TenantOperation.errors)

  private let site: String
  private let user: String?
  private let expires: Int
  private let timeout: Double

  init(_ parameters: inout Parameters, _ configuration: Configuration) {
    site = parameters.string(.site) ?? ""
    user = parameters.string(Self.user)
    expires =
      parameters.number(Self.expires, unit: "seconds").map { Int($0) }
      ?? LoginWish().expires
    timeout = parameters.number(.timeout, unit: "seconds") ?? configuration.rules.timeout.seconds
  }

  func handle(_ call: Call) -> Handling {
    .task { () throws(RPCError) in
      let service = call.service
      let url = service.configuration.address.url(of: site)
      return try await TenantOperation(service: service, site: site).answer {
        job throws(BenchError) in
        try await service.agent.login(
          job: job, site: site, url: url, user: user, expires: expires,
          administrator: service.configuration.loginAdministrator, timeout: timeout)
      }.json
    }
  }
}
