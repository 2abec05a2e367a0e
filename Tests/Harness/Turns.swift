// Suites that start processes take turns: beside too many others they take so long that time limits
// mean nothing any more, and one at a time they leave half of the machine idle.
import Foundation
import Testing

/// The suite waits until as many turns are free as it takes. What is in it goes one after another
/// where it is `.serialized` as well.
struct InTurn: SuiteTrait, TestScoping {
  /// One more than there are processors: what waits for another process takes no time of theirs.
  fileprivate static let all = ProcessInfo.processInfo.activeProcessorCount + 1
  private static let turns = Turns(all)

  fileprivate let count: Int

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await Self.run(count, function)
  }

  /// Runs it as soon as so many turns are free.
  ///
  /// - Parameter isLong: Before those that are not: what takes longest must not begin last.
  static func run<Value>(
    _ count: Int = 1, isLong: Bool = false, _ body: () async throws -> Value
  ) async throws -> Value {
    await turns.take(count, isLong)
    return try await running(body) { await turns.give(count) }
  }
}

extension Trait where Self == InTurn {
  /// Beside others.
  static var inTurn: InTurn { InTurn(count: 1) }

  /// While no other runs.
  static var alone: InTurn { InTurn(count: InTurn.all) }
}

private actor Turns {
  private var free: Int
  private var waiting: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

  init(_ count: Int) { free = count }

  /// Whoever has come first is served first: one that takes many is not overtaken for ever.
  func take(_ count: Int, _ isLong: Bool) async {
    if waiting.isEmpty && count <= free {
      free -= count
    } else {
      await withCheckedContinuation {
        waiting.insert((count, $0), at: isLong ? 0 : waiting.endIndex)
      }
    }
  }

  func give(_ count: Int) {
    free += count
    while let next = waiting.first, next.count <= free {
      free -= next.count
      waiting.removeFirst().continuation.resume()
    }
  }
}
