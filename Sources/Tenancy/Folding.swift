// Text brought down to what it has in common with other spellings of it: no case, no accents.

// The standard library's own decomposition; its public way in would be Foundation.
@_spi(_Unicode) import Swift

extension String {
  /// Lower case, accents dropped, and letters that have no decomposition spelled in ASCII:
  /// "Łódź" is "lodz", "Straße" is "strasse". Other scripts stay as they are.
  var folded: String {
    var result = ""
    for scalar in lowercased()._nfd {
      if scalar.properties.generalCategory == .nonspacingMark { continue }
      if let spelled = Self.spelledOut[scalar] {
        result += spelled
      } else {
        result.unicodeScalars.append(scalar)
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
    var rest = self[...]
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return rest
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
