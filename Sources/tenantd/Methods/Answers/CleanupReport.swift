// What a cleanup has done, as it answers, and what it tells meanwhile.

import JSONRPC
import Tenancy

/// What a cleanup has done so far.
struct CleanupReport: Sendable {
  private static let remnant: [Member] = [.always("kind", .string), .always("name", .string)]

  static let schema = Schema.object([
    .always("dryRun", .boolean), .always("dropped", .array(.object(remnant))),
    .always("failed", .array(.object(remnant + [.always("reason", .string)]))),
    .always(
      "kept", .array(.object([.always("site", .string), .always("reason", .string)]))),
    .always("seconds", .number),
  ])

  /// Of its notifications.
  static let progress = Schema.object(
    [
      .always("id", .id, "The request's."),
      .always("state", .oneOf(["waiting", "started", "done", "failed"])),
      .always("of", .integer, "How many sites will be dropped."),
      .maybe("seconds", .number, "With waiting: the delay."), .maybe("site", .string),
      .maybe("step", .integer), .maybe("title", .string),
    ], isClosed: true)

  let dryRun: Bool
  var dropped: [(kind: String, name: String)] = []
  var failed: [(kind: String, name: String, reason: String)] = []
  var kept: [(site: String, reason: String)] = []

  init(dryRun: Bool) { self.dryRun = dryRun }

  var body: JSONObject {
    [
      "dryRun": .bool(dryRun),
      "dropped": .array(dropped.map { ["kind": .string($0.kind), "name": .string($0.name)] }),
      "failed": .array(
        failed.map {
          ["kind": .string($0.kind), "name": .string($0.name), "reason": .string($0.reason)]
        }),
      "kept": .array(kept.map { ["site": .string($0.site), "reason": .string($0.reason)] }),
    ]
  }

  func json(seconds: Double) -> JSON {
    var body = body
    body["seconds"] = .double(seconds)
    return .object(body)
  }

  /// The error of a cleanup that was cancelled, with what it had done by then.
  func cancelled() -> RPCError {
    var error = Failure.cancelled(step: nil).rpcError(["report": .object(body)])
    error.message =
      dropped.isEmpty
      ? "The cleanup was cancelled; nothing was dropped."
      : "The cleanup was cancelled; the report says what was dropped by then."
    return error
  }
}
