// Who waits for the order of the bench: everybody who asks for it, from the start of a session on.
import Bench
import Testing

@testable import tenantd

@Suite(.timeLimit(.minutes(1)))
struct ReconcilerTests {
  private func isSettled(_ reconciler: Reconciler, within limit: Duration) async throws -> Bool {
    try await Bench.within(limit) { () throws(BenchError) in
      await reconciler.settled()
      return !Task.isCancelled
    } ?? false
  }

  @Test func aSessionThatHasStartedIsWaitedFor() async throws {
    let settings = try LogSettings(
      Values(line: Invocation([]), environment: [:]), isTerminal: false)
    let reconciler = Reconciler(log: Log(settings: settings))
    #expect(try await isSettled(reconciler, within: .seconds(3600)), "nothing is pending")
    reconciler.sessionStarted()
    async let waited = isSettled(reconciler, within: .seconds(3600))
    // The one before waits by the time that these have given up.
    for _ in 0..<2 {
      #expect(try await !isSettled(reconciler, within: .milliseconds(30)))
    }
    // Its end lets go of everybody: nothing would settle it any more.
    let session = Session(
      launcher: .sandbox(folder: "/no/such/folder"), environment: [],
      hello: Session.Hello(
        rootUser: nil, rootPassword: nil, removeAtEnd: false, apps: [], settings: "",
        adminPassword: nil)
    ) { _ in }
    let running = Task { await reconciler.run(Agent(session: session)) {} }
    running.cancel()
    await running.value
    #expect(try await waited)
  }
}
