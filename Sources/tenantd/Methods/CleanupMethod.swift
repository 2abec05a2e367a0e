// `cleanup`: drops the tenants that a person names, and what dead provisions left.

import JSONRPC
import Tenancy

struct CleanupMethod: Method {
  private static let sites = Parameter(
    name: "sites", schema: .array(.string), meaning: "Whole site names.")
  private static let pattern = Parameter(
    name: "pattern", schema: .string(lengths: 1...Parameters.longestText),
    meaning: "A glob for site names or subdomains of tenants.")
  private static let orphans = Parameter(
    name: "orphans", schema: .boolean,
    meaning: "Also databases, database users, folders and locks that dead provisions left.")
  private static let pool = Parameter(
    name: "pool", schema: .boolean,
    meaning: "Also the standby pool and its template; the pool stays empty until the next start.")
  private static let force = Parameter(
    name: "force", schema: .boolean,
    meaning: "With `sites`: also sites that tenantd did not make.")
  private static let dryRun = Parameter(
    name: "dryRun", schema: .boolean, meaning: "Only tell.")
  private static let delay = Parameter(
    name: "delay", schema: .number(0...3600),
    meaning: "Seconds before the first deletion; absent: 5.")

  static let declaration = Declaration(
    name: "cleanup", summary: "Drops tenants, and what dead provisions left.",
    parameters: [sites, pattern, orphans, pool, force, dryRun, delay, .progress],
    result: ("report", CleanupReport.schema), progress: CleanupReport.progress,
    errors: Declaration.benchErrors + ["timeout", "cancelled", "step_failed"])

  private let cleanup: Cleanup
  private let wantsProgress: Bool

  init(_ parameters: inout Parameters, _ configuration: Configuration) {
    let sites = parameters.strings(Self.sites)
    let pattern = parameters.string(Self.pattern)
    let force = parameters.bool(Self.force) ?? false
    let orphans = parameters.bool(Self.orphans) ?? false
    let pool = parameters.bool(Self.pool) ?? false
    let dryRun = parameters.bool(Self.dryRun) ?? false
    wantsProgress = parameters.bool(.progress) ?? false
    if sites == nil, pattern == nil, !orphans, !pool, parameters.errors.isEmpty {
      parameters.refuse(
        Self.sites, "or `pattern`, `orphans` or `pool` must say what to clean up")
    }
    cleanup = Cleanup(
      request: CleanupRequest(sites: sites ?? [], pattern: pattern, force: force),
      orphans: orphans, pool: pool, dryRun: dryRun,
      delay: .seconds(parameters.number(Self.delay, unit: "seconds") ?? 5))
    if force, sites == nil, !parameters.isRefused(Self.sites) {
      parameters.refuse(Self.force, "goes with `sites` only")
    }
  }

  func handle(_ call: Call) -> Handling {
    let notify = call.notifier(wantsProgress)
    return .task { () throws(RPCError) in try await cleanup.run(call.service, notify) }
  }
}
