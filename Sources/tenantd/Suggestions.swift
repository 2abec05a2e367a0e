// Names that a customer could have instead of one that is taken.

import Bench
import Tenancy

extension BenchBridge {
  /// How many are told.
  private static let wanted = 2

  /// Subdomains near the order's that are no site now and that nobody is making: as many as are
  /// wanted, where the bench answers. They are not kept for anybody.
  func suggestions(
    for order: Order, besides provisioner: Provisioner<Agent.Keys>
  ) async -> [String] {
    var found: [String] = []
    let more = (0..<4).map { _ in Int.random(in: 10...999) }
    for name in Subdomain.alternatives(to: order.subdomain, more: more) {
      guard found.count < Self.wanted, !Task.isCancelled else { break }
      let site = "\(name).\(configuration.rules.siteSuffix)"
      guard !found.contains(name), !provisioner.reservedSites.contains(site) else { continue }
      do throws(BenchError) {
        if try await agent.sites(site).isEmpty { found.append(name) }
      } catch {
        break
      }
    }
    return found
  }
}
