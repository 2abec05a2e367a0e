// Orders for tests.
import Tenancy

extension Order {
  static func sample(
    _ subdomain: String, email: String? = nil, key: String? = nil,
    timeout: Duration = .seconds(120)
  ) -> Order {
    Order(
      organization: subdomain, fullName: "John Doe", owner: email ?? "\(subdomain)@example.org",
      subdomain: subdomain, site: "\(subdomain).localhost",
      plan: Plan(name: "free", users: 5, storageGB: 1), idempotencyKey: key, timeout: timeout)
  }
}
