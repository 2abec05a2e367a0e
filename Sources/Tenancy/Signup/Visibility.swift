// What can be seen of a name: nothing hides in it, and nothing turns it around.

extension String {
  /// Whether a character is in it that is not seen, or that turns the direction of others around.
  ///
  /// What belongs to a character that is seen may stand: joiners inside words of scripts that need
  /// them, and between emoji; variation selectors; the tags of a flag.
  var hasInvisibleCharacters: Bool {
    var before: Unicode.Scalar?
    var joined: Unicode.Scalar??
    for scalar in unicodeScalars {
      // Of a joiner, what stands before it; what stands behind it is known now.
      if let left = joined, !Self.isVirama(left), !Self.joins(left) || !Self.joins(scalar) {
        return true
      }
      joined = nil
      if scalar.properties.isDefaultIgnorableCodePoint {
        switch scalar.value {
        case 0x200C, 0x200D: joined = .some(before)
        case 0x180B...0x180D, 0x180F, 0xFE00...0xFE0F, 0xE0100...0xE01EF:
          guard let before, !before.properties.isWhitespace,
            !before.properties.isDefaultIgnorableCodePoint
          else { return true }
        case 0xE0020...0xE007F:
          guard let before, before == "🏴" || 0xE0020...0xE007F ~= before.value else { return true }
        default: return true
        }
      }
      before = scalar
    }
    if let left = joined { return !Self.isVirama(left) }
    return false
  }

  /// Whether it may stand beside a joiner: a letter of a script that is joined, or an emoji.
  private static func joins(_ scalar: Unicode.Scalar?) -> Bool {
    guard let scalar, scalar.value >= 0x590 else { return false }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .nonspacingMark, .spacingMark, .enclosingMark:
      return true
    default:
      return scalar.properties.isEmoji
    }
  }

  /// Behind one, a joiner may end a word: older spellings of Malayalam do.
  private static func isVirama(_ scalar: Unicode.Scalar?) -> Bool {
    switch scalar?.value {
    case 0x094D, 0x09CD, 0x0A4D, 0x0ACD, 0x0B4D, 0x0BCD, 0x0C4D, 0x0CCD, 0x0D4D, 0x0DCA: true
    default: false
    }
  }
}
