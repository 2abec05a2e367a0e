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

extension TenantGrant {
  init(_ keys: Agent.Keys, password: Secret?) {
    self.init(
      user: keys.user, apiKey: keys.apiKey, apiSecret: keys.apiSecret, password: password,
      setup: keys.setup, roles: keys.roles, login: keys.login, plan: keys.plan,
      warnings: keys.warnings)
  }
}

extension Workspace {
  /// What the agent is told of it before there is a site; nil where nothing is asked for.
  var profile: JSONObject? {
    let told = Self.profileFields.compactMap { field in
      self[field].map { (field.rawValue, JSON.string($0)) }
    }
    return told.isEmpty ? nil : JSONObject(told)
  }
}

extension Order {
  /// What the agent is told of the workspace with the owner.
  var company: Agent.Company {
    Agent.Company(
      name: workspace[.companyName], abbreviation: workspace[.abbreviation],
      asked: workspace.asked, loginExpires: login?.expires)
  }
}

extension Plan {
  var forAgent: Agent.Plan {
    Agent.Plan(name: name, users: users, storageGB: storageGB, limits: limits)
  }
}

extension BenchSite {
  /// Whether the tenant is what this order asks for, by the same rule as `Order.asksForSame`.
  func isSame(as order: Order) -> Bool {
    site == order.site && owner == order.email && organisation == order.organisation
      && (orderedPlan ?? plan?["name"]?.string) == order.plan.name && asked == order.workspace.asked
  }
}

extension ContinuousClock.Instant {
  /// Seconds until then, at least a hundredth.
  var left: Double { max(0.01, (self - .now).seconds) }
}
