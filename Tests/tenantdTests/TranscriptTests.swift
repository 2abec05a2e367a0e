// Replays the golden conversations of Tests/Transcripts, which the other clients replay as well.
//
// A transcript is a file of JSON lines, and begins with a fresh `tenantd --sandbox`:
//
//     {"about": …}   first line: what the conversation shows, for a person
//     {"send": M}    write the message M as one line
//     {"line": "…"}  write this text, as it is, as one line
//     {"expect": M}  wait until a message has come that was not expected before and fits M
//
// The order of messages is free, as it is on the wire, so an expected one may have come earlier.
// A message fits when it has the same members and elements; numbers are compared by value. A string
// in M may stand for anything of a kind: "<hex64>" (64 lower-case hexadecimal digits), "<number>",
// "<string>", "<any>". At the end the input is closed: the process exits with 0, and no message
// must have come that was not expected.
import Foundation
import JSONRPC
import Testing

@testable import Harness

extension EndToEnd {
  @Suite(.serialized, .inTurn) struct Transcripts {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Transcripts")

    static let files =
      (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?
      .filter { $0.hasSuffix(".jsonl") }.sorted() ?? []

    @Test func thereAreSome() { #expect(Self.files.count >= 5) }

    @Test(arguments: files)
    func replay(_ file: String) async throws {
      let data = try Data(contentsOf: Self.folder.appendingPathComponent(file))
      let lines = try data.split(separator: 0x0A).map { try JSON(parsing: Array($0)) }
      #expect(lines.first?["about"]?.string != nil)
      try await withDaemon { daemon, _ in
        var expected: Set<Int> = []
        for (number, line) in lines.enumerated().dropFirst() {
          if let message = line["send"] {
            daemon.send(message)
          } else if let text = line["line"]?.string {
            daemon.send(line: text)
          } else {
            let pattern = try #require(line["expect"], "line \(number + 1) of \(file)")
            let taken = expected
            let index = try await daemon.messages.index("line \(number + 1) of \(file): \(pattern)")
            {
              !taken.contains($0) && Self.fits($1, pattern)
            }
            expected.insert(index)
          }
        }
        daemon.program.closeInput()
        try await daemon.messages.closed()
        let rest = daemon.messages.all.enumerated().filter { !expected.contains($0.offset) }
        #expect(rest.map(\.element) == [])
      }
    }

    /// The form itself: what fits, and what does not.
    @Test func placeholders() {
      let hex: JSON = .string(String(repeating: "0f", count: 32))
      #expect(Self.fits(hex, "<hex64>"))
      #expect(!Self.fits("0F", "<hex64>"))
      #expect(Self.fits(1.5, "<number>") && !Self.fits("1", "<number>"))
      #expect(Self.fits("", "<string>") && !Self.fits(.null, "<string>"))
      #expect(Self.fits(["a": [1, .null]], ["a": ["<any>", "<any>"]]))
      #expect(!Self.fits(["a": 1, "b": 2], ["a": 1]) && !Self.fits(["a": 1], ["a": 1, "b": 2]))
      #expect(!Self.fits([1, 2], [1]) && Self.fits(1, 1.0) && !Self.fits("1", 1))
    }

    static func fits(_ value: JSON, _ pattern: JSON) -> Bool {
      switch (pattern, value) {
      case ("<any>", _): return true
      case ("<string>", _): return value.string != nil
      case ("<number>", _): return value.double != nil
      case ("<hex64>", _):
        let text = value.string ?? ""
        return text.utf8.count == 64 && text.allSatisfy { "0123456789abcdef".contains($0) }
      case (.object(let pattern), .object(let object)):
        return pattern.count == object.count
          && pattern.members.allSatisfy { key, pattern in
            object[key].map { fits($0, pattern) } ?? false
          }
      case (.array(let patterns), .array(let array)):
        return patterns.count == array.count
          && zip(array, patterns).allSatisfy { fits($0, $1) }
      case (.integer, .double), (.double, .integer): return value.double == pattern.double
      default: return value == pattern
      }
    }
  }
}
