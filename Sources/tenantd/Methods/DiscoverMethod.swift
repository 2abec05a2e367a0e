// `rpc.discover`: the methods of this program as an OpenRPC document.

import JSONRPC

struct DiscoverMethod: Method {
  static let declaration = Declaration(
    name: "rpc.discover", summary: "This document.", result: ("OpenRPC", .anyObject))

  init(_ parameters: inout Parameters, _ configuration: Configuration) {}

  func handle(_ call: Call) -> Handling { .reply(Discovery.document) }
}
