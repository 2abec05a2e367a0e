// From the domain to the bench: the closures that the provisioner calls, in the agent's terms.

import Bench
import JSONRPC
import Tenancy

/// Carries out the provisioner's actions through the agent.
struct BenchBridge: Sendable {
  let agent: Agent
  let session: Session
  let configuration: Configuration
  /// Tells this process's jobs from every other's, and makes hidden names that are never reused.
  private let process = randomHex(bytes: 10)

  init(agent: Agent, session: Session, configuration: Configuration) {
    (self.agent, self.session, self.configuration) = (agent, session, configuration)
  }

  /// What the bench knows an attempt by: 32 hexadecimal digits.
  func name(of attempt: Attempt) -> String {
    func digits(_ number: Int, _ count: Int) -> String {
      let digits = String(number, radix: 16)
      return String(repeating: "0", count: max(0, count - digits.count)) + digits.suffix(count)
    }
    return process + digits(attempt.job.number, 8) + digits(attempt.number, 4)
  }

  func actions() -> BenchActions<Agent.Keys> {
    BenchActions(
      lookUp: { attempt, order throws(Failure) in try await lookUp(attempt, order) },
      prepare: { attempt, order, deadline, progress throws(Failure) in
        try await prepare(attempt, order, deadline, progress)
      },
      reissue: { order, site, deadline, progress throws(Failure) in
        try await reissue(order, site, deadline, progress)
      },
      undo: { attempt, sites throws(Failure) in
        do throws(BenchError) {
          // A container that is being restarted is waited for. The reconciliation that comes with
          // the new session is not: it may do this already, and neither minds the other.
          let session = session
          let isBack: Bool? = try await within(.seconds(20)) { () throws(BenchError) in
            try await session.restored()
            return true
          }
          if isBack == nil { throw await session.absence }
          try await agent.undo(job: name(of: attempt), timeout: 30)
        } catch {
          throw error.passing(site: sites.first ?? "")
        }
      })
  }

  /// A name counts as taken only when its site is whole: what a crash left is dropped first.
  private func lookUp(_ attempt: Attempt, _ order: Order) async throws(Failure) -> OrderLookUp {
    let job = name(of: attempt)
    let refusal: Failure
    do throws(BenchError) {
      try await session.restored()
      var answer = try await reserve(job, order)
      if case .siteExists(busy: false) = answer, try await isRemnant(order.site) {
        _ = try await agent.reconcile(job: job, orphans: false, dryRun: false, timeout: 60)
        answer = try await reserve(job, order)
      }
      switch answer {
      case .free: return .free
      case .siteExists, .keyBusy: return .siteExists
      case .nameRests(let seconds):
        let rests = Failure.siteExists(site: order.site, holder: .former(seconds: seconds))
        // One that this very job had before is waited for.
        refusal = attempt.number > 0 ? .outage(rests) : rests
      case .emailInUse(let site): return .emailInUse(site: site)
      case .sameKey(let tenant) where tenant.isSame(as: order): return .sameKey(site: tenant.site)
      case .sameKey: refusal = .keyReused
      }
    } catch {
      throw error.passing(site: order.site)
    }
    throw refusal
  }

  /// While another tenantd works on the same request key, its answer is waited for: it is this
  /// one's as well. Should that process die, what it leaves is dropped.
  private func reserve(_ job: String, _ order: Order) async throws(BenchError) -> Agent.Reservation
  {
    var rounds = 0
    while true {
      rounds += 1
      if rounds % 20 == 0 {
        _ = try await agent.reconcile(job: job, orphans: false, dryRun: false, timeout: 60)
      }
      let answer = try await agent.reserve(
        job: job, site: order.site, owner: order.owner, idempotencyKey: order.idempotencyKey,
        uniqueEmail: configuration.uniqueEmail)
      guard answer == .keyBusy, (try? await Task.sleep(for: .milliseconds(250))) != nil else {
        return answer
      }
    }
  }

  private func isRemnant(_ site: String) async throws(BenchError) -> Bool {
    // Gone since: then the name is free by now.
    guard let record = try await agent.sites(site).first else { return true }
    return record.isMadeByTenantd && !record.state.isWhole
  }

  /// After an update of the bench the agent ends, so that its next session has the new code. That
  /// one knows nothing of the order yet: the job begins again.
  private func prepare(
    _ attempt: Attempt, _ order: Order, _ deadline: ContinuousClock.Instant,
    _ progress: @escaping BenchActions<Agent.Keys>.Progress
  ) async throws(Failure) -> Prepared {
    let follower = StepFollower(progress)
    do throws(BenchError) {
      return try await agent.prepare(
        job: name(of: attempt), workspace: order.workspace,
        awaitingTemplate: configuration.makesTemplate, timeout: deadline.left,
        progress: follower.follow)
    } catch {
      if case .refused(kind: "bench_changed", _, _) = error { await session.renewed() }
      throw follower.failure(error, order)
    }
  }

  /// The signup itself. It belongs to one call, for it knows the password.
  func claim(
    password: Secret, isGenerated: Bool
  ) -> Provisioner<Agent.Keys>.Claim {
    { attempt, order, hidden, deadline, progress throws(Failure) in
      let follower = StepFollower(progress)
      do throws(BenchError) {
        var keys = try await agent.claim(
          job: name(of: attempt), hidden: hidden, order: order,
          url: configuration.address.url(of: order.site), password: password,
          timeout: deadline.left, progress: follower.follow)
        keys.password = isGenerated ? password : nil
        return keys
      } catch {
        throw follower.failure(error, order)
      }
    }
  }

  private func reissue(
    _ order: Order, _ site: String, _ deadline: ContinuousClock.Instant,
    _ progress: @escaping BenchActions<Agent.Keys>.Progress
  ) async throws(Failure) -> Agent.Keys {
    progress(StepProgress(.keys, .started))
    do throws(BenchError) {
      let keys = try await agent.reissue(
        job: randomHex(bytes: 16), site: site, url: configuration.address.url(of: site),
        owner: order.owner, login: order.login, timeout: deadline.left)
      progress(StepProgress(.keys, .done))
      return keys
    } catch {
      throw error.passing(at: .keys, site: site)
    }
  }
}
