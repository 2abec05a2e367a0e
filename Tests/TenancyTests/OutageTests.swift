// The provisioner: what passes by itself costs no customer, as long as there is time.
import Synchronization
import Testing

@testable import Tenancy

@Suite(.timeLimit(.minutes(1)))
struct OutageTests {
  private let away = Failure.benchUnreachable(reason: "Away.")
  private let closed = Failure.databaseUnavailable(reason: "Closed.")

  @Test func beginsAgainAndSaysSo() async throws {
    let bench = FakeBench()
    let provisioner = bench.provisioner()
    let seen = Mutex<[StepProgress]>([])
    bench.claim.open("tenantd-a", .outage(away))
    let tenant = try await provisioner.provision(
      .sample("a"), progress: { progress in seen.withLock { $0.append(progress) } },
      claim: bench.claiming())
    #expect(await bench.undo.arrival() == "tenantd-a a.localhost")
    #expect(tenant.credentials == "keys")
    // What was undone is not told with the answer.
    #expect(tenant.steps.map(\.step) == [.site, .owner])
    #expect(tenant.warnings == ["No app."])
    let restarted = StepProgress(.owner, .restarted("The bench cannot be reached: Away."))
    #expect(
      seen.withLock { $0 }.map { StepProgress($0.step, $0.state) } == [
        StepProgress(.site, .started), StepProgress(.site, .done),
        StepProgress(.app, .warning("No app.")), StepProgress(.owner, .started), restarted,
        StepProgress(.site, .started), StepProgress(.site, .done),
        StepProgress(.app, .warning("No app.")), StepProgress(.owner, .started),
        StepProgress(.owner, .done),
      ])
    #expect(bench.prepared == [Attempt(JobID(1)), Attempt(JobID(1), 1)])
    #expect(provisioner.pendingUndo() == [] && provisioner.reservedSites == [])
  }

  @Test func waitsForABenchThatIsAway() async {
    let bench = FakeBench(prepare: Gate(closed: true))
    let provisioner = bench.provisioner()
    bench.lookUp.open("a.localhost", .outage(away))
    let task = provisioner.start(.sample("a"), bench)
    _ = await bench.prepare.arrival()
    bench.prepare.open("a.localhost")
    #expect(await task.value.credentials == "keys")
    #expect(bench.prepared.count == 1)
  }

  @Test func answersWithTheOutageWhenTheTimeIsUsedUp() async {
    let bench = FakeBench(prepare: Gate(closed: true), undo: Gate(closed: true))
    let provisioner = bench.provisioner()
    let task = provisioner.start(.sample("a", timeout: .seconds(7)), bench)
    _ = await bench.prepare.arrival()
    bench.prepare.open("a.localhost", .outage(closed))
    #expect(await bench.undo.arrival() == "")
    bench.time.advance(by: .seconds(7))
    bench.undo.open("")
    #expect(await task.value.failure == failure(closed, "a.localhost", at: .site, .complete))
    #expect(provisioner.reservedSites == [])
  }

  @Test func undoesAgainWhatCouldNotBeUndone() async {
    let bench = FakeBench(undo: Gate(closed: true))
    let provisioner = bench.provisioner()
    bench.claim.open("tenantd-a", .outage(closed))
    let task = provisioner.start(.sample("a"), bench)
    #expect(await bench.undo.arrival() == "tenantd-a a.localhost")
    bench.undo.open("tenantd-a a.localhost", .outage(closed))
    #expect(await bench.undo.arrival() == "tenantd-a a.localhost")
    #expect(bench.prepared.count == 1, "nothing is begun before the undo")
    bench.undo.open("tenantd-a a.localhost")
    await bench.time.sleeper(for: .milliseconds(250))
    bench.time.advance(by: .milliseconds(250))
    #expect(await task.value.credentials == "keys")
    #expect(bench.prepared.count == 2)
  }

  @Test func isCancelledWhileItUndoes() async {
    let bench = FakeBench(undo: Gate(closed: true))
    let provisioner = bench.provisioner()
    bench.claim.open("tenantd-a", .outage(away))
    let task = provisioner.start(.sample("a"), bench)
    #expect(await bench.undo.arrival() == "tenantd-a a.localhost")
    task.cancel()
    bench.undo.open("tenantd-a a.localhost")
    #expect(
      await task.value.failure
        == failure(.cancelled(step: .owner), "a.localhost", at: .owner, .complete))
    #expect(bench.prepared.count == 1)
  }

  /// A name that another process has taken meanwhile is not this job's any more.
  @Test func looksAgainBeforeItBeginsAgain() async {
    let bench = FakeBench(claim: Gate(closed: true))
    let provisioner = bench.provisioner()
    let task = provisioner.start(.sample("a"), bench)
    _ = await bench.claim.arrival()
    bench.set(existing: .emailInUse(site: "b.localhost"))
    bench.claim.open("tenantd-a", .outage(away))
    #expect(
      await task.value.failure
        == failure(.emailInUse(site: "b.localhost"), "a.localhost", at: .owner, .complete))
  }

  /// Whoever has come first made it under the same key: its keys are anew for this one.
  @Test func findsTheTenantOfItsKey() async {
    let bench = FakeBench(claim: Gate(closed: true))
    let provisioner = bench.provisioner()
    let task = provisioner.start(.sample("a", key: "k"), bench)
    _ = await bench.claim.arrival()
    bench.set(existing: .sameKey(site: "a.localhost"))
    bench.claim.open("tenantd-a", .outage(away))
    #expect(await task.value.credentials == "new keys")
  }

  @Test func aWaitingJobTakesItsNameAgain() async {
    let bench = FakeBench(concurrency: 1, prepare: Gate(closed: true))
    let provisioner = bench.provisioner()
    let first = provisioner.start(.sample("a"), bench)
    _ = await bench.prepare.arrival()
    #expect(await bench.lookUp.arrival() == "a.localhost")
    let second = provisioner.start(.sample("b"), bench)
    #expect(await bench.lookUp.arrival() == "b.localhost")
    await bench.event { if case .waiting = $0 { true } else { false } }
    bench.set(existing: .siteExists)
    var isTaken = false
    // Its answer to the first look may be on its way yet, and then there is nothing to look for.
    while !isTaken {
      provisioner.sessionChanged()
      await Task.yield()
      isTaken = provisioner.snapshot().waiting.isEmpty
    }
    #expect(
      await second.value.failure == failure(.siteExists(site: "b.localhost"), "b.localhost"))
    bench.prepare.open("a.localhost")
    #expect(await first.value.credentials == "keys")
  }
}
