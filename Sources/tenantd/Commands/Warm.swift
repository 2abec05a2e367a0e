// `tenantd warm`: makes what a bench still lacks for quick signups: the template, and standbys.

import Bench
import JSONRPC
import Tenancy

enum Warm {
  /// Prints what was there and what was made; the exit code is 0 when nothing is lacking.
  static func run(_ configuration: Configuration, json: Bool) async -> Int32 {
    await Checklist.run(configuration, json: json) { service, report in
      let warming = Warming(service: service, isSilent: json)
      guard await warming.template(report) else { return }
      await warming.standbys(service.configuration.pool.lowerBound, report)
    }
  }
}

/// The template and standbys, made one after the other and reported. What is made stays.
struct Warming: Sendable {
  let service: Service
  /// Whether nothing is told of what is under way.
  let isSilent: Bool

  /// Returns whether there is one.
  func template(_ report: (Finding) -> Void) async -> Bool {
    let start = ContinuousClock.now
    func tell(_ isOK: Bool, _ detail: String, _ advice: String? = nil) {
      report(
        Finding(
          name: "Template", isOK: isOK, detail: detail, advice: advice,
          seconds: (ContinuousClock.now - start).seconds))
    }
    var known: PoolFailure?
    var isMade = false
    let job = randomHex(bytes: 16)
    do throws(BenchError) {
      try await service.session.ready()
      await service.reconciler.settled()
      while true {
        let found = try await survey()
        known = found.failure
        if found.template != nil {
          tell(true, isMade ? "made, and kept for every signup" : "there")
          return true
        }
        if found.isBuilding {
          say("another tenantd makes the template…")
          guard (try? await Task.sleep(for: .seconds(2))) != nil else { return false }
          continue
        }
        say("the bench's installer makes the template; with ERPNext that takes minutes…")
        try await service.agent.makeTemplate(job: job) { event in
          if event.state == "started", let step = Step(rawValue: event.step) {
            say("\(step.title)…")
          }
        }
        isMade = true
        if known != nil { try? await service.agent.note(nil) }
      }
    } catch {
      await failed(job, error, known)
      let failure = error.failure(site: "")
      tell(false, error.reason, failure.advice)
      return false
    }
  }

  /// Makes standbys until the bench has that many.
  func standbys(_ count: Int, _ report: (Finding) -> Void) async {
    while true {
      let start = ContinuousClock.now
      var known: PoolFailure?
      let job = randomHex(bytes: 16)
      do throws(BenchError) {
        let found = try await survey()
        known = found.failure
        guard found.standbys < count else {
          report(Finding(name: "Standbys", isOK: true, detail: "\(found.standbys) of \(count)"))
          return
        }
        say("standby \(found.standbys + 1) of \(count)…")
        try await service.agent.makeStandby(job: job, adopting: nil, size: count)
        if known != nil { try? await service.agent.note(nil) }
      } catch {
        await failed(job, error, known)
        report(
          Finding(
            name: "Standby", isOK: false, detail: error.reason,
            advice: error.failure(site: "").advice,
            seconds: (ContinuousClock.now - start).seconds))
        return
      }
    }
  }

  func survey() async throws(BenchError) -> Agent.PoolSurvey {
    try await service.agent.survey(job: randomHex(bytes: 16), timeout: 30)
  }

  private func failed(_ job: String, _ error: BenchError, _ known: PoolFailure?) async {
    try? await service.agent.undo(job: job, timeout: 30)
    // What the bench itself answers is seen by everybody: only its refusals are noted.
    guard case .refused = error else { return }
    try? await service.agent.note(
      PoolFailure(
        reason: error.reason, at: Clock.timestamp(), tries: (known?.tries ?? 0) + 1))
  }

  private func say(_ text: String) {
    guard !isSilent else { return }
    print("     \(text)")
    flushOutput()
  }
}
