// Suites that start many processes go one after another: beside each other they take so long that
// time limits mean nothing any more.
import Testing

/// The suite waits until no other of its kind runs.
struct OneAtATime: SuiteTrait, TestScoping {
  private static let turns = Turns()

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    await Self.turns.take()
    try await running(function) { await Self.turns.give() }
  }
}

extension Trait where Self == OneAtATime {
  static var oneAtATime: OneAtATime { OneAtATime() }
}

private actor Turns {
  private var isTaken = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  func take() async {
    if isTaken {
      await withCheckedContinuation { waiting.append($0) }
    } else {
      isTaken = true
    }
  }

  func give() {
    if waiting.isEmpty {
      isTaken = false
    } else {
      waiting.removeFirst().resume()
    }
  }
}
