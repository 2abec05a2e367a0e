// From a request to its method: the quick ones are answered at once, the long ones become tasks.

import JSONRPC
import Tenancy

/// The methods of protocol.md.
struct Dispatcher: Sendable {
  let service: Service
  let connection: Connection
  /// Bytes that a method's name has at most.
  private static let longestName = 32

  /// Decodes on the reading path, so that a wrong request never waits behind anything.
  @Sendable func handle(_ request: Request) -> Handling {
    // To compare a long name as text can cost the square of its length.
    guard request.method.utf8.count <= Self.longestName else {
      return .fail(.methodNotFound(request.method))
    }
    do throws(RPCError) {
      var parameters = try Parameters(request.params)
      switch request.method {
      case "ping":
        try parameters.finish()
        return .reply("pong")
      case "rpc.discover":
        try parameters.finish()
        return .reply(Discovery.document)
      case "provision":
        let method = try ProvisionMethod(&parameters, service.configuration.rules)
        let progress = progress(for: request.id, wanted: method.progress)
        return .task { () throws(RPCError) in try await method.run(service, progress) }
      case "status":
        let method = try StatusMethod(&parameters)
        if let answer = method.known(service) { return .reply(answer) }
        return .task { () throws(RPCError) in try await method.run(service) }
      case "login":
        let method = try LoginMethod(&parameters)
        return .task { () throws(RPCError) in try await method.run(service) }
      case "cleanup":
        let method = try CleanupMethod(&parameters)
        let progress = progress(for: request.id, wanted: method.progress)
        return .task { () throws(RPCError) in try await method.run(service, progress) }
      case "cancel":
        let id = parameters.id("id")
        if id == nil, parameters.errors.isEmpty { parameters.refuse("id", "must be given") }
        try parameters.finish()
        return cancel(id ?? .null)
      default:
        return .fail(.methodNotFound(request.method))
      }
    } catch {
      return .fail(error)
    }
  }

  /// The request is looked for now, for its id may be another's a moment later; the answer comes
  /// behind that request's. `found` says whether there was one in flight.
  private func cancel(_ id: RequestID) -> Handling {
    guard let request = connection.cancel(id) else { return .reply(["found": false]) }
    return .task(isUrgent: true) { () throws(RPCError) in
      await request.answered()
      return ["found": true]
    }
  }

  private func progress(for id: RequestID?, wanted: Bool) -> Notifier {
    guard wanted, let id else { return { _ in } }
    return { [connection] body in
      var params = body
      params["id"] = id.json
      connection.notify("progress", .object(params), during: id)
    }
  }
}

/// Sends a `progress` notification with the members given; the request's id is added.
typealias Notifier = @Sendable (JSONObject) -> Void
