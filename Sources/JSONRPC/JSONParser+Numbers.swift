// Numbers, as JSON writes them: an integer when it is written as one and fits, else a double.

extension JSONParser {
  mutating func number(_ bytes: Span<UInt8>) throws(JSONSyntaxError) -> JSON {
    let start = position
    let negative = bytes[position] == UInt8(ascii: "-")
    if negative { position += 1 }

    // Counted downwards, because Int64 reaches one further there.
    var value: Int64 = 0
    var fits = true
    let first = position
    while let digit = digit(bytes) {
      let (shifted, tooSmall) = value.multipliedReportingOverflow(by: 10)
      let (next, tooSmallNow) = shifted.subtractingReportingOverflow(Int64(digit))
      value = next
      fits = fits && !tooSmall && !tooSmallNow
      position += 1
    }
    guard position > first else { throw invalid(bytes) }
    if bytes[first] == UInt8(ascii: "0"), position > first + 1 {
      position = first + 1
      throw failure(.invalidNumber)
    }

    let whole = position
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      position += 1
      try digits(bytes)
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      position += 1
      if position < bytes.count,
        bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-")
      {
        position += 1
      }
      try digits(bytes)
    }

    if position == whole, fits {
      // Minus nought is a double: an integer would lose the sign.
      if negative { return value == 0 ? .double(-0.0) : .integer(value) }
      let (positive, tooLarge) = Int64(0).subtractingReportingOverflow(value)
      if !tooLarge { return .integer(positive) }
    }
    guard let double = Double(text(bytes, start..<position)) else {
      throw JSONSyntaxError(reason: .invalidNumber, offset: start)
    }
    guard double.isFinite else { throw JSONSyntaxError(reason: .numberTooLarge, offset: start) }
    return .double(double)
  }

  private func digit(_ bytes: Span<UInt8>) -> UInt8? {
    guard position < bytes.count else { return nil }
    let digit = bytes[position] &- UInt8(ascii: "0")
    return digit < 10 ? digit : nil
  }

  private mutating func digits(_ bytes: Span<UInt8>) throws(JSONSyntaxError) {
    guard digit(bytes) != nil else { throw invalid(bytes) }
    while digit(bytes) != nil { position += 1 }
  }

  private func invalid(_ bytes: Span<UInt8>) -> JSONSyntaxError {
    failure(position < bytes.count ? .invalidNumber : .unexpectedEnd)
  }
}
