// Many requests at once that join, leave and wait, to see whether the parts hold together.
import Synchronization
import Testing

@testable import Tenancy

/// How many claims were made, and how many at the same time.
private final class ClaimCount: Sendable {
  private let running = Atomic(0)
  let most = Atomic(0)
  let made = Atomic(0)

  func begin() {
    most.max(running.add(1, ordering: .relaxed).newValue, ordering: .relaxed)
  }

  func end() {
    running.subtract(1, ordering: .relaxed)
    made.add(1, ordering: .relaxed)
  }
}

@Suite(.timeLimit(.minutes(1)))
struct CrowdTests {
  @Test func answersEverybodyInACrowd() async {
    let bench = FakeBench(concurrency: 3, capacity: 400)
    let provisioner = bench.provisioner()
    let count = ClaimCount()
    // Two requests for each tenant, and every third one is cancelled: one of the two stays.
    await withTaskGroup { group in
      for number in 0..<300 {
        group.addTask {
          let request = Task {
            try await provisioner.provision(
              .sample("a\(number / 2)", key: "\(number / 2)", timeout: .seconds(3600))
            ) {
              _, _, _, _, _ throws(Failure) in
              count.begin()
              await Task.yield()
              count.end()
              return "keys"
            }
          }
          if number % 3 == 0 { request.cancel() }
          switch await request.result {
          case .success(let tenant): #expect(tenant.credentials == "keys")
          case .failure(let error as JobFailure):
            #expect(number % 3 == 0)
            guard case .cancelled = error.failure else {
              Issue.record("\(error)")
              return
            }
          case .failure(let error): Issue.record(error)
          }
        }
      }
    }
    #expect(1...3 ~= count.most.load(ordering: .relaxed))
    #expect(count.made.load(ordering: .relaxed) >= 150)
    #expect(provisioner.snapshot() == Snapshot(running: [], waiting: []))
    #expect(provisioner.reservedSites == [])
    #expect(provisioner.pendingUndo() == [])
  }
}
