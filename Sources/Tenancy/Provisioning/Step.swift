// The five stages of a provision as the user sees them, and word of how far one is.

/// One of the five stages of a provision, in their order.
public enum Step: Int, CaseIterable, Sendable {
  case site = 1
  case app, owner, settings, keys

  /// The step's name for a person.
  public var title: String {
    switch self {
    case .site: "Create site"
    case .app: "Install app"
    case .owner: "Create owner"
    case .settings: "Apply plan settings"
    case .keys: "Issue API keys"
    }
  }
}

/// Word from a running job: a step began, is done, or has something to say.
public struct StepProgress: Sendable, Equatable {
  public enum State: Sendable, Equatable {
    case started
    case done
    /// Something that does not stop the job but that the caller should know, as a sentence.
    case warning(String)
    /// All that was done is undone and begins again, for the reason in the sentence; it was at this
    /// step.
    case restarted(String)
  }

  public var step: Step
  public var state: State
  /// How long the step has been running. The provisioner measures it; a bench need not set it.
  public var elapsed: Duration

  public init(_ step: Step, _ state: State, elapsed: Duration = .zero) {
    self.step = step
    self.state = state
    self.elapsed = elapsed
  }
}

/// How long one step took.
public struct StepTime: Sendable, Equatable {
  public var step: Step
  public var elapsed: Duration

  public init(_ step: Step, _ elapsed: Duration) {
    self.step = step
    self.elapsed = elapsed
  }
}
