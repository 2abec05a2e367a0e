// The job: its way to a tenant, its undo, and every input in every state.
import Testing

@testable import Tenancy

/// What can happen to a job, as a value.
enum Input: CaseIterable {
  case admit, free, siteExists, emailInUse, sameKey, began, prepared, claimed, reissued, ended
  case endedTaken, overdue, cancel, timeout, shutdown, undone, undoneNot

  func apply(to job: inout Job) -> [Job.Action] {
    switch self {
    case .admit: return job.admit()
    case .free: return job.lookedUp(.free)
    case .siteExists: return job.lookedUp(.siteExists)
    case .emailInUse: return job.lookedUp(.emailInUse(site: "b"))
    case .sameKey: return job.lookedUp(.sameKey(site: "s"))
    case .began:
      job.began(.owner)
      return []
    case .prepared: return job.prepared(hidden: "h")
    case .claimed: return job.claimed()
    case .reissued: return job.reissued()
    case .ended: return job.ended(.benchUnreachable(reason: "gone"))
    case .endedTaken: return job.ended(.siteExists(site: "s"))
    case .overdue: return job.overdue()
    case .cancel: return job.stop(.cancelled)
    case .timeout: return job.stop(.timeout(after: .seconds(9)))
    case .shutdown: return job.stop(.shuttingDown)
    case .undone: return job.undone(trouble: nil)
    case .undoneNot: return job.undone(trouble: "No.")
    }
  }
}

/// A state, the inputs that lead to it, and what those that fit give; all others must give nothing
/// and leave the state.
struct Situation: CustomTestStringConvertible {
  let testDescription: String
  let path: [Input]
  let state: Job.State
  let step: Step?
  let fitting: [Input: [Job.Action]]

  init(
    _ name: String, _ path: [Input], _ state: Job.State, step: Step? = nil,
    _ fitting: [Input: [Job.Action]]
  ) {
    testDescription = name
    self.path = path
    self.state = state
    self.step = step
    self.fitting = fitting
  }
}

private func fail(
  _ failure: Failure, at step: Step? = nil, _ rolledBack: RolledBack = .nothingDone
) -> [Job.Action] {
  [.fail(JobFailure(failure: failure, site: "s", step: step, rolledBack: rolledBack))]
}

private let gone = Failure.benchUnreachable(reason: "gone")
private let taken = Failure.siteExists(site: "s")
private func late(_ step: Step?) -> Failure { .timeout(step: step, after: .seconds(9)) }
private let notYet = RolledBack.pending(
  reason: "What was begun is not undone yet and will be cleaned up later: No.")
private let unclean = RolledBack.pending(
  reason: "The bench had not ended the work when it was undone; "
    + "what that may leave will be cleaned up later.")

