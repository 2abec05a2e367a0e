// The limit for what waits for a bench: what comes in time is told, and what does not is ended.
import Testing

@testable import Bench

@Suite(.timeLimit(.minutes(1)))
struct LimitTests {
  private let failure = BenchError.unreachable(reason: "It is away.")

  @Test func whatComesInTimeIsTold() async throws {
    #expect(try await within(.seconds(3600)) { () throws(BenchError) in 7 } == 7)
    let failure = failure
    await #expect(throws: failure) {
      _ = try await within(.seconds(3600)) { () throws(BenchError) -> Int in throw failure }
    }
  }

  /// It ends only when its work has: work that nobody waits for would go on for ever.
  @Test func whatDoesNotComeIsEnded() async throws {
    let found: Int? = try await within(.milliseconds(10)) { () throws(BenchError) in
      for await _ in AsyncStream<Never>(unfolding: { await Self.untilCancelled() }) {}
      return 7
    }
    #expect(found == nil)
  }

  private static func untilCancelled() async -> Never? {
    for await _ in AsyncStream.makeStream(of: Never.self).stream {}
    return nil
  }
}
