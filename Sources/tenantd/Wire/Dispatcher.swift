// From a request to its method: the quick ones are answered at once, the long ones become tasks.

import JSONRPC
import Tenancy

/// Serves the methods of `Methods.all`.
struct Dispatcher: Sendable {
  let service: Service
  let connection: Connection
  /// Bytes that a method's name has at most.
  private static let longestName = 32
  private static let methods = Dictionary(
    uniqueKeysWithValues: Methods.all.map { ($0.declaration.name, $0) })

  /// Decodes on the reading path, so that a wrong request never waits behind anything.
  @Sendable func handle(_ request: Request) -> Handling {
    // To compare a long name as text can cost the square of its length.
    guard request.method.utf8.count <= Self.longestName, let type = Self.methods[request.method]
    else { return .fail(.methodNotFound(request.method)) }
    do throws(RPCError) {
      var parameters = try Parameters(request.params, of: type.declaration)
      let method = try type.init(&parameters, service.configuration)
      try parameters.finish()
      return method.handle(Call(service: service, connection: connection, id: request.id))
    } catch {
      return .fail(error)
    }
  }
}
