// The session's machine: every input in every state, and the rests between attempts.
import Testing

@testable import Bench

@Suite(.timeLimit(.minutes(1)))
struct SessionStateTests {
  private let lost = BenchError.unreachable(reason: "lost")

  /// A machine in each of the states, with one waiter where there can be one.
  private func machine(_ state: SessionState.State) -> SessionState {
    var machine = SessionState()
    switch state {
    case .starting, .ready, .closed: _ = machine.begin()
    case .resting: break
    }
    if state == .ready(misses: nil) { _ = machine.started() }
    if state == .closed { _ = machine.close() }
    #expect(machine.state == state)
    return machine
  }

  @Test func resting() {
    let resting = machine(.resting(attempt: 0))
    var next = resting
    #expect(next.begin() == [.launch])
    #expect(next.state == .starting(attempt: 0))
    next = resting
    #expect(next.want(1) == [.wake])
    #expect(next.state == .resting(attempt: 0))
    next = resting
    #expect(next.started() == [] && next.ended(lost) == [])
    #expect(next.state == .resting(attempt: 0) && next.trouble == nil)
    next = resting
    _ = next.want(1)
    #expect(next.close() == [.fail([1], SessionState.closedError), .wake])
    #expect(next.state == .closed)
  }

  @Test func starting() {
    var starting = machine(.starting(attempt: 0))
    #expect(starting.begin() == [])
    #expect(starting.want(1) == [] && starting.want(2) == [])
    var next = starting
    #expect(next.started() == [.resume([1, 2])])
    #expect(next.isReady && next.hasWorked)
    next = starting
    #expect(next.ended(lost) == [.fail([1, 2], lost), .rest(0.25)])
    #expect(next.state == .resting(attempt: 1) && next.trouble == lost)
    next = starting
    #expect(next.close() == [.fail([1, 2], SessionState.closedError), .wake])
    next = starting
    #expect(next.forget(1) == [.fail([1], .cancelled)])
    #expect(next.forget(1) == [])
    #expect(next.started() == [.resume([2])])
    // Nobody is resumed twice.
    #expect(next.ended(lost) == [.rest(0.25)])
  }

  @Test func ready() {
    let ready = machine(.ready(misses: nil))
    var next = ready
    #expect(next.want(1) == [.resume([1])])
    #expect(next.begin() == [] && next.started() == [])
    #expect(next.forget(1) == [])
    #expect(next.isReady)
    #expect(next.ended(lost) == [.rest(0.25)])
    #expect(next.state == .resting(attempt: 1) && next.trouble == lost)
    next = ready
    #expect(next.close() == [.wake])
    #expect(next.state == .closed)
  }

  @Test func closed() {
    var closed = machine(.closed)
    #expect(closed.begin() == [] && closed.started() == [] && closed.ended(lost) == [])
    #expect(closed.want(1) == [.fail([1], SessionState.closedError)])
    #expect(closed.forget(1) == [])
    #expect(closed.close() == [.wake])
    #expect(closed.state == .closed && closed.trouble == nil)
  }

  /// Whoever is patient waits over attempts that fail, when there has been a session before.
  @Test func patience() {
    var machine = machine(.starting(attempt: 0))
    #expect(machine.want(1, isPatient: true) == [] && machine.want(2) == [])
    #expect(machine.ended(lost) == [.fail([1, 2], lost), .rest(0.25)])
    #expect(machine.begin() == [.launch])
    #expect(machine.want(3, isPatient: true) == [])
    #expect(machine.started() == [.resume([3])])
    #expect(machine.ended(lost) == [.rest(0.25)])

    #expect(machine.want(4, isPatient: true) == [.wake] && machine.want(5) == [.wake])
    #expect(machine.begin() == [.launch])
    #expect(machine.ended(lost) == [.fail([5], .lost(lost)), .rest(0.5)])
    var next = machine
    #expect(next.begin() == [.launch])
    #expect(next.started() == [.resume([4])])
    next = machine
    #expect(next.forget(4) == [.fail([4], .lost(lost))])
    next = machine
    #expect(next.close() == [.fail([4], SessionState.closedError), .wake])
  }

  @Test func twoMissesEndIt() {
    var machine = machine(.ready(misses: nil))
    #expect(machine.tick() == [.ping])
    machine.heard()
    #expect(machine.tick() == [.ping])
    #expect(machine.tick() == [])
    #expect(machine.state == .ready(misses: 1))
    machine.heard()
    #expect(machine.tick() == [.ping])
    #expect(machine.tick() == [])
    #expect(machine.tick() == [.kill])
    #expect(machine.tick() == [], "once")
    #expect(machine.ended(lost) == [.rest(0.25)])
    // A word of the old one says nothing of the next.
    machine.heard()
    #expect(machine.tick() == [])
    #expect(machine.begin() == [.launch])
    machine.heard()
    #expect(machine.tick() == [] && machine.started() == [])
    #expect(machine.tick() == [.ping])
  }

  @Test func theRestsGrowUntilAnAttemptWorks() {
    var machine = SessionState()
    for rest in [0.25, 0.5, 1, 2, 5, 5, 5] {
      #expect(machine.begin() == [.launch])
      #expect(machine.ended(lost) == [.rest(rest)])
      #expect(machine.trouble == lost)
    }
    #expect(machine.begin() == [.launch])
    #expect(machine.started() == [])
    #expect(machine.trouble == nil)
    #expect(machine.ended(lost) == [.rest(0.25)])
  }
}
