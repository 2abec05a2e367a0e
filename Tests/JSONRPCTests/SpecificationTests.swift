// Every example of the JSON-RPC 2.0 specification, and the errors that a line can earn.
import Testing

@testable import JSONRPC

@Suite(.timeLimit(.minutes(1)))
struct SpecificationTests {
  /// The replies to one line, messages of errors left out, since the specification leaves them open.
  private func replies(_ line: String) async throws -> [JSON] {
    try await converse(line + "\n").map { line in
      switch try JSON(parsing: line) {
      case .array(let elements): .array(elements.map(bare))
      case let single: bare(single)
      }
    }
  }

  private func bare(_ reply: JSON) -> JSON {
    guard var object = reply.object, let code = object["error"]?["code"] else { return reply }
    object["error"] = ["code": code]
    return .object(object)
  }

  private func error(_ code: Int64, _ id: JSON = .null) -> JSON {
    ["jsonrpc": "2.0", "error": ["code": .integer(code)], "id": id]
  }

  @Test(
    "Section 7, one message",
    arguments: [
      (
        #"{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}"#,
        ["jsonrpc": "2.0", "result": 19, "id": 1]
      ),
      (
        #"{"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2}"#,
        ["jsonrpc": "2.0", "result": -19, "id": 2]
      ),
      (
        #"{"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3}"#,
        ["jsonrpc": "2.0", "result": 19, "id": 3]
      ),
      (
        #"{"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4}"#,
        ["jsonrpc": "2.0", "result": 19, "id": 4]
      ),
      (#"{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}"#, nil),
      (#"{"jsonrpc": "2.0", "method": "foobar"}"#, nil),
      (
        #"{"jsonrpc": "2.0", "method": "foobar", "id": "1"}"#,
        ["jsonrpc": "2.0", "error": ["code": -32601], "id": "1"]
      ),
      (
        #"{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]"#,
        ["jsonrpc": "2.0", "error": ["code": -32700], "id": .null]
      ),
      (
        #"{"jsonrpc": "2.0", "method": 1, "params": "bar"}"#,
        ["jsonrpc": "2.0", "error": ["code": -32600], "id": .null]
      ),
    ] as [(String, JSON?)])
  func messages(_ line: String, _ reply: JSON?) async throws {
    #expect(try await replies(line) == (reply.map { [$0] } ?? []))
  }

  @Test("Section 7, batches")
  func batches() async throws {
    #expect(
      try await replies(
        #"[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},{"jsonrpc": "2.0", "method"]"#
      ) == [error(-32700)])
    #expect(try await replies("[]") == [error(-32600)])
    #expect(try await replies("[1]") == [[error(-32600)]])
    #expect(
      try await replies("[1,2,3]") == [[error(-32600), error(-32600), error(-32600)]])
    #expect(
      try await replies(
        #"[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},"#
          + #"{"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},"#
          + #"{"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},"#
          + #"{"foo": "boo"},"#
          + #"{"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},"#
          + #"{"jsonrpc": "2.0", "method": "get_data", "id": "9"}]"#
      ) == [
        [
          ["jsonrpc": "2.0", "result": 7, "id": "1"],
          ["jsonrpc": "2.0", "result": 19, "id": "2"],
          error(-32600),
          error(-32601, "5"),
          ["jsonrpc": "2.0", "result": ["hello", 5], "id": "9"],
        ]
      ])
    #expect(
      try await replies(
        #"[{"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},"#
          + #"{"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}]"#
      ) == [])
  }

  @Test(
    "Each wrong line earns its kind, with the id where it can be read",
    arguments: [
      ("x", -32700, "parse_error", .null),
      (#"{"jsonrpc":"2.0","id":7,"method":"ping","params":{"a":}}"#, -32700, "parse_error", 7),
      (#"{"jsonrpc":"2.0","id":7,"method":"ping"} x"#, -32700, "parse_error", 7),
      ("{\"id\":\"a\",\"x\":\"\u{1}\"}", -32700, "parse_error", "a"),
      ("7", -32600, "invalid_request", .null), ("null", -32600, "invalid_request", .null),
      ("\"a\"", -32600, "invalid_request", .null), ("{}", -32600, "invalid_request", .null),
      (#"{"id":7,"method":"ping"}"#, -32600, "invalid_request", 7),
      (#"{"jsonrpc":"1.0","id":7,"method":"ping"}"#, -32600, "invalid_request", 7),
      (#"{"jsonrpc":2.0,"id":7,"method":"ping"}"#, -32600, "invalid_request", 7),
      (#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, -32600, "invalid_request", .null),
      (#"{"jsonrpc":"2.0","id":[1],"method":"ping"}"#, -32600, "invalid_request", .null),
      (#"{"jsonrpc":"2.0","id":true,"method":"ping"}"#, -32600, "invalid_request", .null),
      (#"{"jsonrpc":"2.0","id":7}"#, -32600, "invalid_request", 7),
      (#"{"jsonrpc":"2.0","id":7,"method":null}"#, -32600, "invalid_request", 7),
      (#"{"jsonrpc":"2.0","id":7,"method":"ping","params":1}"#, -32600, "invalid_request", 7),
      (#"{"jsonrpc":"2.0","id":7,"method":"ping","params":null}"#, -32600, "invalid_request", 7),
      (#"{"jsonrpc":"2.0","id":7,"method":"nope"}"#, -32601, "method_not_found", 7),
    ] as [(String, Int, String, JSON)])
  func errors(_ line: String, _ code: Int, _ kind: String, _ id: JSON) async throws {
    let lines = try await converse(line)
    try #require(lines.count == 1)
    let reply = try JSON(parsing: lines[0])
    #expect(reply["id"] == id && reply["jsonrpc"] == "2.0" && reply["result"] == nil)
    let error = RPCError(try #require(reply["error"]))
    #expect(error.code == code && error.kind == kind)
    #expect(!error.message.isEmpty)
  }

  @Test(
    "Ids are echoed as they came",
    arguments: [
      "0", "-1", "9223372036854775807", "1.5", "-0.25", "\"\"", "\"1\"", "\"é\\n\"", "null",
    ])
  func ids(_ id: String) async throws {
    let lines = try await converse(#"{"jsonrpc":"2.0","id":\#(id),"method":"ping"}"#)
    #expect(lines == [#"{"jsonrpc":"2.0","id":\#(id),"result":"pong"}"#])
  }

  @Test(
    "Parameters are passed on as they are", arguments: ["[]", "[1,[2]]", "{}", #"{"b":1,"a":{}}"#])
  func params(_ params: String) async throws {
    let lines = try await converse(#"{"jsonrpc":"2.0","id":1,"method":"echo","params":\#(params)}"#)
    #expect(lines == [#"{"jsonrpc":"2.0","id":1,"result":\#(params)}"#])
  }

  @Test("Invalid UTF-8 is a parse error with the id, and the next line is served")
  func invalidUTF8() async throws {
    let bytes =
      Array(#"{"jsonrpc":"2.0","id":1,"method":"a"#.utf8) + [0xFF] + Array("\"}\n".utf8)
      + Array(#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#.utf8)
    let lines = try await converse(bytes)
    try #require(lines.count == 2)
    let refusal = try JSON(parsing: lines[0])
    #expect(refusal["id"] == 1 && refusal["error"]?["data"]?["kind"] == "parse_error")
    #expect(lines[1] == #"{"jsonrpc":"2.0","id":2,"result":"pong"}"#)
  }

  @Test("Line ends, blank lines, a byte order mark and a last line without an end")
  func lineEnds() async throws {
    let ping = #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#
    let pong = #"{"jsonrpc":"2.0","id":1,"result":"pong"}"#
    let lines = try await converse("\u{FEFF}\(ping)\r\n\n \t\r\n\(ping)\n\r\n\(ping)")
    #expect(lines == [pong, pong, pong])
    let separators = #"{"jsonrpc":"2.0","id":1,"method":"echo","params":["a\#u{2028}b"]}"#
    #expect(
      try await converse(separators) == [
        #"{"jsonrpc":"2.0","id":1,"result":["a\u2028b"]}"#
      ])
  }

  @Test("A line that is too long is refused with its id, and skipped")
  func longLines() async throws {
    let ping = #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#
    let long = #"{"jsonrpc":"2.0","id":2,"x":"\#(String(repeating: "x", count: 300_000))"}"#
    let lines = try await converse(
      Array("\(ping)\n\(long)\n\(ping)\n\(long)".utf8), maximumLine: 100)
    try #require(lines.count == 4)
    let pong = #"{"jsonrpc":"2.0","id":1,"result":"pong"}"#
    #expect(lines[0] == pong && lines[2] == pong && lines[1] == lines[3])
    let refusal = try JSON(parsing: lines[1])
    #expect(refusal["id"] == 2)
    #expect(refusal["error"]?["code"] == -32600)
    #expect(refusal["error"]?["data"] == ["kind": "line_too_long", "maximum": 100])
  }
}
