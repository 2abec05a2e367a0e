// Every state of a job: the inputs that lead to it, those that fit it, and what they give.
import Testing

@testable import Tenancy

/// What can happen to a job, as a value.
enum Input: CaseIterable {
  case admit, free, siteExists, emailInUse, sameKey, began, prepared, claimed, reissued, ended
  case endedTaken, outage, sessionChanged, rested, overdue, cancel, timeout, shutdown
  case undone, undoneNot, undoneLater

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
    case .outage: return job.ended(.outage(away))
    case .sessionChanged: return job.sessionChanged()
    case .rested: return job.rested()
    case .overdue: return job.overdue()
    case .cancel: return job.stop(.cancelled)
    case .timeout: return job.stop(.timeout(after: .seconds(9)))
    case .shutdown: return job.stop(.shuttingDown)
    case .undone: return job.undone(trouble: nil)
    case .undoneNot: return job.undone(trouble: "No.")
    case .undoneLater: return job.undone(trouble: "No.", isOutage: true)
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

func fail(
  _ failure: Failure, at step: Step? = nil, _ rolledBack: RolledBack = .nothingDone
) -> [Job.Action] {
  [.fail(JobFailure(failure: failure, site: "s", step: step, rolledBack: rolledBack))]
}

let away = Failure.databaseUnavailable(reason: "away")
let gone = Failure.benchUnreachable(reason: "gone")
let taken = Failure.siteExists(site: "s")
private func late(_ step: Step?) -> Failure { .timeout(step: step, after: .seconds(9)) }
private let notYet = RolledBack.pending(
  reason: "What was begun is not undone yet and will be cleaned up later: No.")
private let unclean = RolledBack.pending(
  reason: "The bench had not ended the work when it was undone; "
    + "what that may leave will be cleaned up later.")

/// The first rest after an outage.
private let rest: [Job.Action] = [.rest(.zero)]

private func undoing(
  _ failure: Failure, _ sites: [String], isClean: Bool = true, isRestart: Bool = false
) -> Job.State {
  .undoing(Job.Undo(failure: failure, sites: sites, isClean: isClean, isRestart: isRestart))
}

private func resting(_ next: Job.Rest.Next) -> Job.State {
  .resting(Job.Rest(failure: .outage(away), next: next))
}

let situations: [Situation] = [
  Situation(
    "new", [], .waiting(admitted: false, existing: nil),
    [
      .admit: [], .free: [], .sameKey: [], .siteExists: fail(taken),
      .emailInUse: fail(.emailInUse(site: "b")), .ended: fail(gone), .endedTaken: fail(taken),
      .outage: rest, .cancel: [.interrupt], .timeout: [.interrupt], .shutdown: [.interrupt],
    ]),
  Situation(
    "admitted, not looked up", [.admit], .waiting(admitted: true, existing: nil),
    [
      .free: [.prepare], .sameKey: [.reissue(site: "s")], .siteExists: fail(taken),
      .emailInUse: fail(.emailInUse(site: "b")), .ended: fail(gone), .endedTaken: fail(taken),
      .outage: rest, .cancel: [.interrupt], .timeout: [.interrupt], .shutdown: [.interrupt],
    ]),
  Situation(
    "looked up, not admitted", [.free], .waiting(admitted: false, existing: .free),
    [
      .admit: [.prepare], .sessionChanged: [.lookUp], .cancel: fail(.cancelled(step: nil)),
      .timeout: fail(late(nil)), .shutdown: fail(.shuttingDown),
    ]),
  Situation(
    "known key, not admitted", [.sameKey], .waiting(admitted: false, existing: .sameKey(site: "s")),
    [
      .admit: [.reissue(site: "s")], .sessionChanged: [.lookUp],
      .cancel: fail(.cancelled(step: nil)), .timeout: fail(late(nil)),
      .shutdown: fail(.shuttingDown),
    ]),
  Situation(
    "preparing, nothing begun", [.admit, .free], .preparing,
    [
      .began: [], .prepared: [.claim(hidden: "h")], .ended: fail(gone), .endedTaken: fail(taken),
      .outage: rest,
      .cancel: [.interrupt], .timeout: [.interrupt], .shutdown: [.interrupt],
    ]),
  Situation(
    "preparing", [.admit, .free, .began], .preparing, step: .owner,
    [
      .prepared: [.claim(hidden: "h")], .ended: [.undo(sites: [])], .endedTaken: [.undo(sites: [])],
      .outage: [.undo(sites: [])],
      .cancel: [.interrupt], .timeout: [.interrupt], .shutdown: [.interrupt],
    ]),
  Situation(
    "claiming", [.admit, .free, .began, .prepared], .claiming(hidden: "h"), step: .owner,
    [
      .claimed: [.succeed], .ended: [.undo(sites: ["h", "s"])],
      .endedTaken: [.undo(sites: ["h"])], .outage: [.undo(sites: ["h", "s"])],
      .cancel: [.interrupt], .timeout: [.interrupt], .shutdown: [.interrupt],
    ]),
  Situation(
    "reissuing", [.admit, .sameKey], .reissuing,
    [
      .began: [], .reissued: [.succeed], .ended: fail(gone), .endedTaken: fail(taken),
      .outage: rest,
      .cancel: [.interrupt], .timeout: [.interrupt], .shutdown: [.interrupt],
    ]),
  Situation(
    "interrupted look-up", [.timeout], .ending(.lookUp, .timeout(after: .seconds(9))),
    [
      .began: [], .free: fail(late(nil)), .siteExists: fail(late(nil)),
      .emailInUse: fail(late(nil)), .sameKey: fail(late(nil)), .ended: fail(late(nil)),
      .endedTaken: fail(late(nil)), .outage: fail(away), .overdue: fail(late(nil)), .cancel: [],
    ]),
  Situation(
    "interrupted before anything began", [.admit, .free, .shutdown],
    .ending(.prepare, .shuttingDown),
    [
      .began: [], .prepared: [.undo(sites: ["h"])], .ended: fail(.shuttingDown),
      .endedTaken: fail(.shuttingDown), .outage: fail(.shuttingDown),
      .overdue: [.undo(sites: [])], .cancel: [],
    ]),
  Situation(
    "interrupted preparing", [.admit, .free, .began, .timeout],
    .ending(.prepare, .timeout(after: .seconds(9))), step: .owner,
    [
      .prepared: [.undo(sites: ["h"])], .ended: [.undo(sites: [])], .endedTaken: [.undo(sites: [])],
      .outage: [.undo(sites: [])], .overdue: [.undo(sites: [])], .cancel: [],
    ]),
  Situation(
    "timed out claiming", [.admit, .free, .began, .prepared, .timeout],
    .ending(.claim(hidden: "h"), .timeout(after: .seconds(9))), step: .owner,
    [
      .claimed: [.succeed], .ended: [.undo(sites: ["h", "s"])], .endedTaken: [.undo(sites: ["h"])],
      .outage: [.undo(sites: ["h", "s"])], .overdue: [.undo(sites: ["h", "s"])], .cancel: [],
    ]),
  Situation(
    "cancelled claiming", [.admit, .free, .began, .prepared, .cancel],
    .ending(.claim(hidden: "h"), .cancelled), step: .owner,
    [
      .claimed: [.undo(sites: ["h", "s"])], .ended: [.undo(sites: ["h", "s"])],
      .endedTaken: [.undo(sites: ["h"])], .outage: [.undo(sites: ["h", "s"])],
      .overdue: [.undo(sites: ["h", "s"])], .cancel: [],
    ]),
  Situation(
    "timed out claiming, then cancelled", [.admit, .free, .prepared, .timeout, .cancel],
    .ending(.claim(hidden: "h"), .cancelled),
    [
      .began: [], .claimed: [.undo(sites: ["h", "s"])], .ended: [.undo(sites: ["h", "s"])],
      .endedTaken: [.undo(sites: ["h"])], .outage: [.undo(sites: ["h", "s"])],
      .overdue: [.undo(sites: ["h", "s"])], .cancel: [],
    ]),
  Situation(
    "cancelled reissuing", [.admit, .sameKey, .cancel], .ending(.reissue, .cancelled),
    [
      .began: [], .reissued: fail(.cancelled(step: nil)), .ended: fail(.cancelled(step: nil)),
      .endedTaken: fail(.cancelled(step: nil)), .outage: fail(.cancelled(step: nil)),
      .overdue: fail(.cancelled(step: nil)), .cancel: [],
    ]),
  Situation(
    "timed out reissuing", [.admit, .sameKey, .timeout],
    .ending(.reissue, .timeout(after: .seconds(9))),
    [
      .began: [], .reissued: [.succeed], .ended: fail(late(nil)), .endedTaken: fail(late(nil)),
      .outage: fail(away), .overdue: fail(late(nil)), .cancel: [],
    ]),
  Situation(
    "undoing", [.admit, .free, .began, .prepared, .ended], undoing(gone, ["h", "s"]), step: .owner,
    [
      .undone: fail(gone, at: .owner, .complete), .undoneNot: fail(gone, at: .owner, notYet),
      .undoneLater: fail(gone, at: .owner, notYet),
    ]),
  Situation(
    "undoing what has not ended", [.admit, .free, .began, .cancel, .overdue],
    undoing(.cancelled(step: .owner), [], isClean: false), step: .owner,
    [
      .undone: fail(.cancelled(step: .owner), at: .owner, unclean),
      .undoneNot: fail(.cancelled(step: .owner), at: .owner, notYet),
      .undoneLater: fail(.cancelled(step: .owner), at: .owner, notYet),
    ]),
  Situation(
    "undoing an outage", [.admit, .free, .began, .prepared, .outage],
    undoing(.outage(away), ["h", "s"], isRestart: true), step: .owner,
    [
      .undone: [.restart(.outage(away))] + rest, .undoneNot: fail(away, at: .owner, notYet),
      .undoneLater: rest, .cancel: [], .timeout: [], .shutdown: [],
    ]),
  Situation(
    "out of time while an outage is undone",
    [.admit, .free, .began, .prepared, .outage, .timeout], undoing(away, ["h", "s"]), step: .owner,
    [
      .undone: fail(away, at: .owner, .complete), .undoneNot: fail(away, at: .owner, notYet),
      .undoneLater: fail(away, at: .owner, notYet),
    ]),
  Situation(
    "resting before it looks", [.outage], resting(.lookUp(admitted: false)),
    [
      .admit: [], .rested: [.lookUp], .cancel: fail(.cancelled(step: nil)), .timeout: fail(away),
      .shutdown: fail(.shuttingDown),
    ]),
  Situation(
    "admitted while it rests", [.outage, .admit], resting(.lookUp(admitted: true)),
    [
      .rested: [.lookUp], .cancel: fail(.cancelled(step: nil)), .timeout: fail(away),
      .shutdown: fail(.shuttingDown),
    ]),
  Situation(
    "resting before it begins again", [.admit, .free, .began, .outage, .undone],
    resting(.lookUp(admitted: true)), step: .owner,
    [
      .rested: [.lookUp], .cancel: fail(.cancelled(step: .owner), at: .owner, .complete),
      .timeout: fail(away, at: .owner, .complete),
      .shutdown: fail(.shuttingDown, at: .owner, .complete),
    ]),
  Situation(
    "resting before it undoes again",
    [.admit, .free, .began, .prepared, .outage, .undoneLater], resting(.undo(sites: ["h", "s"])),
    step: .owner,
    [
      .rested: [.undo(sites: ["h", "s"])], .cancel: [.undo(sites: ["h", "s"])],
      .timeout: [.undo(sites: ["h", "s"])], .shutdown: [.undo(sites: ["h", "s"])],
    ]),
  Situation(
    "looking again", [.admit, .free, .began, .outage, .undone, .rested],
    .waiting(admitted: true, existing: nil), step: .owner,
    [
      .free: [.prepare], .sameKey: [.reissue(site: "s")],
      .siteExists: fail(taken, at: .owner, .complete),
      .emailInUse: fail(.emailInUse(site: "b"), at: .owner, .complete),
      .ended: fail(gone, at: .owner, .complete), .endedTaken: fail(taken, at: .owner, .complete),
      .outage: [.rest(.milliseconds(250))],
      .cancel: [.interrupt], .timeout: [.interrupt], .shutdown: [.interrupt],
    ]),
  Situation(
    "claimed", [.admit, .free, .began, .prepared, .claimed], .done(hidden: "h"), step: .owner,
    [.cancel: [.undo(sites: ["h", "s"])]]),
  Situation(
    "reissued", [.admit, .sameKey, .reissued], .done(hidden: nil),
    [.cancel: fail(.cancelled(step: nil))]),
  Situation("failed", [.siteExists], .failed, [:]),
]
