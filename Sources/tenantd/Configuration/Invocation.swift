// The command line: which command, which flags. Values are looked at in `Configuration`.

import Bench

/// What was asked for, before any value is understood.
struct Invocation: Sendable, Equatable {
  enum Command: String, Sendable, CaseIterable {
    case serve, doctor, selftest, warm, identity, describe, help, version
  }

  var command = Command.serve
  /// What follows `identity`: `new`, `keep`, or nothing.
  var identity: Agent.IdentityChange?
  /// `--sandbox`: an empty string for a temporary folder, else the folder.
  var sandbox: String?
  /// `--json`, for doctor, selftest, warm and identity.
  var json = false
  /// Flags with values, by the environment name that they stand for.
  var values: [String: String] = [:]

  /// Reads the words behind the program's name.
  /// - Throws: `ConfigurationError` that names the word.
  init(_ words: [String]) throws(ConfigurationError) {
    var rest = words[...]
    while let word = rest.popFirst() {
      guard word.hasPrefix("-") else {
        if command == .identity, identity == nil, let change = Agent.IdentityChange(rawValue: word)
        {
          identity = change
          continue
        }
        guard let command = Command(rawValue: word) else {
          throw ConfigurationError(
            "There is no command \(word): use serve, doctor, selftest, warm, identity or describe;"
              + " see --help.")
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
      default: try take(flag, value, &rest)
      }
    }
  }

  private mutating func take(
    _ flag: String, _ value: String?, _ rest: inout ArraySlice<String>
  ) throws(ConfigurationError) {
    guard let setting = Setting.all.first(where: { $0.flag == flag }) else {
      throw ConfigurationError(Self.unknown(flag))
    }
    guard let value = value ?? rest.popFirst() else {
      throw ConfigurationError("--\(flag) needs a value: \(setting.help)")
    }
    values[setting.name] = value
  }

  /// Somebody may have written a variable's name as a flag.
  private static func unknown(_ flag: String) -> String {
    let name = flag.uppercased().split(separator: "-").joined(separator: "_")
    guard let meant = Setting.all.first(where: { $0.name == name }) else {
      return "There is no flag --\(flag); see --help."
    }
    if let flag = meant.flag { return "The flag for \(name) is --\(flag)." }
    return "--\(flag) is no flag, since others can read a command line: set \(name) in the"
      + " environment."
  }
}

/// A start that cannot go on: one sentence that names the value.
struct ConfigurationError: Error, Sendable, Equatable {
  let sentence: String

  init(_ sentence: String) { self.sentence = sentence }
}
