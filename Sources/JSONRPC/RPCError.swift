// The error object of a reply, and those that the protocol itself knows.

/// Why a request failed, as its caller is told.
public struct RPCError: Error, Sendable, Equatable {
  public var code: Int
  /// A sentence for a person.
  public var message: String
  /// More for a program; the protocol's own errors carry an object with a stable `kind`.
  public var data: JSON?

  public init(code: Int, message: String, data: JSON? = nil) {
    self.code = code
    self.message = message
    self.data = data
  }

  /// The stable word in `data.kind`, when there is one.
  public var kind: String? { data?["kind"]?.string }

  private init(code: Int, kind: String, message: String, data: JSONObject = [:]) {
    var members: JSONObject = ["kind": .string(kind)]
    for (key, value) in data.members where key != "kind" { members[key] = value }
    self.init(code: code, message: message, data: .object(members))
  }
}

extension RPCError {
  /// −32700, `parse_error`: a line that is not JSON.
  public static func parseError(_ why: String) -> RPCError {
    RPCError(code: -32700, kind: "parse_error", message: "The line is not JSON: \(why).")
  }

  /// −32600, `invalid_request`: JSON that is not a request.
  public static func invalidRequest(_ why: String) -> RPCError {
    RPCError(code: -32600, kind: "invalid_request", message: "Not a valid request: \(why).")
  }

  /// −32600, `line_too_long`: a line longer than `maximum` bytes, which was skipped.
  public static func lineTooLong(maximum: Int) -> RPCError {
    RPCError(
      code: -32600, kind: "line_too_long",
      message: "The line is longer than \(maximum) bytes and was skipped.",
      data: ["maximum": .integer(Int64(maximum))])
  }

  /// −32600, `duplicate_id`: an id that belongs to a request which is not answered yet.
  public static let duplicateID = RPCError(
    code: -32600, kind: "duplicate_id", message: "A request with this id is still in flight.")

  /// −32601, `method_not_found`.
  public static func methodNotFound(_ name: String) -> RPCError {
    RPCError(code: -32601, kind: "method_not_found", message: "There is no method \"\(name)\".")
  }

  /// −32602, `invalid_params`; `data` goes beside the kind.
  public static func invalidParams(_ why: String, data: JSONObject = [:]) -> RPCError {
    RPCError(code: -32602, kind: "invalid_params", message: why, data: data)
  }

  /// −32023, `queue_full`: the number that refuses more work, whoever counts it.
  public static let queueFullCode = -32023

  /// As much is in flight as may be.
  static func queueFull(_ limits: RequestLimits) -> RPCError {
    RPCError(
      code: queueFullCode, kind: "queue_full",
      message:
        "Too much is in flight: \(limits.requests) requests and \(limits.bytes) bytes may be.",
      data: ["advice": "Wait for answers before you send more."])
  }

  /// −32603, `internal_error`: not the caller's fault.
  public static func internalError(_ why: String = "An internal error.") -> RPCError {
    RPCError(code: -32603, kind: "internal_error", message: why)
  }
}

extension RPCError {
  /// The error in a peer's reply. One that is malformed is kept whole in `data`.
  init(_ json: JSON) {
    guard let number = json["code"]?.integer, let code = Int(exactly: number),
      let message = json["message"]?.string
    else {
      self = RPCError(
        code: -32603, kind: "internal_error", message: "The peer sent a malformed error.",
        data: ["error": json])
      return
    }
    self.init(code: code, message: message, data: json["data"])
  }

  func encode(into buffer: inout [UInt8]) {
    buffer.append("{\"code\":")
    buffer.append(decimal: Int64(code))
    buffer.append(",\"message\":")
    buffer.append(quoted: message)
    if let data {
      buffer.append(",\"data\":")
      data.encode(into: &buffer)
    }
    buffer.append(UInt8(ascii: "}"))
  }
}
