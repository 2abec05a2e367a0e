// Finds the id in a line that is not JSON, so that its sender learns which request was refused.

extension RequestID {
  /// The value of a member `id` at the top level of an object, as far as that can be told from
  /// bytes that do not parse. A wrong id is worse than none, so the value must be whole (something
  /// follows it) and two that differ are none.
  init?(salvagedFrom bytes: Span<UInt8>) {
    var scan = SalvageScan()
    var found: RequestID?
    while let value = scan.nextID(bytes) {
      guard let id = try? JSON(parsing: bytes.extracting(value)), let id = RequestID(id),
        found == nil || found == id
      else { return nil }
      found = id
    }
    guard let found else { return nil }
    self = found
  }
}

/// A walk over the tokens of a text that may be broken anywhere.
private struct SalvageScan {
  private var position = 0
  private var depth = 0
  /// Whether the next string is a member's name, if any is.
  private var namesMember = false

  /// The range of the next value that belongs to an `id` of the outermost object.
  mutating func nextID(_ bytes: Span<UInt8>) -> Range<Int>? {
    while position < bytes.count {
      let byte = bytes[position]
      let couldName = namesMember
      if !isSpace(byte) { namesMember = false }
      switch byte {
      case UInt8(ascii: "\""):
        guard let name = string(bytes) else { return nil }
        if couldName, depth == 1, isID(bytes, name), let value = value(bytes) { return value }
        continue
      case UInt8(ascii: "{"):
        depth += 1
        namesMember = true
      case UInt8(ascii: "["):
        if depth == 0 { return nil }
        depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth <= 0 { return nil }
      case UInt8(ascii: ","):
        namesMember = true
      default:
        break
      }
      position += 1
    }
    return nil
  }

  /// Moves past a string from its opening quote on; `nil` when it does not end.
  private mutating func string(_ bytes: Span<UInt8>) -> Range<Int>? {
    let start = position
    position += 1
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        position += 1
        return start..<position
      case UInt8(ascii: "\\"): position += 2
      default: position += 1
      }
    }
    return nil
  }

  private func isID(_ bytes: Span<UInt8>, _ name: Range<Int>) -> Bool {
    name.count == 4 && bytes[name.lowerBound + 1] == UInt8(ascii: "i")
      && bytes[name.lowerBound + 2] == UInt8(ascii: "d")
  }

  /// Moves past a colon and a string, number or word that is followed by `,` or `}`.
  private mutating func value(_ bytes: Span<UInt8>) -> Range<Int>? {
    skipSpace(bytes)
    guard position < bytes.count, bytes[position] == UInt8(ascii: ":") else { return nil }
    position += 1
    skipSpace(bytes)
    guard position < bytes.count else { return nil }
    var range = position..<position
    if bytes[position] == UInt8(ascii: "\"") {
      guard let string = string(bytes) else { return nil }
      range = string
    } else {
      while position < bytes.count, isScalar(bytes[position]) { position += 1 }
      range = range.lowerBound..<position
    }
    skipSpace(bytes)
    guard position < bytes.count, !range.isEmpty,
      bytes[position] == UInt8(ascii: ",") || bytes[position] == UInt8(ascii: "}")
    else { return nil }
    return range
  }

  private mutating func skipSpace(_ bytes: Span<UInt8>) {
    while position < bytes.count, isSpace(bytes[position]) { position += 1 }
  }

  private func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A
  }

  /// The bytes of numbers and of `null`.
  private func isScalar(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "E"):
      true
    default:
      false
    }
  }
}
