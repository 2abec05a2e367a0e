// `resume`: a suspended tenant goes on as it was.

import Bench
import JSONRPC
import Tenancy

struct ResumeMethod: Method {
  static let declaration = Declaration(
    name: "resume", summary: "Lets a suspended tenant go on as it was.",
    parameters: [.site, .timeout],
    result: (
      "resumed",
      .object(
        [
          .always("site", .string), .always("state", .oneOf(["active"])),
          .always("changed", .boolean), .always("warnings", .array(.string)),
          .always("seconds", .number),
        ], isClosed: true)
    ),
    errors: TenantOperation.errors)

  private let site: String
  private let timeout: Double

  init(_ parameters: inout Parameters, _ configuration: Configuration) {
    site = parameters.string(.site) ?? ""
    timeout = parameters.number(.timeout, unit: "seconds") ?? configuration.rules.timeout.seconds
  }

  func handle(_ call: Call) -> Handling {
    TenantOperation.handle(call, site, isEndedByCancel: false) { agent, job throws(BenchError) in
      try await agent.resume(job: job, site: site, timeout: timeout)
    } answer: { change in
      [
        "state": "active", "changed": .bool(change.isChanged),
        "warnings": .array(change.warnings.map { .string($0) }),
      ]
    }
  }
}
