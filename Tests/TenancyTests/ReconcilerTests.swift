// Who waits for the order of the bench: everybody who asks for it, from the start of a session on.
import Testing

@testable import Tenancy

@Suite(.timeLimit(.minutes(1)))
struct ReconcilerTests {
  private func isSettled(_ reconciler: Reconciler, within limit: Duration) async -> Bool {
    await withTaskGroup(of: Bool.self) { group in
      group.addTask {
        await reconciler.settled()
        return !Task.isCancelled
      }
      group.addTask {
        try? await Task.sleep(for: limit)
        return false
      }
      defer { group.cancelAll() }
      return await group.next() ?? false
    }
  }

  @Test func aSessionThatHasStartedIsWaitedFor() async {
    let reconciler = Reconciler()
    #expect(await isSettled(reconciler, within: .seconds(3600)), "nothing is pending")
    reconciler.sessionStarted()
    async let waited = isSettled(reconciler, within: .seconds(3600))
    // The one before waits by the time that these have given up.
    for _ in 0..<2 {
      #expect(await !isSettled(reconciler, within: .milliseconds(30)))
    }
    // Its end lets go of everybody: nothing would settle it any more.
    let running = Task {
      await reconciler.run { () throws(Failure) in
        throw .shuttingDown
      } then: {
      }
    }
    running.cancel()
    await running.value
    #expect(await waited)
  }

  @Test func whatIsDroppedIsTold() async {
    let (events, told) = AsyncStream.makeStream(of: ReconcilerEvent.self)
    let reconciler = Reconciler { told.yield($0) }
    let gone = Remnant(kind: "site", name: "tenantd-1", reason: nil)
    let kept = Remnant(kind: "database", name: "tenantd_2", reason: "It is in use.")
    reconciler.sessionStarted()
    let running = Task {
      await reconciler.run {
        ([gone], [kept])
      } then: {
      }
    }
    await reconciler.settled()
    var found: [ReconcilerEvent] = []
    for await event in events.prefix(2) { found.append(event) }
    running.cancel()
    await running.value
    #expect(found == [.dropped(gone), .failed(kept)])
    #expect(reconciler.dropped.first == "site tenantd-1")
  }
}
