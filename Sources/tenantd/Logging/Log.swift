// Lines on standard error: text for a terminal, JSON otherwise.

import JSONRPC

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

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

  init(_ values: Values, isTerminal: Bool) throws(ConfigurationError) {
    let word = values.text(.logLevel).lowercased()
    guard let level = LogLevel.allCases.first(where: { $0.name == word }) else {
      throw values.bad(.logLevel, "must be error, warning, info or debug")
    }
    self.level = level
    switch values.text(.logFormat) {
    case "text": isJSON = false
    case "json": isJSON = true
    case "auto": isJSON = !isTerminal
    default: throw values.bad(.logFormat, "must be text, json or auto")
    }
  }
}

/// Writes log lines. A line is one write, so that lines of several threads do not mix.
struct Log: Sendable {
  let settings: LogSettings

  func callAsFunction(_ level: LogLevel, _ message: String, _ fields: JSONObject = [:]) {
    guard level <= settings.level else { return }
    var bytes = settings.isJSON ? json(level, message, fields) : text(level, message, fields)
    bytes.append(0x0A)
    _ = bytes.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
  }

  private func json(_ level: LogLevel, _ message: String, _ fields: JSONObject) -> [UInt8] {
    var line: JSONObject = [
      "time": .string(Clock.timestamp()), "level": .string(level.name), "message": .string(message),
    ]
    for (key, value) in fields.members { line[key] = value }
    return JSON.object(line).encoded()
  }

  private func text(_ level: LogLevel, _ message: String, _ fields: JSONObject) -> [UInt8] {
    let words = fields.members.map { key, value in
      "\(key)=\(value.string ?? String(decoding: value.encoded(), as: UTF8.self))"
    }
    let clean = ([Clock.timestamp(), level.name, message] + words).joined(separator: " ")
    // A line stays a line, whatever a message brings along.
    return clean.utf8.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }
  }
}
