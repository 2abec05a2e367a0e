// `status`: the service as a whole, or one tenant.

import Bench
import JSONRPC
import Tenancy

/// Without `site` it answers whatever state the bench is in; with it, the bench must answer.
struct StatusMethod: Method {
  private static let site = Parameter(
    name: "site", schema: .string(lengths: 1...Parameters.longestText),
    meaning: "A site's whole name; absent: the service.")

  static let declaration = Declaration(
    name: "status", summary: "Tells how the service and the bench are, or one tenant.",
    parameters: [site],
    result: ("status", .either([ServiceStatus.schema, Tenant.schema])),
    errors: ["no_such_site"] + Declaration.benchErrors)

  private let site: String?

  init(_ parameters: inout Parameters, _ configuration: Configuration) {
    site = parameters.string(Self.site)
  }

  func handle(_ call: Call) -> Handling {
    let status = ServiceStatus(service: call.service)
    guard let site else {
      if let answer = status.known() { return .reply(answer) }
      return .task { () throws(RPCError) in await status.overview() }
    }
    return .task { () throws(RPCError) in try await tenant(site, status) }
  }

  private func tenant(_ site: String, _ status: ServiceStatus) async throws(RPCError) -> JSON {
    let service = status.service
    let snapshot = service.provisioner.snapshot()
    if let job = (snapshot.running + snapshot.waiting).first(where: { $0.site == site }) {
      var result: JSONObject = ["site": .string(site), "state": "provisioning"]
      result["step"] = job.step.map { .integer(Int64($0.rawValue)) }
      result["seconds"] = job.elapsed.json
      return .object(result)
    }
    let found: [Tenant]?
    do throws(BenchError) {
      await status.firstSession()
      found = try await within(ServiceStatus.limit) { () throws(BenchError) in
        try await service.agent.sites(site)
      }
    } catch {
      throw error.failure(at: nil, site: site).rpcError
    }
    guard let found else { throw await status.silence().failure(site: site).rpcError }
    guard let record = found.first else { throw Failure.noSuchSite(site: site).rpcError }
    return record.json(service.configuration.address)
  }
}
