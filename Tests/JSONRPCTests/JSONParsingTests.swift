// The parser against RFC 8259: what it takes, what it refuses, and where.
import Testing

@testable import JSONRPC

@Suite(.timeLimit(.minutes(1)))
struct JSONParsingTests {
  @Test(
    arguments: [
      ("null", .null), ("true", true), (" false\t\r\n", false), ("0", 0), ("-1", -1),
      ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
      ("9223372036854775808", 9223372036854775808.0),
      ("-9223372036854775809", -9223372036854775809.0),
      ("-0", -0.0), ("0.5", 0.5), ("1.0", 1.0), ("1e2", 100.0), ("1E+2", 100.0), ("25e-1", 2.5),
      ("-0.0e-0", -0.0), ("1e-400", 0.0), ("5e-324", .double(.leastNonzeroMagnitude)),
      ("\"\"", ""), ("\"é€𝄞\"", "é€𝄞"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
      (#""a\u0041\u00e9\u20AC\uD834\uDD1Ez""#, "aAé€𝄞z"), (#""\u0000""#, "\0"),
      ("\"\u{2028}\u{7F}\u{10FFFF}\"", "\u{2028}\u{7F}\u{10FFFF}"),
      ("[]", []), (" [ 1 , [ ] , { } ] ", [1, [], [:]]), ("{}", [:]),
      (#" { "a" : 1 , "b" : [ null ] } "#, ["a": 1, "b": [.null]]),
      (#"{"":0}"#, ["": 0]),
    ] as [(String, JSON)])
  func takes(_ text: String, _ value: JSON) throws {
    #expect(try JSON(parsing: text) == value)
  }

  @Test(
    arguments: [
      ("", .unexpectedEnd, 0), ("  ", .unexpectedEnd, 2), ("nul", .unexpectedEnd, 3),
      ("nulx", .unexpectedByte(0x78), 3), ("True", .unexpectedByte(0x54), 0),
      ("NaN", .unexpectedByte(0x4E), 0), ("1 2", .trailingBytes, 2), ("{} x", .trailingBytes, 3),
      ("[1,]", .unexpectedByte(0x5D), 3), ("[1", .unexpectedEnd, 2),
      ("[,", .unexpectedByte(0x2C), 1),
      (#"{"a":1,}"#, .unexpectedByte(0x7D), 7), (#"{"a" 1}"#, .unexpectedByte(0x31), 5),
      ("{a:1}", .unexpectedByte(0x61), 1), (#"{"a":1"#, .unexpectedEnd, 6),
      ("[1}", .unexpectedByte(0x7D), 2),
      ("'a'", .unexpectedByte(0x27), 0), ("/**/1", .unexpectedByte(0x2F), 0),
      ("01", .invalidNumber, 1), ("-01", .invalidNumber, 2), ("-", .unexpectedEnd, 1),
      ("+1", .unexpectedByte(0x2B), 0), (".5", .unexpectedByte(0x2E), 0), ("1.", .unexpectedEnd, 2),
      ("1.x", .invalidNumber, 2), ("1e", .unexpectedEnd, 2), ("1e+", .unexpectedEnd, 3),
      ("-x", .invalidNumber, 1), ("0x1", .trailingBytes, 1), ("1e400", .numberTooLarge, 0),
      ("-1e400", .numberTooLarge, 0), ("Infinity", .unexpectedByte(0x49), 0),
      ("\"a", .unexpectedEnd, 2), ("\"a\\", .unexpectedEnd, 3), (#""\x""#, .invalidEscape, 1),
      (#""\u12""#, .invalidEscape, 1), (#""\u12"#, .unexpectedEnd, 5),
      (#""\u+123""#, .invalidEscape, 1),
      (#""\uD834""#, .loneSurrogate, 1), (#""\uDD1E""#, .loneSurrogate, 1),
      (#""\uD834\u0041""#, .loneSurrogate, 1), (#""\uD834x""#, .loneSurrogate, 1),
      ("\"a\nb\"", .controlCharacter, 2), ("\"\u{1F}\"", .controlCharacter, 1),
      ("\u{A0}1", .unexpectedByte(0xC2), 0), ("\u{FEFF}1", .unexpectedByte(0xEF), 0),
    ] as [(String, JSONSyntaxError.Reason, Int)])
  func refuses(_ text: String, _ reason: JSONSyntaxError.Reason, _ offset: Int) {
    #expect(throws: JSONSyntaxError(reason: reason, offset: offset)) { try JSON(parsing: text) }
  }

  @Test(
    "Invalid UTF-8 is refused, not repaired",
    arguments: [
      [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x80, 0x80],
      [0xE0, 0x9F, 0xBF], [0xE2, 0x82], [0xE2, 0x28, 0xA1], [0xE2, 0x82, 0x28], [0xED, 0xA0, 0x80],
      [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9D, 0x84],
      [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF],
    ] as [[UInt8]])
  func refusesInvalidUTF8(_ sequence: [UInt8]) {
    let quote = UInt8(ascii: "\"")
    #expect(throws: JSONSyntaxError(reason: .invalidUTF8, offset: 2)) {
      try JSON(parsing: [quote, 0x61] + sequence + [quote])
    }
    #expect(throws: JSONSyntaxError(reason: .invalidUTF8, offset: 1)) {
      try JSON(parsing: [quote] + sequence)
    }
  }

  @Test("Every scalar round-trips, raw and escaped")
  func everyScalar() throws {
    for number in stride(from: UInt32(0), through: 0x10FFFF, by: 61) {
      guard let scalar = Unicode.Scalar(number) else { continue }
      let value = JSON.string("a\(Character(scalar))b")
      #expect(try JSON(parsing: value.encoded()) == value)
      let escapes = String(Character(scalar)).utf16.map { unit in
        "\\u" + String(repeating: "0", count: 4 - String(unit, radix: 16).count)
          + String(unit, radix: 16)
      }
      #expect(try JSON(parsing: "\"a\(escapes.joined())b\"") == value)
    }
  }

  @Test("64 levels are taken, one more is refused, and a million does no harm")
  func depth() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(throws: Never.self) { try JSON(parsing: nested(64)) }
    let tooDeep = JSONSyntaxError(reason: .tooDeep, offset: 64)
    #expect(throws: tooDeep) { try JSON(parsing: nested(65)) }
    #expect(throws: tooDeep) { try JSON(parsing: nested(1_000_000)) }
    #expect(throws: JSONSyntaxError(reason: .tooDeep, offset: 64 * 5)) {
      try JSON(parsing: String(repeating: "{\"a\":", count: 65))
    }
  }

  @Test("Numbers of absurd length end in a value or an error")
  func longNumbers() throws {
    let zeros = String(repeating: "0", count: 100_000)
    #expect(throws: JSONSyntaxError(reason: .numberTooLarge, offset: 0)) {
      try JSON(parsing: "1" + zeros)
    }
    #expect(try JSON(parsing: "0." + zeros + "1") == 0.0)
    #expect(try JSON(parsing: "1." + zeros) == 1.0)
    #expect(throws: JSONSyntaxError(reason: .numberTooLarge, offset: 0)) {
      try JSON(parsing: "1e1" + zeros)
    }
  }

  @Test("Every prefix of a message is refused, and no position is out of range")
  func prefixes() throws {
    let text = Array(#"{"a":[1,-2.5e+3,"x\n\ud834\udd1e€",true,false,null,{}]}"#.utf8)
    #expect(throws: Never.self) { try JSON(parsing: text) }
    for count in text.indices {
      #expect(throws: JSONSyntaxError.self) { try JSON(parsing: Array(text[..<count])) }
    }
  }

  @Test func errorsAreSentences() {
    #expect(
      JSONSyntaxError(reason: .unexpectedByte(0x7D), offset: 7).description
        == "unexpected }, at byte 7")
    #expect(
      JSONSyntaxError(reason: .unexpectedByte(0x0A), offset: 0).description
        == "unexpected byte 0xA, at byte 0")
  }
}
