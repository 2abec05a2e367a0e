// The queue: what runs, what waits, what is refused.
import Testing

@testable import Tenancy

@Suite(.timeLimit(.minutes(1)))
struct JobQueueTests {
  let a = JobID(1), b = JobID(2), c = JobID(3), d = JobID(4), e = JobID(5)

  func full() -> JobQueue {
    var queue = JobQueue(concurrency: 2, capacity: 2)
    for job in [a, b, c, d] { _ = queue.submit(job) }
    return queue
  }

  @Test func startsThenQueuesThenRefuses() {
    var queue = JobQueue(concurrency: 2, capacity: 2)
    #expect(queue.submit(a) == [.start(a)])
    #expect(queue.submit(b) == [.start(b)])
    #expect(queue.submit(c) == [.wait(c, position: 1)])
    #expect(queue.submit(d) == [.wait(d, position: 2)])
    #expect(queue.submit(e) == [.refuse(e, .queueFull(limit: 2))])
    #expect(queue.running == [a, b])
    #expect(queue.waiting == [c, d])
  }

  @Test func takesNoJobTwice() {
    var queue = full()
    #expect(queue.submit(a) == [])
    #expect(queue.submit(c) == [])
    #expect(queue.running == [a, b])
    #expect(queue.waiting == [c, d])
  }

  @Test func startsTheNextInOrder() {
    var queue = full()
    #expect(queue.finish(b) == [.start(c)])
    #expect(queue.finish(a) == [.start(d)])
    #expect(queue.finish(c) == [])
    #expect(queue.finish(d) == [])
    #expect(queue.running == [])
    #expect(queue.submit(e) == [.start(e)])
  }

  @Test func ignoresTheEndOfWhatDoesNotRun() {
    var queue = full()
    #expect(queue.finish(c) == [])
    #expect(queue.finish(e) == [])
    #expect(queue.running == [a, b])
    #expect(queue.waiting == [c, d])
  }

  @Test func withdrawsOnlyWhatWaits() {
    var queue = full()
    #expect(queue.withdraw(c) == true)
    #expect(queue.withdraw(c) == false)
    #expect(queue.withdraw(a) == false)
    #expect(queue.withdraw(e) == false)
    #expect(queue.submit(e) == [.wait(e, position: 2)])
    #expect(queue.finish(a) == [.start(d)])
  }

  @Test func closesButServesThoseThatWait() {
    var queue = full()
    #expect(queue.close(refuseWaiting: false) == [])
    #expect(queue.submit(e) == [.refuse(e, .shuttingDown)])
    #expect(queue.finish(a) == [.start(c)])
    #expect(queue.isClosed)
  }

  @Test func closesAndRefusesThoseThatWait() {
    var queue = full()
    #expect(
      queue.close(refuseWaiting: true) == [.refuse(c, .shuttingDown), .refuse(d, .shuttingDown)])
    #expect(queue.waiting == [])
    #expect(queue.running == [a, b])
    #expect(queue.finish(a) == [])
    #expect(queue.close(refuseWaiting: true) == [])
  }

  @Test func runsOneAtLeast() {
    var queue = JobQueue(concurrency: 0, capacity: -1)
    #expect(queue.submit(a) == [.start(a)])
    #expect(queue.submit(b) == [.refuse(b, .queueFull(limit: 0))])
  }
}
