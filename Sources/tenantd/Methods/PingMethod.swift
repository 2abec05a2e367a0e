// `ping`: answers at once.

import JSONRPC

struct PingMethod: Method {
  static let declaration = Declaration(
    name: "ping", summary: "Answers at once.", result: ("pong", .constant("pong")))

  init(_ parameters: inout Parameters, _ configuration: Configuration) {}

  func handle(_ call: Call) -> Handling { .reply("pong") }
}
