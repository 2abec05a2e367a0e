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
    if state == .ready { _ = machine.started() }
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
    #expect(next.state == .ready)
    next = starting
    #expect(next.ended(lost) == [.fail([1, 2], lost), .rest(0.25)])
    #expect(next.state == .resting(attempt: 1) && next.trouble == lost)
    next = starting
    #expect(next.close() == [.fail([1, 2], SessionState.closedError), .wake])
    next = starting
    next.forget(1)
    #expect(next.started() == [.resume([2])])
    // Nobody is resumed twice.
    #expect(next.ended(lost) == [.rest(0.25)])
  }

  @Test func ready() {
    let ready = machine(.ready)
    var next = ready
    #expect(next.want(1) == [.resume([1])])
    #expect(next.begin() == [] && next.started() == [])
    next.forget(1)
    #expect(next.state == .ready)
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
    closed.forget(1)
    #expect(closed.close() == [.wake])
    #expect(closed.state == .closed && closed.trouble == nil)
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
