// The agent's `reserve`: a name, an owner and an idempotency key, asked for by a job.

import JSONRPC
import Tenancy

extension Agent {
  /// A name, an owner and an idempotency key asked for by a job.
  public enum Reservation: Sendable, Equatable {
    /// They are the job's until `release`.
    case free
    /// The name is a site, or (`busy`) another tenantd on this bench is making it.
    case siteExists(busy: Bool)
    /// The name was a tenant's until a moment ago, and web workers of the bench (Frappe 16) still
    /// hold that one's config; it is free in so many seconds.
    case nameRests(seconds: Int)
    case emailInUse(site: String?)
    /// A tenant was made for this idempotency key.
    case sameKey(Tenant)
    /// Another tenantd on this bench works on this idempotency key now.
    case keyBusy
  }

  /// Takes a name for a job, if neither the bench nor another tenantd has it.
  public func reserve(
    job: String, site: String, owner: String, idempotencyKey: String?, uniqueEmail: Bool
  ) async throws(BenchError) -> Reservation {
    var params: JSONObject = [
      "job": .string(job), "site": .string(site), "owner": .string(owner),
      "uniqueEmail": .bool(uniqueEmail),
    ]
    params["idempotencyKey"] = idempotencyKey.map { .string($0) }
    let answer = try await session.call("reserve", params, job: job)
    let busy = answer["busy"]?.bool ?? false
    switch answer["state"]?.string {
    case "free": return .free
    case "site_exists": return .siteExists(busy: busy)
    case "name_rests": return .nameRests(seconds: Int(answer["seconds"]?.integer ?? 0))
    case "email_in_use": return .emailInUse(site: answer["site"]?.string)
    case "busy": return .keyBusy
    case "same_key":
      if let site = answer["record"].flatMap(Tenant.init) { return .sameKey(site) }
      fallthrough
    default: throw .unreachable(reason: "The agent's answer to reserve was not understood.")
    }
  }
}
