// What a line says: a request, a response, or something that is neither, and how ours are written.

/// A call of a method, or a notification.
public struct Request: Sendable, Equatable {
  /// `nil`: a notification, which is never answered.
  public let id: RequestID?
  public let method: String
  /// An object or an array, or nothing.
  public let params: JSON?

  public init(id: RequestID?, method: String, params: JSON? = nil) {
    self.id = id
    self.method = method
    self.params = params
  }
}

/// The answer to a request.
struct Response: Sendable, Equatable {
  let id: RequestID
  let outcome: Result<JSON, RPCError>

  /// About how many bytes it takes when written.
  var size: Int {
    switch outcome {
    case .success(let result): 40 + result.size
    case .failure(let error): 60 + error.message.utf8.count + (error.data?.size ?? 0)
    }
  }
}

/// One message as it was received, alone on its line or in a batch.
enum Message: Equatable {
  case request(Request)
  case response(Response)
  /// Neither; this is what to answer.
  case invalid(Response)
}

extension Message {
  init(_ json: JSON) {
    guard case .object(let object) = json else {
      self.init(invalid: nil, .notAnObject)
      return
    }
    var version: JSON?
    var id: JSON?
    var method: JSON?
    var params: JSON?
    var result: JSON?
    var error: JSON?
    // Short ones only: to compare a long name as text can cost the square of its length.
    for (key, value) in object.members where key.utf8.count <= 7 {
      switch key {
      case "jsonrpc": version = value
      case "id": id = value
      case "method": method = value
      case "params": params = value
      case "result": result = value
      case "error": error = value
      default: break
      }
    }
    let readable = id.flatMap { RequestID($0) }

    // A response is taken without its version: its caller waits, and is better served than right.
    if method == nil, let error {
      self = .response(Response(id: readable ?? .null, outcome: .failure(RPCError(error))))
    } else if method == nil, let result {
      self = .response(Response(id: readable ?? .null, outcome: .success(result)))
    } else if version?.string.map(Self.isVersion) != true {
      self.init(invalid: readable, .badVersion)
    } else if id != nil, readable == nil {
      self.init(invalid: nil, .badID)
    } else if let method = method?.string {
      switch params {
      case .object, .array, nil:
        self = .request(Request(id: readable, method: method, params: params))
      default:
        self.init(invalid: readable, .badParams)
      }
    } else {
      self.init(invalid: readable, .badMethod)
    }
  }

  private static func isVersion(_ text: String) -> Bool {
    text.utf8.count == 3 && text == "2.0"
  }

  private init(invalid id: RequestID?, _ error: RPCError) {
    self = .invalid(Response(id: id ?? .null, outcome: .failure(error)))
  }
}

// Made once: a batch of one megabyte can earn half a million of them.
extension RPCError {
  fileprivate static let notAnObject = invalidRequest("a message is an object")
  fileprivate static let badVersion = invalidRequest("\"jsonrpc\" must be \"2.0\"")
  fileprivate static let badID = invalidRequest("\"id\" must be a string, a number or null")
  fileprivate static let badMethod = invalidRequest("\"method\" must be a string")
  fileprivate static let badParams = invalidRequest("\"params\" must be an object or an array")
}

// MARK: Writing

extension Request {
  func encode(into buffer: inout [UInt8]) {
    buffer.append("{\"jsonrpc\":\"2.0\"")
    if let id {
      buffer.append(",\"id\":")
      id.json.encode(into: &buffer)
    }
    buffer.append(",\"method\":")
    buffer.append(quoted: method)
    if let params {
      buffer.append(",\"params\":")
      params.encode(into: &buffer)
    }
    buffer.append(UInt8(ascii: "}"))
  }
}

extension Response {
  func encode(into buffer: inout [UInt8]) {
    buffer.append("{\"jsonrpc\":\"2.0\",\"id\":")
    id.json.encode(into: &buffer)
    switch outcome {
    case .success(let result):
      buffer.append(",\"result\":")
      result.encode(into: &buffer)
    case .failure(let error):
      buffer.append(",\"error\":")
      error.encode(into: &buffer)
    }
    buffer.append(UInt8(ascii: "}"))
  }
}
