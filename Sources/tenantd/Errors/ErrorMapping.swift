// From the bench's failures to the domain's, and from those to JSON-RPC errors: what each kind means
// is in `ErrorKind`.

import Bench
import JSONRPC
import Tenancy

extension Failure {
  /// The stable word for programs, which has a row in `ErrorKind.all`.
  var kind: String {
    switch self {
    case .invalid, .keyReused: "invalid_params"
    case .siteExists: "site_exists"
    case .emailInUse: "email_in_use"
    case .noSuchSite: "no_such_site"
    case .queueFull: "queue_full"
    case .shuttingDown: "shutting_down"
    case .timeout: "timeout"
    case .cancelled: "cancelled"
    case .refused: "refused"
    case .stepFailed, .gaveUp, .standbyLost: "step_failed"
    case .outage(let failure): failure.kind
    case .dockerUnavailable: "docker_unavailable"
    case .serviceNotFound: "service_not_found"
    case .benchUnreachable: "bench_unreachable"
    case .databaseUnavailable: "database_unavailable"
    case .databaseDenied: "database_denied"
    case .databaseUnsupported: "database_unsupported"
    case .benchUnproven: "bench_unproven"
    case .other(let kind, _, _): kind
    }
  }

  /// What a person can do about it.
  var advice: String? {
    switch self {
    case .keyReused: "Use a new idempotencyKey for a new signup."
    case .siteExists(_, .former): "Send the request again then, or choose another subdomain."
    case .gaveUp: "`output` has the last lines that the bench wrote."
    case .outage(let failure): failure.advice
    default: ErrorKind.named(kind)?.advice
    }
  }

  var rpcError: RPCError { rpcError() }

  func rpcError(_ more: JSONObject = [:]) -> RPCError {
    var data: JSONObject = ["kind": .string(kind)]
    switch self {
    case .invalid(let errors):
      data["fields"] = .array(
        errors.map { ["field": .string($0.field), "reason": .string($0.reason)] })
    case .keyReused:
      data["fields"] = [
        ["field": "idempotencyKey", "reason": "was used before for a different signup"]
      ]
    case .siteExists(let site, .former(let seconds)):
      data["site"] = .string(site)
      data["retryAfter"] = .integer(Int64(seconds))
    case .siteExists(let site, _), .noSuchSite(let site): data["site"] = .string(site)
    case .emailInUse(let site), .other(_, _, let site): data["site"] = site.map { .string($0) }
    case .gaveUp(_, _, let output): data["output"] = .array(output.map { .string($0) })
    case .refused(_, let title, let field):
      data["title"] = title.map { .string($0) }
      data["field"] = field.map { .string($0) }
    default: break
    }
    for (key, value) in more.members { data[key] = value }
    data["advice"] = advice.map { .string($0) }
    let code = ErrorKind.named(kind)?.code ?? RPCError.internalError().code
    return RPCError(code: code, message: sentence, data: .object(data))
  }
}

extension JobFailure {
  var rpcError: RPCError { rpcError() }

  /// With the site, the step, and what became of the work.
  func rpcError(_ more: JSONObject = [:]) -> RPCError {
    var data = more
    // Where the failure names a site of its own, that one is meant.
    if case .emailInUse = failure {} else { data["site"] = .string(site) }
    // What an app refuses, and what it asks of a field, is the customer's; a step is not.
    if !failure.isTheCustomers {
      data["step"] = step.map {
        ["number": .integer(Int64($0.rawValue)), "title": .string($0.title)]
      }
    }
    switch rolledBack {
    case .nothingDone, .complete: data["rolledBack"] = true
    case .pending(let reason):
      data["rolledBack"] = false
      data["pending"] = .string(reason)
    case .continuesForAnother:
      data["rolledBack"] = false
      data["pending"] = "Another request with the same idempotency key goes on."
    }
    return failure.rpcError(data)
  }
}

extension Failure {
  /// Whether the one who filled the form in can do something about it.
  fileprivate var isTheCustomers: Bool {
    switch self {
    case .refused, .invalid: true
    default: false
    }
  }
}

extension BenchError {
  /// In the domain's words; `step` is the one that was running, nil for what is no signup.
  func failure(at step: Step? = .site, site: String) -> Failure {
    switch self {
    case .dockerUnavailable(let reason): return .dockerUnavailable(reason: reason)
    case .serviceNotFound(let reason): return .serviceNotFound(reason: reason)
    case .unreachable(let reason): return .benchUnreachable(reason: reason)
    case .gaveUp(let reason, let output):
      return .gaveUp(step: step, reason: reason, output: output)
    case .declined(let sentence, let title, let field):
      return .refused(sentence: sentence, title: title, field: field)
    case .invalid(let field, let reason):
      return .invalid([FieldError(field: field, reason: reason)])
    case .lost(let trouble): return trouble.failure(at: step, site: site)
    case .refused(let kind, let reason, let named):
      switch kind {
      case "site_exists": return .siteExists(site: named ?? site)
      case "no_such_site": return .noSuchSite(site: named ?? site)
      case "database_unavailable": return .databaseUnavailable(reason: reason)
      case "database_denied": return .databaseDenied(reason: reason)
      case "database_unsupported": return .databaseUnsupported(reason: reason)
      case "bench_unproven": return .benchUnproven(reason: reason)
      case "standby_lost": return .standbyLost(reason: reason)
      case "bench_changed", "reservation_lost": return .benchUnreachable(reason: reason)
      case "cancelled": return .cancelled(step: step)
      default:
        if ErrorKind.named(kind) != nil {
          return .other(kind: kind, reason: reason, site: named ?? site)
        }
        return .stepFailed(step: step, reason: reason)
      }
    }
  }

  /// The agent's words for what passes by itself.
  private static let passingKinds: Set = [
    "database_unavailable", "bench_changed", "reservation_lost", "site_held",
  ]

  /// The same for a job: what may pass is told apart from what a repetition does not cure. A bench
  /// that never was reached is not away, but wrongly set up.
  func passing(at step: Step = .site, site: String) -> Failure {
    let failure = failure(at: step, site: site)
    switch self {
    case .lost: return .outage(failure)
    case .refused(let kind, _, _) where Self.passingKinds.contains(kind): return .outage(failure)
    case .refused, .declined, .invalid, .gaveUp, .dockerUnavailable, .serviceNotFound,
      .unreachable:
      return failure
    }
  }
}
