// Characters of another width or style, and the ordinary ones that they stand for.

/// Unicode's compatibility decompositions, folded: of full-width letters, ligatures, Roman numerals,
/// fractions and what else a name may be written in. The standard library has no such function, and
/// Foundation's would bring 30 MB along.
enum Compatibility {
  /// What a lower-case character stands for, in lower case and without accents; `nil` when it stands
  /// for itself.
  static func folded(_ scalar: Unicode.Scalar) -> String? {
    scalar.value < 0x80 ? nil : table[scalar]
  }

  /// Read when the first name needs it: 3,800 characters in 2,400 lines.
  private static let table: [Unicode.Scalar: String] = {
    var table: [Unicode.Scalar: String] = [:]
    table.reserveCapacity(4000)
    for line in PackageResources.compatibility_txt.split(separator: UInt8(ascii: "\n")) {
      let numbers = line.split { !isHexadecimal($0) }.map(number)
      guard let first = numbers.first else { continue }
      // `FF41-FF5A+61` is a run of characters, `2122 74 6D` is one.
      if line.contains(UInt8(ascii: "+")), numbers.count == 3, first <= numbers[1] {
        for distance in 0...(numbers[1] - first) {
          guard let key = Unicode.Scalar(first + distance) else { continue }
          table[key] = text([numbers[2] + distance])
        }
      } else if let key = Unicode.Scalar(first) {
        table[key] = text(numbers.dropFirst())
      }
    }
    return table
  }()

  private static func text(_ numbers: some Sequence<UInt32>) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: numbers.compactMap(Unicode.Scalar.init))
    return String(text)
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "F") ~= byte
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> UInt32 {
    digits.reduce(0) { $0 << 4 | UInt32($1 & 0x40 == 0 ? $1 & 0x0F : ($1 & 0x0F) + 9) }
  }
}
