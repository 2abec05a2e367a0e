// What a session reports to whoever has made it.

/// What happens to a session, for logs and for whoever cleans up after a lost one.
public enum SessionEvent: Sendable {
  case started(BenchFacts, seconds: Double)
  case failed(BenchError)
  case ended(BenchError)
  /// A standby's process has ended without a claim: the site may be anybody's, or gone.
  case standbyEnded
  /// Something has changed; told before the answer of the job that did it.
  case overview(BenchOverview)
  /// A line that the launcher, the agent or Frappe wrote to standard error.
  case output(String)
}
