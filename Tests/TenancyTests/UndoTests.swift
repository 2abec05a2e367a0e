// The provisioner: what cancelling, time and failures leave behind, which is nothing or pending.
import Synchronization
import Testing

@testable import Tenancy

@Suite(.timeLimit(.minutes(1)))
struct UndoTests {
  private let cancelledAtSite = failure(
    .cancelled(step: .site), "a.localhost", at: .site, .complete)
  private let cancelledAtOwner = failure(
    .cancelled(step: .owner), "a.localhost", at: .owner, .complete)

  @Test func cancelledBeforeItCame() async {
    let bench = FakeBench()
    let provisioner = bench.provisioner()
    let task = Task { () async -> JobFailure? in
      withUnsafeCurrentTask { $0?.cancel() }
      do throws(JobFailure) {
        _ = try await provisioner.provision(.sample("a"), claim: bench.claiming())
        return nil
      } catch {
        return error
      }
    }
    #expect(await task.value == failure(.cancelled(step: nil), "a.localhost"))
    #expect(provisioner.reservedSites == [])
  }

  @Test func cancelledWaiting() async {
    let bench = FakeBench(concurrency: 1, prepare: Gate(closed: true))
    let provisioner = bench.provisioner()
    let first = provisioner.start(.sample("a"), bench)
    _ = await bench.prepare.arrival()
    let second = provisioner.start(.sample("b"), bench)
    await bench.event { if case .waiting = $0 { true } else { false } }
    let third = provisioner.start(.sample("c"), bench)
    await bench.event { if case .waiting = $0 { true } else { false } }
    second.cancel()
    #expect(await second.value.failure == failure(.cancelled(step: nil), "b.localhost"))
    #expect(provisioner.snapshot().waiting.map(\.site) == ["c.localhost"])
    bench.prepare.open("a.localhost")
    bench.prepare.open("c.localhost")
    #expect(await first.value.credentials == "keys")
    #expect(await third.value.credentials == "keys")
  }

  @Test func cancelledPreparing() async {
    let bench = FakeBench(prepare: Gate(closed: true), undo: Gate(closed: true))
    let provisioner = bench.provisioner()
    let task = provisioner.start(.sample("a"), bench)
    _ = await bench.prepare.arrival()
    task.cancel()
    #expect(await bench.prepare.interruption() == "a.localhost")
    #expect(await bench.undo.arrival() == "")
    // It answers when it is undone, and the name is its own until then.
    #expect(provisioner.snapshot().running.map(\.step) == [.site])
    #expect(provisioner.reservedSites == ["a.localhost"])
    bench.undo.open("")
    #expect(await task.value.failure == cancelledAtSite)
    #expect(provisioner.reservedSites == [])
    #expect(provisioner.pendingUndo() == [])
  }

  @Test func cancelledClaiming() async {
    let bench = FakeBench(claim: Gate(closed: true))
    let task = bench.provisioner().start(.sample("a"), bench)
    _ = await bench.claim.arrival()
    task.cancel()
    #expect(await task.value.failure == cancelledAtOwner)
    #expect(await bench.undo.arrival() == "tenantd-a a.localhost")
  }

  @Test func cancelledTooLateIsUndoneAllTheSame() async {
    let bench = FakeBench(claim: Gate(closed: true, ignoresCancellation: true))
    let task = bench.provisioner().start(.sample("a"), bench)
    _ = await bench.claim.arrival()
    task.cancel()
    #expect(await bench.claim.interruption() == "tenantd-a")
    bench.claim.open("tenantd-a")
    #expect(await task.value.failure == cancelledAtOwner)
    #expect(await bench.undo.arrival() == "tenantd-a a.localhost")
  }

  @Test func cancelledBeforeTheAnswerIsOut() async {
    let bench = FakeBench()
    let claimed = Atomic(false)
    let caller = Mutex<Task<Result<Provisioned<String>, JobFailure>, Never>?>(nil)
    // The time is asked for between the claim's end and the answer.
    let provisioner = bench.provisioner(
      time: TimeSource(
        now: {
          if claimed.load(ordering: .sequentiallyConsistent) { caller.withLock { $0 }?.cancel() }
          return .now
        }, sleep: bench.time.source.sleep))
    let begun = AsyncStream<Void>.makeStream()
    let task = Task { () async -> Result<Provisioned<String>, JobFailure> in
      for await _ in begun.stream { break }
      do throws(JobFailure) {
        return .success(
          try await provisioner.provision(.sample("a")) { _, _, _, _, _ in
            claimed.store(true, ordering: .sequentiallyConsistent)
            return "keys"
          })
      } catch {
        return .failure(error)
      }
    }
    caller.withLock { $0 = task }
    begun.continuation.yield()
    #expect(await task.value.failure == cancelledAtSite)
    #expect(await bench.undo.arrival() == "tenantd-a a.localhost")
  }

  @Test func timesOutPreparing() async {
    let bench = FakeBench(prepare: Gate(closed: true))
    let task = bench.provisioner().start(.sample("a", timeout: .seconds(7)), bench)
    _ = await bench.prepare.arrival()
    bench.time.advance(by: .seconds(7))
    let late = Failure.timeout(step: .site, after: .seconds(7))
    #expect(await task.value.failure == failure(late, "a.localhost", at: .site, .complete))
    #expect(await bench.undo.arrival() == "")
  }

  @Test func timesOutWaiting() async {
    let bench = FakeBench(concurrency: 1, prepare: Gate(closed: true))
    let provisioner = bench.provisioner()
    let first = provisioner.start(.sample("a"), bench)
    _ = await bench.prepare.arrival()
    let second = provisioner.start(.sample("b", timeout: .seconds(7)), bench)
    await bench.event { if case .waiting = $0 { true } else { false } }
    bench.time.advance(by: .seconds(7))
    let late = Failure.timeout(step: nil, after: .seconds(7))
    #expect(await second.value.failure == failure(late, "b.localhost"))
    bench.prepare.open("a.localhost")
    #expect(await first.value.credentials == "keys")
  }

