// JSON values to bytes: compact, on one line, always valid.

extension JSON {
  /// Appends the value as a JSON text without white space. It never contains a line feed, nor
  /// the separators U+2028 and U+2029, at which some line readers split. Numbers that JSON cannot write (infinities, NaN) become `null`; doubles are as short as round-trips.
  public func encode(into buffer: inout [UInt8]) {
    switch self {
    case .null: buffer.append("null")
    case .bool(true): buffer.append("true")
    case .bool(false): buffer.append("false")
    case .integer(let value): buffer.append(decimal: value)
    case .double(let value):
      if value.isFinite {
        buffer.append(contentsOf: value.description.utf8)
      } else {
        buffer.append("null")
      }
    case .string(let value): buffer.append(quoted: value)
    case .array(let elements):
      buffer.append(UInt8(ascii: "["))
      var isFirst = true
      for element in elements {
        if !isFirst { buffer.append(UInt8(ascii: ",")) }
        isFirst = false
        element.encode(into: &buffer)
      }
      buffer.append(UInt8(ascii: "]"))
    case .object(let object):
      buffer.append(UInt8(ascii: "{"))
      var isFirst = true
      for (key, value) in object.members {
        if !isFirst { buffer.append(UInt8(ascii: ",")) }
        isFirst = false
        buffer.append(quoted: key)
        buffer.append(UInt8(ascii: ":"))
        value.encode(into: &buffer)
      }
      buffer.append(UInt8(ascii: "}"))
    }
  }

  /// About how many bytes the text has.
  var size: Int {
    switch self {
    case .null, .bool: 5
    case .integer, .double: 8
    case .string(let value): value.utf8.count + 3
    case .array(let elements): elements.reduce(2) { $0 + $1.size }
    case .object(let object):
      object.members.reduce(2) { $0 + $1.key.utf8.count + $1.value.size + 3 }
    }
  }

  /// The value as a JSON text without white space.
  public func encoded() -> [UInt8] {
    var buffer: [UInt8] = []
    encode(into: &buffer)
    return buffer
  }
}

extension JSON: CustomStringConvertible {
  /// The value as a JSON text.
  public var description: String {
    String(decoding: encoded(), as: UTF8.self)
  }
}

extension [UInt8] {
  /// Appends a piece of a message that is known beforehand.
  mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { append(contentsOf: $0) }
  }

  /// Appends an integer in decimal, without the detour over a string.
  mutating func append(decimal value: Int64) {
    if value < 0 { append(UInt8(ascii: "-")) }
    let start = count
    var rest = value.magnitude
    repeat {
      append(UInt8(truncatingIfNeeded: rest % 10) &+ UInt8(ascii: "0"))
      rest /= 10
    } while rest > 0
    self[start...].reverse()
  }

  /// Appends a string in quotes, escaping what JSON does not allow in them.
  mutating func append(quoted string: String) {
    append(UInt8(ascii: "\""))
    var string = string
    string.withUTF8 { text in
      var plain = 0
      for (position, byte) in text.enumerated() {
        switch byte {
        case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"):
          append(contentsOf: text[plain..<position])
          append(escaped: byte)
          plain = position + 1
        case 0xE2 where text.isSeparator(at: position):
          append(contentsOf: text[plain..<position])
          append("\\u202")
          append(text[position + 2] & 0x0F | UInt8(ascii: "0"))
          plain = position + 3
        default: break
        }
      }
      append(contentsOf: text[plain...])
    }
    append(UInt8(ascii: "\""))
  }

  private mutating func append(escaped byte: UInt8) {
    append(UInt8(ascii: "\\"))
    switch byte {
    case 0x08: append(UInt8(ascii: "b"))
    case 0x09: append(UInt8(ascii: "t"))
    case 0x0A: append(UInt8(ascii: "n"))
    case 0x0C: append(UInt8(ascii: "f"))
    case 0x0D: append(UInt8(ascii: "r"))
    case 0..<0x20:
      append("u00")
      append(byte < 0x10 ? UInt8(ascii: "0") : UInt8(ascii: "1"))
      let digit = byte & 0x0F
      append(digit < 10 ? digit + UInt8(ascii: "0") : digit - 10 + UInt8(ascii: "a"))
    default: append(byte)
    }
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// Whether U+2028 or U+2029 begins here.
  fileprivate func isSeparator(at position: Int) -> Bool {
    position + 2 < count && self[position + 1] == 0x80 && self[position + 2] & 0xFE == 0xA8
  }
}
