// `suspend`: a tenant stops.

import Bench
import JSONRPC
import Tenancy

struct SuspendMethod: Method {
  private static let mode = Parameter(
    name: "mode", schema: Suspension.Mode.schema,
    meaning: "Whether it can be read; absent: blocked.")
  private static let reason = Parameter(
    name: "reason", schema: .string(lengths: 1...500), meaning: "For the people who see the page.")

  static let declaration = Declaration(
    name: "suspend", summary: "Stops a tenant, or leaves it to be read.",
    parameters: [.site, mode, reason, .timeout],
    result: (
      "suspension",
      .object(
        [
          .always("site", .string), .always("state", .oneOf(["suspended"])),
          .always("mode", Suspension.Mode.schema),
          .maybe("reason", .string), .always("since", .string),
          .always("changed", .boolean), .always("warnings", .array(.string)),
          .always("seconds", .number),
        ], isClosed: true)
    ),
    errors: TenantOperation.errors)

  private let site: String
  private let mode: Suspension.Mode
  private let reason: String?
  private let timeout: Double

  init(_ parameters: inout Parameters, _ configuration: Configuration) {
    site = parameters.string(.site) ?? ""
    mode = parameters.word(Self.mode).flatMap(Suspension.Mode.init) ?? .blocked
    reason = parameters.string(Self.reason)
    timeout = parameters.number(.timeout, unit: "seconds") ?? configuration.rules.timeout.seconds
  }

  func handle(_ call: Call) -> Handling {
    TenantOperation.handle(call, site, isEndedByCancel: false) { agent, job throws(BenchError) in
      try await agent.suspend(
        job: job, site: site, mode: mode, reason: reason, timeout: timeout)
    } answer: { change in
      var answer: JSONObject = ["state": "suspended"]
      answer["mode"] = .string((change.suspension?.mode ?? mode).rawValue)
      answer["reason"] = change.suspension?.reason.map { .string($0) }
      answer["since"] = .string(change.suspension?.since ?? "")
      answer["changed"] = .bool(change.isChanged)
      answer["warnings"] = .array(change.warnings.map { .string($0) })
      return answer
    }
  }
}
