// Recognises the passwords that everybody tries first, also in their usual disguises.

enum CommonPasswords {
  /// Whether a password is one character or a short piece repeated, a run along the alphabet, the
  /// digits or the keyboard, or made of nothing but well-known words, with digits and signs around
  /// them or in place of letters ("P@ssw0rd2024!").
  static func contains(_ password: String) -> Bool {
    let folded = Array(password.folded.unicodeScalars)
    if isRepetition(folded) || isRun(folded) { return true }
    return disguises(folded).contains { isRun($0) || isMadeOfWords($0[...]) }
  }

  private static let words: [[Unicode.Scalar]] = [
    "password", "passwort", "passw", "passwd", "qwertyuiop", "qwerty", "qwertz", "azerty",
    "asdfghjkl", "asdfgh", "asdf", "zxcvbnm", "zxcvbn", "qazwsxedc", "qazwsx", "qweasdzxc",
    "letmein", "welcome", "iloveyou", "sunshine", "princess", "football", "baseball", "superman",
    "batman", "dragon", "monkey", "master", "shadow", "trustno", "changeme", "changeit", "default",
    "administrator", "admin", "root", "login", "user", "guest", "test", "demo", "temp", "frappe",
    "erpnext", "hello", "world", "whatever", "starwars", "pokemon", "michael", "jordan", "charlie",
    "computer", "internet", "freedom", "secret", "abc", "the", "please", "now",
  ].map { Array($0.unicodeScalars) }

  // Runs that no alphabet shows, as they lie on the keyboard.
  private static let rows: [[Unicode.Scalar]] = [
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", "012345678901234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm", "azertyuiopqsdfghjklmwxcvbn",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0",
  ].flatMap { row in
    let forward = Array(row.unicodeScalars)
    return [forward, forward.reversed()]
  }

  private static let letterFor: [Unicode.Scalar: Unicode.Scalar] = [
    "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i",
  ]

  // Signs and digits are taken off before and after letters are put back in their place: "pa$$"
  // ends in letters, "word1!" does not.
  private static func disguises(_ text: [Unicode.Scalar]) -> [[Unicode.Scalar]] {
    func core(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
      let head = text.drop { !$0.properties.isAlphabetic }
      return Array(head.reversed().drop { !$0.properties.isAlphabetic }.reversed())
    }
    func letters(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
      text.map { letterFor[$0, default: $0] }
    }
    func lettersOnly(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
      text.filter { $0.properties.isAlphabetic }
    }
    let disguises = [
      letters(core(text)), core(letters(text)), lettersOnly(text), lettersOnly(letters(text)),
    ]
    return disguises.filter { $0.count >= 4 }
  }

  private static func isRepetition(_ text: [Unicode.Scalar]) -> Bool {
    (1...4).contains { period in
      text.count > period && zip(text, text.dropFirst(period)).allSatisfy { $0 == $1 }
    }
  }

  private static func isRun(_ text: [Unicode.Scalar]) -> Bool {
    rows.contains { row in
      row.count >= text.count
        && (0...(row.count - text.count)).contains { row[$0...].starts(with: text) }
    }
  }

  // Which beginnings of the text are made of words: a table, so that no text takes long.
  private static func isMadeOfWords(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
    var reached: Set<Int> = [text.startIndex]
    for position in text.indices where reached.contains(position) {
      for word in words where text[position...].starts(with: word) {
        reached.insert(position + word.count)
      }
    }
    return reached.contains(text.endIndex)
  }
}
