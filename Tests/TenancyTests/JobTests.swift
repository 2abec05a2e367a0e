// The job: its way to a tenant, its undo, and every input in every state.
import Testing

@testable import Tenancy

@Suite(.timeLimit(.minutes(1)))
struct JobTests {
  func job(after path: [Input]) -> Job {
    var job = Job(site: "s")
    for input in path { _ = input.apply(to: &job) }
    return job
  }

  @Test func looksFirst() { #expect(Job(site: "s").first == [.lookUp]) }

  @Test(arguments: situations)
  func everyInput(situation: Situation) {
    let before = job(after: situation.path)
    #expect(before.state == situation.state)
    #expect(before.step == situation.step)
    for input in Input.allCases {
      var job = before
      let actions = input.apply(to: &job)
      #expect(actions == situation.fitting[input] ?? [], "\(input)")
      if situation.fitting[input] == nil {
        #expect(job.state == before.state, "\(input)")
        if input != .began { #expect(job.step == before.step, "\(input)") }
      }
    }
  }

  @Test func restsLongerFromOutageToOutage() {
    var job = job(after: [.admit])
    for seconds in [0, 0.25, 0.5, 1, 2, 2] {
      #expect(job.ended(.outage(away)) == [.rest(.seconds(seconds))])
      #expect(job.rested() == [.lookUp])
    }
    #expect(job.restarts == 0)
  }

  /// Each time it begins again it is another attempt, which finds nothing of the last one.
  @Test func countsWhatItHasUndone() {
    var job = job(after: [.admit, .free])
    for restarts in 1...3 {
      _ = Input.began.apply(to: &job)
      #expect(job.ended(.outage(away)) == [.undo(sites: [])])
      #expect(job.undone(trouble: nil).first == .restart(.outage(away)))
      #expect(job.restarts == restarts)
      #expect(job.rested() == [.lookUp])
      #expect(job.lookedUp(.free) == [.prepare])
      // Nothing was begun since: there is nothing to undo.
      var next = job
      #expect(next.ended(gone) == fail(gone, at: .owner, .complete))
    }
  }

  @Test func endsOnceWhateverComes() {
    // Every path of three inputs out of every state: a job says nothing after it has failed.
    for situation in situations {
      let start = job(after: situation.path)
      for path in Self.paths {
        var job = start
        let actions = path.flatMap { $0.apply(to: &job) }
        let ends = actions.indices.filter { if case .fail = actions[$0] { true } else { false } }
        let failed = job.state == .failed && start.state != .failed
        if ends != (failed ? [actions.count - 1] : []) {
          Issue.record("\(situation.testDescription), \(path): \(actions)")
        }
      }
    }
  }

  private static let paths = Input.allCases.flatMap { first in
    Input.allCases.flatMap { second in Input.allCases.map { [first, second, $0] } }
  }

  @Test func aJobWhoseStandbyIsLostTakesAnotherSite() {
    var job = Job(site: "a.localhost")
    #expect(job.admit() == [])
    #expect(job.lookedUp(.free) == [.prepare])
    #expect(job.prepared(hidden: "lost") == [.claim(hidden: "lost")])
    #expect(job.ended(.standbyLost(reason: "it is gone")) == [.prepare])
    #expect(job.prepared(hidden: "other") == [.claim(hidden: "other")])
    #expect(job.claimed() == [.succeed])
  }
}
