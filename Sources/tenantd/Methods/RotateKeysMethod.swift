// `rotateKeys`: new API keys for a user of a tenant.

import Bench
import JSONRPC
import Tenancy

struct RotateKeysMethod: Method {
  private static let user = Parameter(
    name: "user", schema: .string(lengths: 1...140), meaning: "Absent: the owner.")

  static let declaration = Declaration(
    name: "rotateKeys", summary: "Gives a user of a tenant new API keys; the old ones end.",
    parameters: [.site, user, .timeout],
    result: (
      "keys",
      .object(
        [
          .always("site", .string), .always("user", .string),
          .always("apiKey", .string(pattern: "^[0-9a-f]{64}$")),
          .always("apiSecret", .string(pattern: "^[0-9a-f]{64}$")), .always("seconds", .number),
        ], isClosed: true)
    ),
    errors: TenantOperation.errors)

  private let site: String
  private let user: String?
  private let timeout: Double

  init(_ parameters: inout Parameters, _ configuration: Configuration) {
    site = parameters.string(.site) ?? ""
    user = parameters.string(Self.user)
    timeout = parameters.number(.timeout, unit: "seconds") ?? configuration.rules.timeout.seconds
  }

  func handle(_ call: Call) -> Handling {
    TenantOperation.handle(call, site) { agent, job throws(BenchError) in
      try await agent.rotateKeys(job: job, site: site, user: user, timeout: timeout)
    } answer: { keys in
      [
        "user": .string(keys.user), "apiKey": .string(keys.apiKey.revealed),
        "apiSecret": .string(keys.apiSecret.revealed),
      ]
    }
  }
}
