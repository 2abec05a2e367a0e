// What a session knows of the bench that it has reached.

/// Who the agent is and what it found: the answer to `hello`.
public struct BenchFacts: Sendable, Equatable {
  public let frappe: String
  /// Versions by app.
  public let apps: [(name: String, version: String)]
  /// The bench's folder, as the agent sees it.
  public let bench: String

  public static func == (one: BenchFacts, other: BenchFacts) -> Bool {
    one.frappe == other.frappe && one.bench == other.bench
      && one.apps.elementsEqual(other.apps, by: ==)
  }
}
