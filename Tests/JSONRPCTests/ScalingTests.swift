// What a line costs grows with its length, whatever it is made of.
import Foundation
import Testing

@testable import JSONRPC

@Suite(.timeLimit(.minutes(2)))
struct ScalingTests {
  /// Names that are one name to `String` and as many as they are to JSON: the accents of several
  /// letters, in all their orders.
  private static func spellings(_ count: Int) -> [String] {
    (0..<count).map { number in
      (0..<16).map { number >> $0 & 1 == 0 ? "a\u{301}\u{316}" : "a\u{316}\u{301}" }.joined()
    }
  }

  private static func accents(_ count: Int) -> String {
    "a" + String(repeating: "\u{301}\u{316}", count: count / 2)
  }

  private static func repeated(_ text: String, _ bytes: Int) -> String {
    String(repeating: text, count: bytes / text.utf8.count)
  }

  private static func request(_ params: String, id: String = "1", method: String = "m") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":\#(params)}"#
  }

  private static func members(_ names: some Sequence<String>) -> String {
    "{" + names.map { "\"\($0)\":1" }.joined(separator: ",") + "}"
  }

  /// Lines of about so many bytes.
  static let classes: [(String, @Sendable (Int) -> String)] = [
    ("members", { request(members((0..<$0 / 8).map { "k\($0)" })) }),
    ("members of one name", { request(members(Array(repeating: "k", count: $0 / 6))) }),
    ("equivalent members", { request(members(spellings($0 / 85))) }),
    ("a name of accents", { request(members([accents($0)])) }),
    ("members of a message", { #"{"jsonrpc":"2.0","id":1,"method":"m","\#(accents($0))":1}"# }),
    ("a method of accents", { request("{}", method: accents($0)) }),
    ("a version of accents", { #"{"jsonrpc":"2.0\#(accents($0))","id":1,"method":"m"}"# }),
    ("an id of accents", { request("{}", id: "\"\(accents($0))\"") }),
    ("a text of accents", { request("[\"\(accents($0))\"]") }),
    ("a plain text", { request("[\"\(repeated("x", $0))\"]") }),
    ("escapes", { request("[\"\(repeated(#"\u00e9\n"#, $0))\"]") }),
    ("elements", { request("[\(repeated("1,", $0))1]") }),
    ("objects", { request("[\(repeated("{},", $0))1]") }),
    ("digits", { request("[\(repeated("7", $0))]") }),
    ("digits of a fraction", { request("[0.\(repeated("7", $0))]") }),
    ("a batch of nothing", { "[\(repeated("1,", $0))1]" }),
    ("a batch", { "[\(repeated(request("{}", id: "null") + ",", $0))1]" }),
    (
      "a batch of equivalent ids",
      {
        "[" + spellings($0 / 130).map { request("[]", id: "\"\($0)\"") }.joined(separator: ",")
          + "]"
      }
    ),
    ("ids of a broken line", { "{\(repeated(#""id":7,"#, $0))" }),
    ("strings of a broken line", { "{\(repeated(#""a":"b","#, $0))" }),
    ("a broken line of accents", { #"{"id":"\#(accents($0))","# }),
  ]

  /// Reads a line as the reader does, enters what is in it, and answers it.
  private static func serve(_ line: [UInt8]) -> Int {
    guard let json = try? JSON(parsing: line) else {
      return RequestID(salvagedFrom: line.span).map { $0.json.encoded().count } ?? 0
    }
    var table = RequestTable()
    var size = 0
    let batch = table.openBatch()
    for element in json.array ?? [json] {
      switch Message(element) {
      case .request(let request):
        guard let ticket = table.enter(request.id, batch: batch) else { continue }
        _ = table.finish(ticket, .success(request.params ?? .null))
        size += request.params?.encoded().count ?? 0
      case .response: break
      case .invalid(let response): _ = table.refuse(response, batch: batch)
      }
    }
    _ = table.closeBatch(batch)
    return size
  }

  /// The processor's time for a line, the least of three: others on the machine do not count.
  private static func cost(_ line: String) -> Double {
    let bytes = Array(line.utf8)
    return (0..<3).map { _ in
      let start = processorTime()
      #expect(serve(bytes) >= 0)
      return Double(processorTime() - start)
    }.min() ?? 0
  }

  private static func processorTime() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }

  @Test("Four times the bytes cost about four times as much", arguments: classes.map(\.0))
  func costsGrowWithTheLength(_ name: String) throws {
    let make = try #require(Self.classes.first { $0.0 == name }?.1)
    let (short, long) = (Self.cost(make(20_000)), Self.cost(make(80_000)))
    // In the square it is 16 times as much.
    #expect(long < 9 * short, "\(name): \(short / 1e6) ms, then \(long / 1e6) ms")
  }

  @Test("Equivalent names do not hash alike")
  func hashes() {
    let names = Self.spellings(512)
    #expect(Set(names).count == 1)
    #expect(Set(names.map { ExactString($0).hashValue }).count > 500)
    #expect(Set(names.map { RequestID.string($0).hashValue }).count > 500)
  }
}
