// From the domain's pool and its reconciliations to the bench: what they need, in the agent's terms.

import Bench
import JSONRPC
import Tenancy

extension Agent {
  var poolActions: PoolActions {
    PoolActions(
      survey: { () throws(PoolTrouble) in
        do throws(BenchError) {
          let found = try await survey(job: randomHex(bytes: 16), timeout: 30)
          return (found.survey, found.failure)
        } catch {
          throw error.poolTrouble
        }
      },
      carryOut: { action, size throws(PoolTrouble) in
        do throws(BenchError) { try await carryOut(action, size: size) } catch {
          throw error.poolTrouble
        }
      },
      note: { try? await note($0) })
  }

  /// What dead provisions left is dropped.
  func reconciled() async throws(Failure) -> (dropped: [Remnant], failed: [Remnant]) {
    do throws(BenchError) {
      return try await reconcile(
        job: randomHex(bytes: 16), orphans: false, dryRun: false, timeout: 300)
    } catch {
      throw error.failure(site: "")
    }
  }

  /// Does it whole, or leaves nothing of it.
  private func carryOut(_ action: StandbyPool.Action, size: Int) async throws(BenchError) {
    let job = randomHex(bytes: 16)
    do throws(BenchError) {
      switch action {
      case .adopt(let name): try await makeStandby(job: job, adopting: name, size: size)
      case .drop(let name), .shed(let name):
        try await drop(job: job, site: name, force: false, master: nil, timeout: 120)
      case .makeTemplate: try await makeTemplate(job: job)
      case .makeStandby: try await makeStandby(job: job, adopting: nil, size: size)
      case .makeStandbyOf(let profile):
        try await makeStandby(job: job, adopting: nil, profile: profile, size: size)
      }
    } catch {
      // Half a site is of no use; a session that is gone leaves it to the reconciliation.
      await Task { try? await undo(job: job, timeout: 30) }.value
      if case .adopt(let name) = action {
        await Task {
          try? await drop(job: job, site: name, force: false, master: nil, timeout: 120)
        }.value
      }
      throw error
    }
  }
}

extension BenchError {
  fileprivate var poolTrouble: PoolTrouble {
    switch self {
    case .refused(kind: "pool_busy", _, _): .busy
    case .refused(kind: "rehearsal_off", let reason, _): .rehearsalsOff(reason: reason)
    default: .failed(reason: reason)
    }
  }
}

extension Agent.PoolSurvey {
  var survey: StandbyPool.Survey {
    StandbyPool.Survey(
      hasTemplate: template != nil, isBuilding: isBuilding, standbys: standbys, mine: mine,
      adoptable: adoptable, stale: stale, profile: profile, others: others)
  }
}
