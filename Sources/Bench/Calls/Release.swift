// The agent's `release`: what a job has reserved is free again.

import JSONRPC

extension Agent {
  /// Lets go of what a job has reserved. A lost session has let go already.
  public func release(job: String) async {
    guard await session.facts != nil else { return }
    _ = try? await session.call("release", ["job": .string(job)])
  }
}
