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
  private let run = randomHex(bytes: 12)

  init(agent: Agent, session: Session, configuration: Configuration) {
    (self.agent, self.session, self.configuration) = (agent, session, configuration)
  }

  /// The job's name in the bench: 32 hexadecimal digits.
  func name(of job: JobID) -> String {
    let digits = String(UInt32(truncatingIfNeeded: job.number), radix: 16)
    return run + String(repeating: "0", count: 8 - digits.count) + digits
  }

  func actions(_ reconciler: Reconciler) -> BenchActions<TenantGrant> {
    BenchActions(
      lookUp: { job, order throws(Failure) in try await lookUp(job, order, reconciler) },
      prepare: { job, order, deadline, progress throws(Failure) in
        try await prepare(job, order, reconciler, deadline, progress)
      },
      reissue: { order, site, deadline, progress throws(Failure) in
        try await reissue(order, site, deadline, progress)
      },
      drop: { job, sites throws(Failure) in
        do throws(BenchError) {
          // A container that is being restarted is waited for. The reconciliation that comes with
          // the new session is not: it may do this already, and neither minds the other.
          try await session.ready(within: .seconds(20))
          try await agent.undo(job: name(of: job), timeout: 30)
        } catch {
          throw error.failure(site: sites.first ?? "")
        }
      })
  }

  /// A name counts as taken only when its site is whole: what a crash left is dropped first.
  private func lookUp(
    _ job: JobID, _ order: Order, _ reconciler: Reconciler
  ) async throws(Failure) -> Existing {
    let refusal: Failure
    do throws(BenchError) {
      try await session.ready()
      await reconciler.settled()
      var answer = try await reserve(job, order)
      if case .siteExists(busy: false) = answer, try await isRemnant(order.site) {
        _ = try await agent.reconcile(
          job: name(of: job), orphans: false, dryRun: false, timeout: 60)
        answer = try await reserve(job, order)
      }
      switch answer {
      case .free: return .free
      case .siteExists, .keyBusy: return .siteExists
      case .nameRests(let seconds):
        refusal = .siteExists(site: order.site, holder: .former(seconds: seconds))
      case .emailInUse(let site): return .emailInUse(site: site)
      case .sameKey(let tenant) where tenant.isSame(as: order): return .sameKey(site: tenant.site)
      case .sameKey: refusal = .keyReused
      }
    } catch {
      throw error.failure(site: order.site)
    }
    throw refusal
  }

  /// While another tenantd works on the same request key, its answer is waited for: it is this
  /// one's as well. Should that process die, what it leaves is dropped.
  private func reserve(_ job: JobID, _ order: Order) async throws(BenchError) -> Agent.Reservation {
    var rounds = 0
    while true {
      rounds += 1
      if rounds % 20 == 0 {
        _ = try await agent.reconcile(
          job: name(of: job), orphans: false, dryRun: false, timeout: 60)
      }
      let answer = try await agent.reserve(
        job: name(of: job), site: order.site, owner: order.email, request: order.idempotencyKey,
        uniqueEmail: configuration.uniqueEmail)
      guard answer == .keyBusy, (try? await Task.sleep(for: .milliseconds(250))) != nil else {
        return answer
      }
    }
  }

  private func isRemnant(_ site: String) async throws(BenchError) -> Bool {
    guard let record = try await agent.sites(site).first else { return false }
    return record.isMadeByTenantd && record.state != "active"
  }

  /// After an update of the bench the agent ends, so that its next session has the new code. That
  /// one knows nothing of the order yet.
  private func prepare(
    _ job: JobID, _ order: Order, _ reconciler: Reconciler, _ deadline: ContinuousClock.Instant,
    _ progress: @escaping BenchActions<TenantGrant>.Progress
  ) async throws(Failure) -> Prepared {
    let follower = StepFollower(progress)
    do throws(BenchError) {
      return try await prepared(job, deadline, follower)
    } catch .refused(kind: "bench_changed", _, _) {
      await session.renewed()
    } catch {
      throw follower.failure(error, order)
    }
    switch try await lookUp(job, order, reconciler) {
    case .free: break
    case .emailInUse(let site): throw .emailInUse(site: site)
    case .siteExists, .sameKey: throw .siteExists(site: order.site)
    }
    do throws(BenchError) {
      return try await prepared(job, deadline, follower)
    } catch {
      throw follower.failure(error, order)
    }
  }

  private func prepared(
    _ job: JobID, _ deadline: ContinuousClock.Instant, _ follower: StepFollower
  ) async throws(BenchError) -> Prepared {
    let (hidden, path, _) = try await agent.prepare(
      job: name(of: job), timeout: deadline.left, progress: follower.follow)
    return Prepared(hidden: hidden, path: Path(rawValue: path) ?? .install)
  }

  /// The signup itself. It belongs to one call, for it knows the password.
  func claim(
    password: Secret, isGenerated: Bool
  ) -> Provisioner<TenantGrant>.Claim {
    { job, order, hidden, deadline, progress throws(Failure) in
      let follower = StepFollower(progress)
      let owner = Agent.Owner(
        site: order.site, url: configuration.address.url(of: order.site),
        organisation: order.organisation, fullName: order.fullName, email: order.email,
        password: password, plan: order.plan.forAgent, request: order.idempotencyKey)
      do throws(BenchError) {
        let keys = try await agent.claim(
          job: name(of: job), hidden: hidden, owner: owner, timeout: deadline.left,
          progress: follower.follow)
        return TenantGrant(keys, password: isGenerated ? password : nil)
      } catch {
        throw follower.failure(error, order)
      }
    }
  }

  private func reissue(
    _ order: Order, _ site: String, _ deadline: ContinuousClock.Instant,
    _ progress: @escaping BenchActions<TenantGrant>.Progress
  ) async throws(Failure) -> TenantGrant {
    progress(StepProgress(.keys, .started))
    do throws(BenchError) {
      let keys = try await agent.reissue(
        job: randomHex(bytes: 16), site: site, email: order.email,
        timeout: deadline.left)
      progress(StepProgress(.keys, .done))
      return TenantGrant(keys, password: nil)
    } catch {
      throw error.failure(at: .keys, site: site)
    }
  }
}
