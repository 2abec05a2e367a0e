// The provisioner: the way to a tenant, the queue, reservations, joining and the end of the service.
import Synchronization
import Testing

@testable import Tenancy

extension Provisioner<String> {
  /// Provisions in a task of its own, as a request does.
  func start(_ order: Order, _ bench: FakeBench, credentials: String = "keys")
    -> Task<Result<Provisioned<String>, JobFailure>, Never>
  {
    Task {
      do throws(JobFailure) {
        return .success(try await provision(order, claim: bench.claiming(credentials)))
      } catch {
        return .failure(error)
      }
    }
  }
}

extension Result<Provisioned<String>, JobFailure> {
  var credentials: String? { try? get().credentials }
  var failure: JobFailure? { if case .failure(let failure) = self { failure } else { nil } }
}

func failure(
  _ failure: Failure, _ site: String, at step: Step? = nil, _ rolledBack: RolledBack = .nothingDone
) -> JobFailure {
  JobFailure(failure: failure, site: site, step: step, rolledBack: rolledBack)
}

@Suite(.timeLimit(.minutes(1)))
struct ProvisionerTests {
  @Test func makesATenant() async throws {
    let bench = FakeBench()
    let provisioner = bench.provisioner()
    let seen = Mutex<[StepProgress]>([])
    let tenant = try await provisioner.provision(
      .sample("a"), progress: { progress in seen.withLock { $0.append(progress) } },
      claim: bench.claiming())
    #expect(
      tenant
        == Provisioned(
          site: "a.localhost", credentials: "keys",
          steps: [StepTime(.site, .seconds(2)), StepTime(.owner, .seconds(1))],
          warnings: ["No app."], path: .install, reissued: false, elapsed: .seconds(3)))
    #expect(
      seen.withLock { $0 } == [
        StepProgress(.site, .started), StepProgress(.site, .done, elapsed: .seconds(2)),
        StepProgress(.app, .warning("No app.")), StepProgress(.owner, .started),
        StepProgress(.owner, .done, elapsed: .seconds(1)),
      ])
    #expect(provisioner.snapshot() == Snapshot(running: [], waiting: []))
    #expect(provisioner.reservedSites == [])
  }

  @Test func runsSoManyAtOnceAndInOrder() async {
    let bench = FakeBench(concurrency: 2, prepare: Gate(closed: true))
    let provisioner = bench.provisioner()
    let first = provisioner.start(.sample("a"), bench)
    #expect(await bench.prepare.arrival() == "a.localhost")
    let second = provisioner.start(.sample("b"), bench)
    #expect(await bench.prepare.arrival() == "b.localhost")
    let third = provisioner.start(.sample("c"), bench)
    await bench.event { if case .waiting(_, position: 1) = $0 { true } else { false } }
    let fourth = provisioner.start(.sample("d"), bench)
    await bench.event { if case .waiting(_, position: 2) = $0 { true } else { false } }

    let snapshot = provisioner.snapshot()
    #expect(snapshot.running.map(\.site) == ["a.localhost", "b.localhost"])
    #expect(snapshot.waiting.map(\.site) == ["c.localhost", "d.localhost"])
    #expect(snapshot.waiting.allSatisfy { $0.step == nil })

    bench.prepare.open("b.localhost")
    #expect(await second.value.credentials == "keys")
    #expect(await bench.prepare.arrival() == "c.localhost")
    for site in ["a", "c", "d"] { bench.prepare.open("\(site).localhost") }
    for task in [first, third, fourth] { #expect(await task.value.credentials == "keys") }
  }

  @Test func refusesWhenTheQueueIsFull() async {
    let bench = FakeBench(concurrency: 1, capacity: 0, prepare: Gate(closed: true))
    let provisioner = bench.provisioner()
    let first = provisioner.start(.sample("a"), bench)
    _ = await bench.prepare.arrival()
    let refused = failure(.queueFull(limit: 0), "b.localhost")
    #expect(await provisioner.start(.sample("b"), bench).value.failure == refused)
    #expect(provisioner.reservedSites == ["a.localhost"])
    bench.prepare.open("a.localhost")
    #expect(await first.value.credentials == "keys")
    bench.prepare.open("b.localhost")
    #expect(await provisioner.start(.sample("b"), bench).value.credentials == "keys")
  }

  @Test func tellsASecondTakerAtOnce() async {
    let bench = FakeBench(prepare: Gate(closed: true))
    let provisioner = bench.provisioner()
    let first = provisioner.start(.sample("a", email: "x@example.org"), bench)
    _ = await bench.prepare.arrival()
    #expect(
      await provisioner.start(.sample("a"), bench).value.failure
        == failure(.siteExists(site: "a.localhost", holder: .creation), "a.localhost"))
    #expect(
      await provisioner.start(.sample("b", email: "x@example.org"), bench).value.failure
        == failure(.emailInUse(site: "a.localhost"), "b.localhost"))
    bench.prepare.open("a.localhost")
    #expect(await first.value.credentials == "keys")
  }

  @Test func tellsWhatTheBenchKnows() async {
    let bench = FakeBench(existing: .siteExists)
    let provisioner = bench.provisioner()
    #expect(
      await provisioner.start(.sample("a"), bench).value.failure
        == failure(.siteExists(site: "a.localhost"), "a.localhost"))
    bench.set(existing: .emailInUse(site: nil))
    #expect(
      await provisioner.start(.sample("a"), bench).value.failure
        == failure(.emailInUse(site: nil), "a.localhost"))
    #expect(provisioner.reservedSites == [])
  }

  @Test func mayLetAnAddressOwnSeveral() async {
    let bench = FakeBench(uniqueEmail: false, existing: .emailInUse(site: "b"))
    #expect(await bench.provisioner().start(.sample("a"), bench).value.credentials == "keys")
  }

  @Test func looksUpBeforeItIsItsTurn() async {
    let bench = FakeBench(concurrency: 1, prepare: Gate(closed: true))
    let provisioner = bench.provisioner()
    let first = provisioner.start(.sample("a"), bench)
    _ = await bench.prepare.arrival()
    bench.set(existing: .siteExists)
    #expect(
      await provisioner.start(.sample("b"), bench).value.failure
        == failure(.siteExists(site: "b.localhost"), "b.localhost"))
    bench.prepare.open("a.localhost")
    #expect(await first.value.credentials == "keys")
  }

  @Test func givesNewKeysForAKnownKey() async throws {
    let bench = FakeBench(existing: .sameKey(site: "old.localhost"))
    let tenant = try await bench.provisioner().provision(
      .sample("a", key: "k"), claim: bench.claiming())
    #expect(tenant.reissued)
    #expect(tenant.site == "old.localhost")
    #expect(tenant.credentials == "new keys")
    #expect(tenant.steps == [StepTime(.keys, .zero)])
  }

  @Test func answersAllWhoJoin() async {
    let bench = FakeBench(prepare: Gate(closed: true))
    let provisioner = bench.provisioner()
    let first = provisioner.start(.sample("a", key: "k"), bench, credentials: "one")
    _ = await bench.prepare.arrival()
    let second = provisioner.start(.sample("a", key: "k"), bench, credentials: "two")
    await bench.event { if case .joined = $0 { true } else { false } }
    #expect(
      await provisioner.start(.sample("b", key: "k"), bench).value.failure
        == failure(.keyReused, "b.localhost"))
    #expect(provisioner.snapshot().running.count == 1)
    bench.prepare.open("a.localhost")
    #expect(await first.value.credentials == "one")
    #expect(await second.value.credentials == "one")
  }

  @Test func goesOnForTheOther() async {
    let bench = FakeBench(prepare: Gate(closed: true))
    let provisioner = bench.provisioner()
    let first = provisioner.start(.sample("a", key: "k"), bench)
    _ = await bench.prepare.arrival()
    let second = provisioner.start(.sample("a", key: "k"), bench)
    await bench.event { if case .joined = $0 { true } else { false } }
    first.cancel()
    #expect(
      await first.value.failure
        == failure(.cancelled(step: nil), "a.localhost", .continuesForAnother))
    bench.prepare.open("a.localhost")
    #expect(await second.value.credentials == "keys")
  }

  @Test func aLatecomerTriesAnew() async {
    let bench = FakeBench(prepare: Gate(closed: true), undo: Gate(closed: true))
    let provisioner = bench.provisioner()
    let first = provisioner.start(.sample("a", key: "k"), bench, credentials: "one")
    _ = await bench.prepare.arrival()
    first.cancel()
    #expect(await bench.undo.arrival() == "")
    let second = provisioner.start(.sample("a", key: "k"), bench, credentials: "two")
    await bench.event { if case .joined = $0 { true } else { false } }
    let third = provisioner.start(.sample("a", key: "k"), bench, credentials: "three")
    await bench.event { if case .joined = $0 { true } else { false } }
    third.cancel()
    #expect(await third.value.failure == failure(.cancelled(step: nil), "a.localhost"))
    bench.undo.open("")
    #expect(
      await first.value.failure
        == failure(.cancelled(step: .site), "a.localhost", at: .site, .complete))
    bench.prepare.open("a.localhost")
    #expect(await second.value.credentials == "two")
  }

  @Test func keepsNamesForCleanups() async {
    let bench = FakeBench(prepare: Gate(closed: true))
    let provisioner = bench.provisioner()
    #expect(provisioner.reserve(site: "a.localhost"))
    #expect(
      await provisioner.start(.sample("a"), bench).value.failure
        == failure(.siteExists(site: "a.localhost", holder: .cleanup), "a.localhost"))
    provisioner.release(site: "a.localhost")
    let task = provisioner.start(.sample("a"), bench)
    _ = await bench.prepare.arrival()
    #expect(!provisioner.reserve(site: "a.localhost"))
    bench.prepare.open("a.localhost")
    #expect(await task.value.credentials == "keys")
  }

  @Test(arguments: [false, true])
  func drains(refuseWaiting: Bool) async {
    let bench = FakeBench(concurrency: 1, prepare: Gate(closed: true))
    let provisioner = bench.provisioner()
    let first = provisioner.start(.sample("a"), bench)
    _ = await bench.prepare.arrival()
    let second = provisioner.start(.sample("b"), bench)
    await bench.event { if case .waiting = $0 { true } else { false } }
    provisioner.drain(refuseWaiting: refuseWaiting)
    #expect(
      await provisioner.start(.sample("c"), bench).value.failure
        == failure(.shuttingDown, "c.localhost"))
    if refuseWaiting {
      #expect(await second.value.failure == failure(.shuttingDown, "b.localhost"))
    }
    bench.prepare.open("a.localhost")
    #expect(await first.value.credentials == "keys")
    bench.prepare.open("b.localhost")
    if !refuseWaiting { #expect(await second.value.credentials == "keys") }
  }

  @Test func stopsEverything() async {
    let bench = FakeBench(concurrency: 1, prepare: Gate(closed: true))
    let provisioner = bench.provisioner()
    let first = provisioner.start(.sample("a"), bench)
    _ = await bench.prepare.arrival()
    let second = provisioner.start(.sample("b"), bench)
    await bench.event { if case .waiting = $0 { true } else { false } }
    provisioner.stopAll()
    #expect(
      await first.value.failure == failure(.shuttingDown, "a.localhost", at: .site, .complete))
    #expect(await second.value.failure == failure(.shuttingDown, "b.localhost"))
    #expect(await bench.undo.arrival() == "")
    #expect(provisioner.snapshot() == Snapshot(running: [], waiting: []))
  }
}
