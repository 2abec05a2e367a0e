// Text brought down to what it has in common with other spellings of it: no case, no accents.

// The standard library's own decomposition; its public way in would be Foundation.
@_spi(_Unicode) import Swift

extension String {
  /// Lower case, accents and what is not seen dropped, letters that have no decomposition spelled in
  /// ASCII, and those of another width or style made ordinary: "Łódź" is "lodz", "Straße" is
  /// "strasse", "ＡＣＭＥ" is "acme". Other scripts stay as they are.
  var folded: String {
    var result = ""
    for scalar in lowercased().unicodeScalars {
      if let spelled = Self.spelledOut[scalar] ?? Compatibility.folded(scalar) {
        result += spelled
        continue
      }
      for part in String(scalar)._nfd {
        let properties = part.properties
        if properties.generalCategory == .nonspacingMark { continue }
        if properties.isDefaultIgnorableCodePoint { continue }
        if let spelled = Self.spelledOut[part] {
          result += spelled
        } else {
          result.unicodeScalars.append(part)
        }
      }
    }
    return result
  }

  private static let spelledOut: [Unicode.Scalar: String] = [
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i",
    "ħ": "h", "ŧ": "t", "ŋ": "ng", "ĸ": "k", "ŀ": "l", "ſ": "s", "ə": "e",
  ]

  /// Without the white space at both ends.
  var trimmed: Substring {
    let scalars = unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return self[endIndex...] }
    return Substring(scalars[first...last])
  }

  /// Whether a character is in it that has no place in a line of text: a control character, or a
  /// separator that some readers take for the end of the line.
  var hasControlCharacters: Bool {
    unicodeScalars.contains { scalar in
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator: true
      default: false
      }
    }
  }
}

extension Unicode.Scalar {
  var isASCIIDigit: Bool { "0"..."9" ~= self }
  var isLowerASCIILetter: Bool { "a"..."z" ~= self }
}
