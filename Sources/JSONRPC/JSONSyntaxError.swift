// What is wrong with bytes that are not JSON, and where.

/// Why bytes are not a JSON text.
public struct JSONSyntaxError: Error, Sendable, Equatable {
  /// The rule that was broken.
  public enum Reason: Sendable, Equatable {
    case unexpectedEnd
    case unexpectedByte(UInt8)
    case controlCharacter
    case invalidEscape
    case loneSurrogate
    case invalidUTF8
    case invalidNumber
    case numberTooLarge
    case tooDeep
    case trailingBytes
  }

  public let reason: Reason
  /// The offset in bytes, from 0, at which it was noticed.
  public let offset: Int
}

extension JSONSyntaxError: CustomStringConvertible {
  public var description: String {
    let what =
      switch reason {
      case .unexpectedEnd: "it ends too early"
      case .unexpectedByte(let byte):
        (0x21...0x7E).contains(byte)
          ? "unexpected \(Character(Unicode.Scalar(byte)))"
          : "unexpected byte 0x\(String(byte, radix: 16, uppercase: true))"
      case .controlCharacter: "a control character in a string"
      case .invalidEscape: "an invalid escape"
      case .loneSurrogate: "half a surrogate pair"
      case .invalidUTF8: "invalid UTF-8"
      case .invalidNumber: "an invalid number"
      case .numberTooLarge: "a number too large for a double"
      case .tooDeep: "nested more than \(JSONParser.maximumDepth) deep"
      case .trailingBytes: "something follows the end of the value"
      }
    return "\(what), at byte \(offset)"
  }
}