  @Test func undoesWhatDoesNotEnd() async {
    let bench = FakeBench(prepare: Gate(closed: true, ignoresCancellation: true))
    let provisioner = bench.provisioner()
    let task = provisioner.start(.sample("a"), bench)
    _ = await bench.prepare.arrival()
    task.cancel()
    _ = await bench.prepare.interruption()
    bench.time.advance(by: .seconds(5))
    let outcome = await task.value.failure
    #expect(outcome?.failure == .cancelled(step: .site))
    #expect(outcome?.rolledBack != .complete)
    #expect(await bench.undo.arrival() == "")
    #expect(provisioner.pendingUndo().map(\.site) == ["a.localhost"])
    bench.prepare.open("a.localhost")
  }

  @Test func undoesAFailure() async {
    let bench = FakeBench(prepare: Gate(closed: true), claim: Gate(closed: true))
    let provisioner = bench.provisioner()
    let denied = Failure.databaseDenied(reason: "No.")
    bench.prepare.open("a.localhost", denied)
    #expect(
      await provisioner.start(.sample("a"), bench).value.failure
        == failure(denied, "a.localhost", at: .site, .complete))
    #expect(await bench.undo.arrival() == "")

    let step = Failure.stepFailed(step: .settings, reason: "No.")
    bench.prepare.open("a.localhost")
    bench.claim.open("tenantd-a", step)
    #expect(
      await provisioner.start(.sample("a"), bench).value.failure
        == failure(step, "a.localhost", at: .settings, .complete))
    #expect(await bench.undo.arrival() == "tenantd-a a.localhost")

    // Another process was quicker: its site is not this job's to drop.
    let taken = Failure.siteExists(site: "a.localhost")
    bench.prepare.open("a.localhost")
    bench.claim.open("tenantd-a", taken)
    #expect(
      await provisioner.start(.sample("a"), bench).value.failure
        == failure(taken, "a.localhost", at: .owner, .complete))
    #expect(await bench.undo.arrival() == "tenantd-a")
  }

  @Test func failsWithNothingDone() async {
    let bench = FakeBench()
    let unreachable = Failure.benchUnreachable(reason: "Gone.")
    bench.lookUp.open("a.localhost", unreachable)
    #expect(
      await bench.provisioner().start(.sample("a"), bench).value.failure
        == failure(unreachable, "a.localhost"))
  }

  /// A provisioner with an undo that failed.
  private func pending(_ bench: FakeBench) async -> Provisioner<String> {
    let provisioner = bench.provisioner()
    let gone = Failure.benchUnreachable(reason: "Gone.")
    bench.claim.open("tenantd-a", gone)
    bench.undo.open("tenantd-a a.localhost", gone)
    let outcome = await provisioner.start(.sample("a"), bench).value.failure
    let reason =
      "What was begun is not undone yet and will be cleaned up later: "
      + "The bench cannot be reached: Gone."
    #expect(outcome == failure(gone, "a.localhost", at: .owner, .pending(reason: reason)))
    #expect(await bench.undo.arrival() == "tenantd-a a.localhost")
    return provisioner
  }

  @Test func triesAgainWhenTheBenchIsBack() async {
    let bench = FakeBench()
    let provisioner = await pending(bench)
    #expect(provisioner.pendingUndo().map(\.sites) == [["tenantd-a", "a.localhost"]])

    bench.undo.open("tenantd-a a.localhost", .benchUnreachable(reason: "Still gone."))
    await provisioner.retryPending()
    #expect(provisioner.pendingUndo().count == 1)
    #expect(provisioner.reservedSites == [])

    await provisioner.retryPending()
    #expect(provisioner.pendingUndo() == [])
    #expect(provisioner.reservedSites == [])
  }

  @Test func undoesFirstForTheNextOfThatName() async {
    let bench = FakeBench()
    let provisioner = await pending(bench)
    _ = await bench.lookUp.arrival()
    #expect(await provisioner.start(.sample("b"), bench).value.credentials == "keys")
    #expect(provisioner.pendingUndo().count == 1)
    #expect(await provisioner.start(.sample("a"), bench).value.credentials == "keys")
    #expect(await bench.undo.arrival() == "tenantd-a a.localhost")
    #expect(provisioner.pendingUndo() == [])
  }

  @Test func leavesAJobsNameAloneWhenItTriesAgain() async {
    let bench = FakeBench()
    let provisioner = await pending(bench)
    #expect(provisioner.reserve(site: "a.localhost"))
    await provisioner.retryPending()
    #expect(provisioner.pendingUndo().count == 1)
  }

  @Test(arguments: [false, true])
  func putsOffAnUndoThatDoesNotEnd(ignoresCancellation: Bool) async {
    let bench = FakeBench(undo: Gate(closed: true, ignoresCancellation: ignoresCancellation))
    let provisioner = bench.provisioner()
    bench.claim.open("tenantd-a", .databaseUnavailable(reason: "Paused."))
    let task = provisioner.start(.sample("a"), bench)
    #expect(await bench.undo.arrival() == "tenantd-a a.localhost")
    bench.time.advance(by: .seconds(30))
    let reason =
      "What was begun is not undone yet and will be cleaned up later: It took longer than 30 s."
    #expect(await task.value.failure?.rolledBack == .pending(reason: reason))
    #expect(provisioner.pendingUndo().map(\.site) == ["a.localhost"])
    bench.undo.open("tenantd-a a.localhost")
  }
}
