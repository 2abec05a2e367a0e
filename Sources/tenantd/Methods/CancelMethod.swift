// `cancel`: ends a request in flight.

import JSONRPC

struct CancelMethod: Method {
  private static let id = Parameter(
    name: "id", schema: .id, meaning: "The request's id.", isRequired: true)

  static let declaration = Declaration(
    name: "cancel", summary: "Ends a request in flight; answers when that one has answered.",
    parameters: [id],
    result: ("found", .object([.always("found", .boolean)], isClosed: true)))

  let id: RequestID

  init(_ parameters: inout Parameters, _ configuration: Configuration) {
    id = parameters.id(Self.id) ?? .null
  }

  /// The request is looked for now, for its id may be another's a moment later; the answer comes
  /// behind that request's. `found` says whether there was one in flight.
  func handle(_ call: Call) -> Handling {
    guard let request = call.connection.cancel(id) else { return .reply(["found": false]) }
    return .task(isUrgent: true) { () throws(RPCError) in
      await request.answered()
      return ["found": true]
    }
  }
}
