// What a session can be asked, with types: each call is in a file of its own beside this one.

/// The typed face of a session. Every function may throw what `Session.call` throws; times are
/// seconds, and are enforced inside the bench.
public struct Agent: Sendable {
  let session: Session

  public init(session: Session) { self.session = session }
}
