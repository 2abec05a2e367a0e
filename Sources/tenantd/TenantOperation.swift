// Work on one tenant that exists: whatever method does any does it through here, so that none has a
// queue, a lock or a way to end of its own.

import Bench
import JSONRPC
import Tenancy

/// Takes the site for this process, names the job, calls the bench, and lets go again. Across
/// processes the agent's lock on the site decides; its deadline holds in the bench.
struct TenantOperation: Sendable {
  let service: Service
  let site: String
  /// Whether a cancelled request ends the work, which then leaves everything as it was. What is not
  /// ended so is waited for: half of it would serve nobody.
  var isEndedByCancel = true

  /// What a method that works through here can fail with.
  static let errors =
    ["no_such_site", "not_a_tenant", "site_busy"] + Declaration.benchErrors
    + ["step_failed", "timeout", "cancelled"]

  /// `run` for a method, whose caller is told what went wrong.
  func answer<Answer: Sendable>(
    _ work: @Sendable @escaping (_ job: String) async throws(BenchError) -> Answer
  ) async throws(RPCError) -> Answer {
    do throws(Failure) { return try await run(work) } catch { throw error.rpcError }
  }

  /// What a method does that works through here: `work` at the bench, and an answer of the site, what
  /// came of it, and the seconds.
  static func handle<Outcome: Sendable>(
    _ call: Call, _ site: String, isEndedByCancel: Bool = true,
    work: @Sendable @escaping (Agent, _ job: String) async throws(BenchError) -> Outcome,
    answer: @Sendable @escaping (Outcome) throws(RPCError) -> JSONObject
  ) -> Handling {
    .task { () throws(RPCError) in
      let start = ContinuousClock.now
      let service = call.service
      let operation = TenantOperation(
        service: service, site: site, isEndedByCancel: isEndedByCancel)
      let outcome = try await operation.answer { job throws(BenchError) in
        try await work(service.agent, job)
      }
      var members: JSONObject = ["site": .string(site)]
      for (name, value) in try answer(outcome).members { members[name] = value }
      members["seconds"] = (ContinuousClock.now - start).json
      return .object(members)
    }
  }

  /// - Parameter work: Gets the job's name for its calls to the agent.
  /// - Throws: `site_busy` when another operation or a signup has the site.
  func run<Answer: Sendable>(
    _ work: @Sendable @escaping (_ job: String) async throws(BenchError) -> Answer
  ) async throws(Failure) -> Answer {
    guard service.provisioner.reserve(site: site) else {
      throw .other(kind: "site_busy", reason: "Another request works on \(site) now.", site: site)
    }
    defer { service.provisioner.release(site: site) }
    let job = randomHex(bytes: 16)
    do throws(BenchError) {
      if isEndedByCancel { return try await work(job) }
      return try await Task { () async -> Result<Answer, BenchError> in
        do throws(BenchError) { return .success(try await work(job)) } catch {
          return .failure(error)
        }
      }.value.get()
    } catch {
      if case .refused("site_held", let reason, _) = error {
        throw .other(kind: "site_busy", reason: reason, site: site)
      }
      throw error.failure(at: nil, site: site)
    }
  }
}
