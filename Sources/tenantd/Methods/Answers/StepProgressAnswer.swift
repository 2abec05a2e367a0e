// How far a signup is, as its `progress` notifications tell it.

import JSONRPC
import Tenancy

extension StepProgress {
  static let schema = Schema.object(
    [
      .always("id", .id, "The request's."), .always("site", .string),
      .always("step", .integer(1...Step.allCases.count)),
      .always("of", .integer), .always("title", .string),
      .always("state", .oneOf(["started", "done", "warning", "restarted"])),
      .maybe("message", .string, "The warning, or why it begins again."),
      .always("seconds", .number, "How long the step has been running."),
    ], isClosed: true)

  /// The members of a `progress` notification.
  func notification(site: String) -> JSONObject {
    var body: JSONObject = [
      "site": .string(site), "step": .integer(Int64(step.rawValue)),
      "of": .integer(Int64(Step.allCases.count)), "title": .string(step.title),
    ]
    switch state {
    case .started: body["state"] = "started"
    case .done: body["state"] = "done"
    case .warning(let sentence):
      body["state"] = "warning"
      body["message"] = .string(sentence)
    case .restarted(let sentence):
      body["state"] = "restarted"
      body["message"] = .string(sentence)
    }
    body["seconds"] = elapsed.json
    return body
  }
}
