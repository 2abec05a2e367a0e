// The command line: which command, which flags. Values are looked at in `Configuration`.

/// What was asked for, before any value is understood.
struct Invocation: Sendable, Equatable {
  enum Command: String, Sendable, CaseIterable {
    case serve, doctor, selftest, help, version
  }

  var command = Command.serve
  /// `--sandbox`: an empty string for a temporary folder, else the folder.
  var sandbox: String?
  /// `--json`, for doctor and selftest.
  var json = false
  /// Flags with values, by the environment name that they stand for.
  var values: [String: String] = [:]

  /// Reads the words behind the program's name.
  /// - Throws: `ConfigurationError` that names the word.
  init(_ words: [String]) throws(ConfigurationError) {
    var rest = words[...]
    while let word = rest.popFirst() {
      guard word.hasPrefix("-") else {
        guard let command = Command(rawValue: word) else {
          throw ConfigurationError(
            "There is no command \(word): use serve, doctor or selftest; see --help.")
        }
        self.command = command
        continue
      }
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let flag = String(parts[0].drop { $0 == "-" })
      let value = parts.count > 1 ? String(parts[1]) : nil
      switch (flag, value) {
      case ("help", nil), ("h", nil): command = .help
      case ("version", nil): command = .version
      case ("json", nil): json = true
      case ("sandbox", _): sandbox = value ?? ""
      default: try take(flag, value, word, &rest)
      }
    }
  }

  private mutating func take(
    _ flag: String, _ value: String?, _ word: String, _ rest: inout ArraySlice<String>
  ) throws(ConfigurationError) {
    guard let setting = Setting.all.first(where: { $0.flag == flag }) else {
      let secret = Setting.all.first { "--" + $0.name.lowercased() == word.lowercased() }
      guard let secret else { throw ConfigurationError("There is no flag --\(flag); see --help.") }
      throw ConfigurationError(
        "--\(flag) is no flag, since others can read a command line: set \(secret.name) in the"
          + " environment.")
    }
    guard let value = value ?? rest.popFirst() else {
      throw ConfigurationError("--\(flag) needs a value: \(setting.help)")
    }
    values[setting.name] = value
  }
}

/// A start that cannot go on: one sentence that names the value.
struct ConfigurationError: Error, Sendable, Equatable {
  let sentence: String

  init(_ sentence: String) { self.sentence = sentence }
}
