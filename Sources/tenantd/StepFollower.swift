// Follows the agent's step events, so that a failure can name the step it came from.

import Bench
import JSONRPC
import Synchronization
import Tenancy

/// Turns the agent's step events into the domain's, and remembers the last.
final class StepFollower: Sendable {
  private let progress: @Sendable (StepProgress) -> Void
  private let last = Mutex(Step.site)

  init(_ progress: @escaping @Sendable (StepProgress) -> Void) { self.progress = progress }

  @Sendable func follow(_ event: Agent.StepEvent) {
    guard let step = Step(rawValue: event.step) else { return }
    last.withLock { $0 = step }
    switch event.state {
    case "started": progress(StepProgress(step, .started))
    case "warning": progress(StepProgress(step, .warning(event.message ?? "")))
    default: progress(StepProgress(step, .done))
    }
  }

  func failure(_ error: BenchError, _ order: Order) -> Failure {
    let step = last.withLock { $0 }
    if case .refused(kind: "timeout", _, _) = error {
      return .timeout(step: step, after: order.timeout)
    }
    return error.passing(at: step, site: order.site)
  }
}

extension ContinuousClock.Instant {
  /// Seconds until then, at least a hundredth.
  var left: Double { max(0.01, (self - .now).seconds) }
}
