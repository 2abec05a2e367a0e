// Strings: escapes resolved, UTF-8 checked by the byte, so that nothing is silently repaired.

extension JSONParser {
  /// Reads a string whose opening quote has been read, and moves past the closing one.
  mutating func string(_ bytes: Span<UInt8>) throws(JSONSyntaxError) -> String {
    var plain = position
    var escaped = false
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        let end = position
        position += 1
        guard escaped else { return text(bytes, plain..<end) }
        keep(bytes, plain..<end)
        return String(decoding: scratch, as: UTF8.self)
      case UInt8(ascii: "\\"):
        if !escaped { scratch.removeAll(keepingCapacity: true) }
        escaped = true
        keep(bytes, plain..<position)
        try escape(bytes)
        plain = position
      case 0..<0x20:
        throw failure(.controlCharacter)
      case 0..<0x80:
        position += 1
      default:
        try sequence(bytes)
      }
    }
    throw failure(.unexpectedEnd)
  }

  /// The text of bytes that are known to be UTF-8.
  func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
    bytes.extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
  }

  private mutating func keep(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    bytes.extracting(range).withUnsafeBufferPointer { scratch.append(contentsOf: $0) }
  }

  /// Reads an escape from its backslash on.
  private mutating func escape(_ bytes: Span<UInt8>) throws(JSONSyntaxError) {
    let start = position
    guard position + 1 < bytes.count else {
      position = bytes.count
      throw failure(.unexpectedEnd)
    }
    let letter = bytes[position + 1]
    position += 2
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): scratch.append(letter)
    case UInt8(ascii: "b"): scratch.append(0x08)
    case UInt8(ascii: "f"): scratch.append(0x0C)
    case UInt8(ascii: "n"): scratch.append(0x0A)
    case UInt8(ascii: "r"): scratch.append(0x0D)
    case UInt8(ascii: "t"): scratch.append(0x09)
    case UInt8(ascii: "u"):
      let scalar = try scalar(bytes, start: start)
      scratch.append(contentsOf: String(Character(scalar)).utf8)
    default:
      throw JSONSyntaxError(reason: .invalidEscape, offset: start)
    }
  }

  /// The scalar of one `\uXXXX`, or of two that are a surrogate pair; both `\u` forms only.
  private mutating func scalar(
    _ bytes: Span<UInt8>, start: Int
  ) throws(JSONSyntaxError) -> Unicode.Scalar {
    let lone = JSONSyntaxError(reason: .loneSurrogate, offset: start)
    let high = try hexadecimal(bytes, start: start)
    if let scalar = Unicode.Scalar(high) { return scalar }
    guard high < 0xDC00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u")
    else { throw lone }
    position += 2
    let low = try hexadecimal(bytes, start: position - 2)
    guard (0xDC00...0xDFFF).contains(low),
      let scalar = Unicode.Scalar(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    else { throw lone }
    return scalar
  }

  private mutating func hexadecimal(
    _ bytes: Span<UInt8>, start: Int
  ) throws(JSONSyntaxError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard position < bytes.count else { throw failure(.unexpectedEnd) }
      let byte = bytes[position]
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: throw JSONSyntaxError(reason: .invalidEscape, offset: start)
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }

  /// Moves past one scalar of two to four bytes, as table 3-7 of the Unicode standard allows it:
  /// no overlong form, no surrogate, nothing beyond U+10FFFF.
  private mutating func sequence(_ bytes: Span<UInt8>) throws(JSONSyntaxError) {
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch bytes[position] {
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: length = 4
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: throw failure(.invalidUTF8)
    }
    guard position + length <= bytes.count, second.contains(bytes[position + 1]) else {
      throw failure(.invalidUTF8)
    }
    for offset in 2..<length where bytes[position + offset] & 0xC0 != 0x80 {
      throw failure(.invalidUTF8)
    }
    position += length
  }
}
