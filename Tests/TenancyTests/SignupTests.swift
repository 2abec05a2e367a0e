// Signups: a good one becomes an order, and a bad one gets all its errors at once.
import Testing

@testable import Tenancy

@Suite(.timeLimit(.minutes(1)))
struct SignupTests {
  let rules = SignupRules(siteSuffix: "localhost")
  let good = Signup(
    organizationName: "Acme Corporation", fullName: "John Doe", email: "john@acme.com")

  func errors(
    _ signup: Signup, password: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) -> [FieldError] {
    let failure = #expect(throws: Failure.self, sourceLocation: sourceLocation) {
      try rules.order(from: signup, password: password)
    }
    guard case .invalid(let errors) = failure else { return [] }
    return errors
  }

  @Test func makesAnOrder() throws {
    let order = try rules.order(from: good, password: "SecurePass123")
    #expect(
      order
        == Order(
          organization: "Acme Corporation", fullName: "John Doe", owner: "john@acme.com",
          subdomain: "acme-corp", site: "acme-corp.localhost",
          plan: Plan(name: "free", users: 5, storageGB: 1), idempotencyKey: nil,
          timeout: .seconds(120)))
  }

  @Test func takesWhatIsGiven() throws {
    var rules = rules
    rules.plans = try Plans(parsing: "free=5:1,pro=25:50")
    let signup = Signup(
      organizationName: "  株式会社 ", fullName: "\tÉmile Zola ", email: " Emile.Zola@Example.ORG ",
      subdomain: "zola", plan: "PRO", idempotencyKey: "key-1", timeout: 1.5)
    let order = try rules.order(from: signup, password: nil)
    #expect(order.organization == "株式会社")
    #expect(order.fullName == "Émile Zola")
    #expect(order.owner == "emile.zola@example.org")
    #expect(order.site == "zola.localhost")
    #expect(order.plan == Plan(name: "pro", users: 25, storageGB: 50))
    #expect(order.idempotencyKey == "key-1")
    #expect(order.timeout == .milliseconds(1500))
  }

  @Test func saysEverythingAtOnce() {
    let signup = Signup(
      organizationName: "", fullName: "42", email: "nobody", subdomain: "www", plan: "gold",
      idempotencyKey: "a b", timeout: 0)
    let found = errors(signup, password: "short")
    #expect(
      found.map(\.field) == [
        "organizationName", "fullName", "email", "password", "subdomain", "plan", "idempotencyKey",
        "timeout",
      ])
    let sentence = Failure.invalid(found).sentence
    #expect(
      sentence.hasPrefix("`organizationName` must not be empty; `fullName` must have a letter"))
  }

  @Test func missesWhatIsRequired() {
    let found = errors(Signup())
    #expect(found.map(\.field) == ["organizationName", "fullName", "email"])
    #expect(found.allSatisfy { $0.reason == "is required" })
  }

  @Test func asksForASubdomainOnce() {
    var signup = good
    signup.organizationName = "株式会社"
    #expect(errors(signup).map(\.field) == ["organizationName"])
    signup.organizationName = nil
    #expect(errors(signup).map(\.field) == ["organizationName"])
  }

  @Test(arguments: [
    "a\u{0}b", "a\nb", "a\u{7F}b", "a\u{2028}b", String(repeating: "é", count: 141),
  ])
  func refusesNames(name: String) {
    var signup = good
    signup.subdomain = "acme"
    signup.organizationName = name
    signup.fullName = name
    #expect(errors(signup).map(\.field) == ["organizationName", "fullName"])
  }

  @Test func acceptsTheLongestName() throws {
    var signup = good
    signup.fullName = String(repeating: "é", count: 140)
    #expect(throws: Never.self) { try rules.order(from: signup, password: nil) }
  }

  @Test(arguments: [
    "a@b.co", "o'brien@example.com", "first.last+tag@sub.example.co.uk", "x_y-z@1.example",
    String(repeating: "a", count: 64) + "@example.com", "admin@acme.com",
  ])
  func acceptsAddress(email: String) {
    #expect(throws: Never.self) { try EmailAddress.normalise(email).get() }
  }

  @Test(arguments: [
    "", "a", "@b.co", "a@", "a@b", "a@b@c.de", "a b@c.de", "a@b .de", "\"a\"@b.de", "a@b..de",
    ".a@b.de", "a.@b.de", "a..b@c.de", "a@-b.de", "a@b-.de", "a@.de", "é@b.de", "a@é.de",
    "a\n@b.de",
    "<a@b.de>", "a,b@c.de", "a\\b@c.de", "a@b.de\u{0}", "admin@example.com", "Guest@Example.com",
    String(repeating: "a", count: 65) + "@example.com",
    "a@" + String(repeating: "b", count: 64) + ".de",
    "a@" + String(repeating: "b.", count: 69) + "de",
  ])
  func refusesAddress(email: String) {
    var signup = good
    signup.email = email
    #expect(errors(signup).map(\.field) == ["email"])
  }

  @Test(arguments: [0, 0.99, -1, 3600.1, .infinity, -.infinity, .nan, 1e300])
  func refusesTimeout(seconds: Double) {
    var signup = good
    signup.timeout = seconds
    #expect(errors(signup).map(\.field) == ["timeout"])
  }

  @Test(arguments: ["", " ", "a b", "é", "a\n", String(repeating: "k", count: 256)])
  func refusesKey(key: String) {
    var signup = good
    signup.idempotencyKey = key
    #expect(errors(signup).map(\.field) == ["idempotencyKey"])
  }

  @Test func sameOrderWhateverItsTimeoutAndFullName() throws {
    let order = try rules.order(from: good, password: nil)
    var signup = good
    (signup.timeout, signup.fullName, signup.idempotencyKey) = (7, "Jane Doe", "k")
    #expect(order.asksForSame(as: try rules.order(from: signup, password: nil)))
  }

  @Test(
    arguments: [
      \Signup.organizationName, \.email, \.subdomain, \.plan,
    ] as [WritableKeyPath<Signup, String?> & Sendable])
  func anotherOrder(field: WritableKeyPath<Signup, String?> & Sendable) throws {
    let rules = SignupRules(
      plans: try Plans(parsing: "free=5:1,other=6:1"), siteSuffix: "localhost")
    var signup = good
    signup.subdomain = "acme"
    let order = try rules.order(from: signup, password: nil)
    signup[keyPath: field] = field == \.email ? "other@acme.com" : "other"
    #expect(!order.asksForSame(as: try rules.order(from: signup, password: nil)))
  }
}