private let situations: [Situation] = [
  Situation(
    "new", [], .waiting(admitted: false, existing: nil),
    [
      .admit: [], .free: [], .sameKey: [], .siteExists: fail(taken),
      .emailInUse: fail(.emailInUse(site: "b")), .ended: fail(gone), .endedTaken: fail(taken),
      .cancel: [.interrupt], .timeout: [.interrupt], .shutdown: [.interrupt],
    ]),
  Situation(
    "admitted, not looked up", [.admit], .waiting(admitted: true, existing: nil),
    [
      .free: [.prepare], .sameKey: [.reissue(site: "s")], .siteExists: fail(taken),
      .emailInUse: fail(.emailInUse(site: "b")), .ended: fail(gone), .endedTaken: fail(taken),
      .cancel: [.interrupt], .timeout: [.interrupt], .shutdown: [.interrupt],
    ]),
  Situation(
    "looked up, not admitted", [.free], .waiting(admitted: false, existing: .free),
    [
      .admit: [.prepare], .cancel: fail(.cancelled(step: nil)), .timeout: fail(late(nil)),
      .shutdown: fail(.shuttingDown),
    ]),
  Situation(
    "known key, not admitted", [.sameKey], .waiting(admitted: false, existing: .sameKey(site: "s")),
    [
      .admit: [.reissue(site: "s")], .cancel: fail(.cancelled(step: nil)),
      .timeout: fail(late(nil)), .shutdown: fail(.shuttingDown),
    ]),
  Situation(
    "preparing, nothing begun", [.admit, .free], .preparing,
    [
      .began: [], .prepared: [.claim(hidden: "h")], .ended: fail(gone), .endedTaken: fail(taken),
      .cancel: [.interrupt], .timeout: [.interrupt], .shutdown: [.interrupt],
    ]),
  Situation(
    "preparing", [.admit, .free, .began], .preparing, step: .owner,
    [
      .prepared: [.claim(hidden: "h")], .ended: [.undo(sites: [])], .endedTaken: [.undo(sites: [])],
      .cancel: [.interrupt], .timeout: [.interrupt], .shutdown: [.interrupt],
    ]),
  Situation(
    "claiming", [.admit, .free, .began, .prepared], .claiming(hidden: "h"), step: .owner,
    [
      .claimed: [.succeed], .ended: [.undo(sites: ["h", "s"])],
      .endedTaken: [.undo(sites: ["h"])],
      .cancel: [.interrupt], .timeout: [.interrupt], .shutdown: [.interrupt],
    ]),
  Situation(
    "reissuing", [.admit, .sameKey], .reissuing,
    [
      .began: [], .reissued: [.succeed], .ended: fail(gone), .endedTaken: fail(taken),
      .cancel: [.interrupt], .timeout: [.interrupt], .shutdown: [.interrupt],
    ]),
  Situation(
    "interrupted look-up", [.timeout], .ending(.lookUp, .timeout(after: .seconds(9))),
    [
      .began: [], .free: fail(late(nil)), .siteExists: fail(late(nil)),
      .emailInUse: fail(late(nil)), .sameKey: fail(late(nil)), .ended: fail(late(nil)),
      .endedTaken: fail(late(nil)), .overdue: fail(late(nil)), .cancel: [],
    ]),
  Situation(
    "interrupted before anything began", [.admit, .free, .shutdown],
    .ending(.prepare, .shuttingDown),
    [
      .began: [], .prepared: [.undo(sites: ["h"])], .ended: fail(.shuttingDown),
      .endedTaken: fail(.shuttingDown), .overdue: [.undo(sites: [])], .cancel: [],
    ]),
  Situation(
    "interrupted preparing", [.admit, .free, .began, .timeout],
    .ending(.prepare, .timeout(after: .seconds(9))), step: .owner,
    [
      .prepared: [.undo(sites: ["h"])], .ended: [.undo(sites: [])], .endedTaken: [.undo(sites: [])],
      .overdue: [.undo(sites: [])], .cancel: [],
    ]),
  Situation(
    "timed out claiming", [.admit, .free, .began, .prepared, .timeout],
    .ending(.claim(hidden: "h"), .timeout(after: .seconds(9))), step: .owner,
    [
      .claimed: [.succeed], .ended: [.undo(sites: ["h", "s"])], .endedTaken: [.undo(sites: ["h"])],
      .overdue: [.undo(sites: ["h", "s"])], .cancel: [],
    ]),
  Situation(
    "cancelled claiming", [.admit, .free, .began, .prepared, .cancel],
    .ending(.claim(hidden: "h"), .cancelled), step: .owner,
    [
      .claimed: [.undo(sites: ["h", "s"])], .ended: [.undo(sites: ["h", "s"])],
      .endedTaken: [.undo(sites: ["h"])], .overdue: [.undo(sites: ["h", "s"])], .cancel: [],
    ]),
  Situation(
    "timed out claiming, then cancelled", [.admit, .free, .prepared, .timeout, .cancel],
    .ending(.claim(hidden: "h"), .cancelled),
    [
      .began: [], .claimed: [.undo(sites: ["h", "s"])], .ended: [.undo(sites: ["h", "s"])],
      .endedTaken: [.undo(sites: ["h"])], .overdue: [.undo(sites: ["h", "s"])], .cancel: [],
    ]),
  Situation(
    "cancelled reissuing", [.admit, .sameKey, .cancel], .ending(.reissue, .cancelled),
    [
      .began: [], .reissued: fail(.cancelled(step: nil)), .ended: fail(.cancelled(step: nil)),
      .endedTaken: fail(.cancelled(step: nil)), .overdue: fail(.cancelled(step: nil)), .cancel: [],
    ]),
  Situation(
    "timed out reissuing", [.admit, .sameKey, .timeout],
    .ending(.reissue, .timeout(after: .seconds(9))),
    [
      .began: [], .reissued: [.succeed], .ended: fail(late(nil)), .endedTaken: fail(late(nil)),
      .overdue: fail(late(nil)), .cancel: [],
    ]),
  Situation(
    "undoing", [.admit, .free, .began, .prepared, .ended], .undoing(gone, clean: true),
    step: .owner,
    [.undone: fail(gone, at: .owner, .complete), .undoneNot: fail(gone, at: .owner, notYet)]),
  Situation(
    "undoing what has not ended", [.admit, .free, .began, .cancel, .overdue],
    .undoing(.cancelled(step: .owner), clean: false), step: .owner,
    [
      .undone: fail(.cancelled(step: .owner), at: .owner, unclean),
      .undoneNot: fail(.cancelled(step: .owner), at: .owner, notYet),
    ]),
  Situation(
    "claimed", [.admit, .free, .began, .prepared, .claimed], .done(hidden: "h"), step: .owner,
    [.cancel: [.undo(sites: ["h", "s"])]]),
  Situation(
    "reissued", [.admit, .sameKey, .reissued], .done(hidden: nil),
    [.cancel: fail(.cancelled(step: nil))]),
  Situation("failed", [.siteExists], .failed, [:]),
]

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
}
