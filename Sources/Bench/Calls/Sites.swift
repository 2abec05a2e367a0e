// The agent's `sites`: the records of the bench's sites.

import JSONRPC
import Tenancy

extension Agent {
  /// All sites, or one if it is there.
  public func sites(_ site: String? = nil) async throws(BenchError) -> [Tenant] {
    let answer = try await session.call("sites", site.map { ["site": .string($0)] } ?? [:])
    return (answer["sites"]?.array ?? []).compactMap(Tenant.init)
  }
}
