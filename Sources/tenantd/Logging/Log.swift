// Lines on standard error: text for a terminal, JSON otherwise.

import JSONRPC

enum LogLevel: Int, Sendable, CaseIterable, Comparable {
  case error, warning, info, debug

  var name: String {
    switch self {
    case .error: "error"
    case .warning: "warning"
    case .info: "info"
    case .debug: "debug"
    }
  }

  static func < (one: LogLevel, other: LogLevel) -> Bool { one.rawValue < other.rawValue }
}

/// How much is logged, and in which form.
struct LogSettings: Sendable, Equatable {
  var level: LogLevel
  var isJSON: Bool
  /// Whether somebody asked for a level, so that lines belong into a report as well.
  var isAskedFor: Bool
  var isSilent = false

  init(_ values: Values, isTerminal: Bool) throws(ConfigurationError) {
    let word = values.text(.logLevel).lowercased()
    guard let level = LogLevel.allCases.first(where: { $0.name == word }) else {
      throw values.bad(.logLevel, "must be error, warning, info or debug")
    }
    self.level = level
    isAskedFor = values.isSet(.logLevel)
    switch values.text(.logFormat) {
    case "text": isJSON = false
    case "json": isJSON = true
    case "auto": isJSON = !isTerminal
    default: throw values.bad(.logFormat, "must be text, json or auto")
    }
  }
}

/// Logs. It never waits: the lines are written by a thread of their own.
struct Log: Sendable {
  let settings: LogSettings

  func callAsFunction(_ level: LogLevel, _ message: String, _ fields: JSONObject = [:]) {
    guard level <= settings.level, !settings.isSilent else { return }
    let form: LogForm = settings.isJSON ? .json : .text
    LogWriter.standardError.write(form.line(level, message, fields), form)
  }
}

/// What a line looks like.
enum LogForm {
  case text
  case json

  /// A whole line, its end included.
  func line(_ level: LogLevel, _ message: String, _ fields: JSONObject) -> [UInt8] {
    switch self {
    case .text: text(level, message, fields)
    case .json: json(level, message, fields)
    }
  }

  private func json(_ level: LogLevel, _ message: String, _ fields: JSONObject) -> [UInt8] {
    var line: JSONObject = [
      "time": .string(Clock.timestamp()), "level": .string(level.name), "message": .string(message),
    ]
    for (key, value) in fields.members { line[key] = value }
    return JSON.object(line).encoded() + [0x0A]
  }

  private func text(_ level: LogLevel, _ message: String, _ fields: JSONObject) -> [UInt8] {
    let words = fields.members.map { key, value in
      "\(key)=\(value.string ?? String(decoding: value.encoded(), as: UTF8.self))"
    }
    let line = ([Clock.timestamp(), level.name, message] + words).joined(separator: " ")
    // A line stays a line, whatever a message brings along and whoever reads it.
    return line.unicodeScalars.reduce(into: [UInt8]()) { bytes, scalar in
      switch scalar {
      case "\n", "\r", "\u{2028}", "\u{2029}": bytes.append(0x20)
      default: bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      }
    } + [0x0A]
  }
}
