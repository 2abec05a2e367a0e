// Bytes to JSON values: RFC 8259 to the letter, in one pass, with bounded recursion.

extension JSON {
  /// The value of a JSON text: one value, with white space around it at most.
  public init(parsing bytes: Span<UInt8>) throws(JSONSyntaxError) {
    var parser = JSONParser()
    self = try parser.document(bytes)
  }

  /// The value of a JSON text: one value, with white space around it at most.
  public init(parsing bytes: [UInt8]) throws(JSONSyntaxError) {
    try self.init(parsing: bytes.span)
  }

  /// The value of a JSON text: one value, with white space around it at most.
  public init(parsing text: String) throws(JSONSyntaxError) {
    try self.init(parsing: Array(text.utf8))
  }
}

/// A position in the bytes, which each function is handed and moves past what it has read.
struct JSONParser {
  /// How many arrays and objects may lie in one another; it bounds the recursion, too.
  static let maximumDepth = 64

  var position = 0
  /// Where a string with escapes is put together.
  var scratch: [UInt8] = []

  mutating func document(_ bytes: Span<UInt8>) throws(JSONSyntaxError) -> JSON {
    skipSpace(bytes)
    let value = try value(bytes, depth: 0)
    skipSpace(bytes)
    guard position == bytes.count else { throw failure(.trailingBytes) }
    return value
  }

  func failure(_ reason: JSONSyntaxError.Reason) -> JSONSyntaxError {
    JSONSyntaxError(reason: reason, offset: position)
  }

  /// The error for a byte, or an end, where something else was due.
  func unexpected(_ bytes: Span<UInt8>) -> JSONSyntaxError {
    position < bytes.count
      ? failure(.unexpectedByte(bytes[position])) : failure(.unexpectedEnd)
  }

  private mutating func skipSpace(_ bytes: Span<UInt8>) {
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        position += 1
      default:
        return
      }
    }
  }

  /// Moves past `byte` when it is next.
  private mutating func skip(_ byte: UInt8, _ bytes: Span<UInt8>) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func value(_ bytes: Span<UInt8>, depth: Int) throws(JSONSyntaxError) -> JSON {
    guard position < bytes.count else { throw failure(.unexpectedEnd) }
    switch bytes[position] {
    case UInt8(ascii: "\""):
      position += 1
      return .string(try string(bytes))
    case UInt8(ascii: "{"):
      return .object(try object(bytes, depth: depth + 1))
    case UInt8(ascii: "["):
      return .array(try array(bytes, depth: depth + 1))
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      return try number(bytes)
    case UInt8(ascii: "t"):
      try word("true", bytes)
      return .bool(true)
    case UInt8(ascii: "f"):
      try word("false", bytes)
      return .bool(false)
    case UInt8(ascii: "n"):
      try word("null", bytes)
      return .null
    default:
      throw unexpected(bytes)
    }
  }

  private mutating func word(_ word: String, _ bytes: Span<UInt8>) throws(JSONSyntaxError) {
    for byte in word.utf8 where !skip(byte, bytes) { throw unexpected(bytes) }
  }

  private mutating func object(
    _ bytes: Span<UInt8>, depth: Int
  ) throws(JSONSyntaxError) -> JSONObject {
    guard depth <= Self.maximumDepth else { throw failure(.tooDeep) }
    position += 1
    var object = JSONObject()
    skipSpace(bytes)
    if skip(UInt8(ascii: "}"), bytes) { return object }
    while true {
      guard skip(UInt8(ascii: "\""), bytes) else { throw unexpected(bytes) }
      let key = try string(bytes)
      skipSpace(bytes)
      guard skip(UInt8(ascii: ":"), bytes) else { throw unexpected(bytes) }
      skipSpace(bytes)
      object[key] = try value(bytes, depth: depth)
      skipSpace(bytes)
      if skip(UInt8(ascii: "}"), bytes) { return object }
      guard skip(UInt8(ascii: ","), bytes) else { throw unexpected(bytes) }
      skipSpace(bytes)
    }
  }

  private mutating func array(_ bytes: Span<UInt8>, depth: Int) throws(JSONSyntaxError) -> [JSON] {
    guard depth <= Self.maximumDepth else { throw failure(.tooDeep) }
    position += 1
    var elements: [JSON] = []
    skipSpace(bytes)
    if skip(UInt8(ascii: "]"), bytes) { return elements }
    while true {
      elements.append(try value(bytes, depth: depth))
      skipSpace(bytes)
      if skip(UInt8(ascii: "]"), bytes) { return elements }
      guard skip(UInt8(ascii: ","), bytes) else { throw unexpected(bytes) }
      skipSpace(bytes)
    }
  }
}
