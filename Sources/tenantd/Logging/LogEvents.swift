// What the libraries report, as log lines.

import Bench
import JSONRPC
import Tenancy

extension Log {
  func session(_ event: SessionEvent) {
    switch event {
    case .started(let facts, let seconds):
      self(
        .info, "session started",
        [
          "frappe": .string(facts.frappe), "bench": .string(facts.bench),
          "seconds": .double((seconds * 1000).rounded() / 1000),
        ])
    case .failed(let error):
      self(.warning, "session could not be started", ["reason": .string(error.reason)])
    case .ended(let error): self(.info, "session ended", ["reason": .string(error.reason)])
    case .standbyEnded: self(.debug, "a standby's process has ended")
    case .overview: break
    case .output(let line): self(.debug, "bench: \(line)")
    }
  }

  func pool(_ event: PoolEvent) {
    switch event {
    case .began(let action): self(.debug, "pool: \(action)")
    case .rests(let isKept): self(.debug, isKept ? "pool: kept" : "pool: nothing to do now")
    case .rehearsalsOff(let reason): self(.warning, reason)
    case .failed(let reason, let tries):
      self(
        .warning, "the standby pool could not be kept",
        ["reason": .string(reason), "tries": .integer(Int64(tries))])
    case .finishesTemplate:
      self(.info, "finishing the template, so that the next signup is quick; a signal ends that")
    }
  }

  func reconciliation(_ event: ReconcilerEvent) {
    switch event {
    case .dropped(let remnant):
      self(.warning, "dropped what a dead provision left", ["site": .string(remnant.name)])
    case .failed(let remnant):
      self(
        .error, "could not drop what a dead provision left",
        ["site": .string(remnant.name), "reason": .string(remnant.reason ?? "")])
    case .unanswered(let reason):
      self(.warning, "the bench was not reconciled", ["reason": .string(reason)])
    }
  }

  func job(_ event: JobEvent) {
    switch event {
    case .accepted(let job, let site, _): about(job, .info, "accepted", ["site": .string(site)])
    case .joined(let job): about(job, .info, "joined by a request with the same key")
    case .waiting(let job, let position):
      about(job, .info, "waiting", ["position": .integer(Int64(position))])
    case .started(let job): about(job, .debug, "started")
    case .prepared: break
    case .progress(let job, let progress): step(job, progress)
    case .overdue(let job): about(job, .warning, "the bench does not end an interrupted call")
    case .undoing(let job, let failure, let sites):
      about(
        job, .warning, "undoing: \(failure.sentence)",
        ["sites": .array(sites.map { .string($0) })])
    case .undone(let job, nil): about(job, .info, "undone")
    case .restarting(let job, let failure):
      about(job, .warning, "begins again: \(failure.sentence)")
    case .released: break
    case .undone(let job, let trouble?): about(job, .error, "not undone yet: \(trouble)")
    case .succeeded(let job, let site, let path, let elapsed):
      about(
        job, .info, path == nil ? "issued new keys" : "provisioned",
        [
          "site": .string(site), "path": path.map { .string($0.rawValue) } ?? .null,
          "seconds": elapsed.json,
        ])
    case .failed(let job, let failure):
      var fields: JSONObject = ["kind": .string(failure.failure.kind)]
      if case .gaveUp(_, _, let output) = failure.failure {
        fields["output"] = .array(output.map { .string($0) })
      }
      about(job, .warning, "failed: \(failure.failure.sentence)", fields)
    }
  }

  private func step(_ job: JobID, _ progress: StepProgress) {
    switch progress.state {
    case .started: about(job, .debug, "\(progress.step.title)…")
    case .done:
      about(job, .debug, "\(progress.step.title): done", ["seconds": progress.elapsed.json])
    case .warning(let sentence): about(job, .warning, "\(progress.step.title): \(sentence)")
    case .restarted: break
    }
  }

  private func about(
    _ job: JobID, _ level: LogLevel, _ message: String, _ fields: JSONObject = [:]
  ) {
    var fields = fields
    fields["job"] = .integer(Int64(job.number))
    self(level, message, fields)
  }
}
