// Values of settings as text, and their conversion with errors that name the setting.

/// Looks a setting up: flag, environment, default.
struct Values: Sendable {
  let line: Invocation
  let environment: [String: String]

  func isSet(_ setting: Setting) -> Bool { given(setting) != nil }

  func text(_ setting: Setting) -> String { given(setting) ?? setting.standard }

  /// Nil when it is unset or empty.
  func optional(_ setting: Setting) -> String? {
    let text = text(setting)
    return text.isEmpty ? nil : text
  }

  func number(_ setting: Setting, in range: ClosedRange<Int>) throws(ConfigurationError) -> Int {
    guard let number = Int(text(setting)), range.contains(number) else {
      throw bad(setting, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// `N`, or `MIN..MAX`.
  func range(
    _ setting: Setting, in bounds: ClosedRange<Int>
  ) throws(ConfigurationError) -> ClosedRange<Int> {
    let ends = text(setting).split(separator: "..", omittingEmptySubsequences: false)
      .map { Int($0) }
    guard (1...2).contains(ends.count), let least = ends.first ?? nil, let most = ends.last ?? nil,
      least <= most, bounds.contains(least), bounds.contains(most)
    else {
      throw bad(
        setting,
        "must be a whole number from \(bounds.lowerBound) to \(bounds.upperBound), or two of them"
          + " as MIN..MAX")
    }
    return least...most
  }

  func flag(_ setting: Setting) throws(ConfigurationError) -> Bool {
    switch text(setting).lowercased() {
    case "1", "true", "yes": return true
    case "0", "false", "no": return false
    default: throw bad(setting, "must be 1 or 0")
    }
  }

  func bad(_ setting: Setting, _ why: String) -> ConfigurationError {
    let value = setting.flag == nil ? "‹redacted›" : "“\(text(setting))”"
    return ConfigurationError("\(setting.name) is \(value), but \(why).")
  }

  /// An empty value is an unset one, wherever it stands.
  private func given(_ setting: Setting) -> String? {
    [line.values[setting.name], environment[setting.name]].compactMap { $0 }.first { !$0.isEmpty }
  }
}

extension StringProtocol {
  /// Without spaces at its ends.
  var trimmed: String {
    var text = self[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
