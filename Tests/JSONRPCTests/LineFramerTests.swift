// The framer: every input at every split gives the same lines.
import Testing

@testable import JSONRPC

@Suite(.timeLimit(.minutes(1)))
struct LineFramerTests {
  /// The frames of an input that arrives in these pieces; `!` marks a line that was too long.
  private func frames(_ pieces: [ArraySlice<UInt8>], maximum: Int) -> [String] {
    var framer = LineFramer(maximum: maximum)
    var frames: [String] = []
    func take(_ frame: Frame, _ bytes: Span<UInt8>) {
      let text = bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
      frames.append(frame == .line ? text : "!" + text)
    }
    for piece in pieces { framer.feed(piece.span, take) }
    framer.finish(take)
    return frames
  }

  @Test(
    arguments: [
      ("", []), ("\n", []), ("a", ["a"]), ("a\n", ["a"]), ("a\nb", ["a", "b"]),
      ("\n\na\n\n\nb\n", ["a", "b"]), (" \t\r\na\n \n", ["a"]), ("a\r\nb\r\n", ["a\r", "b\r"]),
      ("a\rb\n", ["a\rb"]), ("a\u{2028}\n", ["a\u{2028}"]), ("a\u{85}\n", ["a\u{85}"]),
      ("\u{FEFF}a\n\u{FEFF}b\n", ["a", "\u{FEFF}b"]), ("\u{FEFF}", []),
      ("\n\u{FEFF}a", ["\u{FEFF}a"]),
      ("12345678\n", ["12345678"]), ("123456789\nb\n", ["!12345678", "b"]),
      ("123456789", ["!12345678"]), ("1234567890123456789\nb", ["!12345678", "b"]),
      ("a\n         \nb", ["a", "!        ", "b"]),
      ("123456789\n123456789\n", ["!12345678", "!12345678"]),
      ("12345678\r\n", ["12345678\r"]), ("12345678\r", ["12345678\r"]),
      ("123456789\r\n", ["!12345678"]), ("12345678\r\r\n", ["!12345678"]),
      ("12345678\rx\nb\n", ["!12345678", "b"]),
    ] as [(String, [String])])
  func everySplit(_ input: String, _ expected: [String]) {
    let bytes = Array(input.utf8)
    #expect(frames([bytes[...]], maximum: 8) == expected)
    #expect(frames(bytes.indices.map { bytes[$0...$0] }, maximum: 8) == expected)
    for first in 0...bytes.count {
      for second in first...bytes.count {
        let pieces = [bytes[..<first], bytes[first..<second], bytes[second...]]
        #expect(frames(pieces, maximum: 8) == expected, "split at \(first) and \(second)")
      }
    }
  }

  @Test("Nothing at all may be the longest line")
  func noRoom() {
    #expect(frames([[0x61, 0x0A, 0x0A]], maximum: 0) == ["!"])
    #expect(frames([[0x61, 0x0A]], maximum: -1) == ["!"])
  }
}
