// Who follows a job: each its own, for as long as its call lasts.
import JSONRPC
import Synchronization
import Testing

@testable import Bench

@Suite(.timeLimit(.minutes(1)))
struct ProgressTableTests {
  private func event(_ job: JSON?, method: String = "progress") -> Request {
    Request(id: nil, method: method, params: job.map { ["job": $0] })
  }

  @Test func eachHearsOfItsOwnJobWhileItsCallLasts() {
    let table = ProgressTable()
    let heard = Mutex<[String]>([])
    for name in ["a", "b"] {
      table.add(name) { event in
        #expect(event["job"]?.string == name)
        heard.withLock { $0.append(name) }
      }
    }
    for job in ["a", "b", "a", "c"] { table.deliver(event(.string(job))) }
    table.deliver(event("a", method: "overview"))
    table.deliver(event(nil))
    table.deliver(event(7))
    #expect(heard.withLock { $0 } == ["a", "b", "a"])
    table.remove("a")
    for job in ["a", "b"] { table.deliver(event(.string(job))) }
    #expect(heard.withLock { $0 } == ["a", "b", "a", "b"])
  }
}
