// Subdomains: what is made of an organisation's name, and what is let through when given.
import Testing

@testable import Tenancy

@Suite(.timeLimit(.minutes(1)))
struct SubdomainTests {
  @Test(arguments: [
    ("Acme Corporation", "acme-corp"),
    ("Acme Incorporated", "acme-inc"),
    ("Acme Company Limited", "acme-co-ltd"),
    ("ACME, Corporation.", "acme-corp"),
    ("Acme Corporation (Europe)", "acme-corp-europe"),
    ("Limited Edition", "limited-edition"),
    ("Incorporated", "incorporated"),
    ("Corporations of Acme", "corporations-of-acme"),
    ("Crème Brûlée", "creme-brulee"),
    ("Cre\u{301}me", "creme"),
    ("Straße & Söhne", "strasse-sohne"),
    ("Ærøskøbing Łódź Þór Đặng Œuvre", "aeroskobing-lodz-thor-dang-oeuvre"),
    ("IŞIK İstanbul ışık", "isik-istanbul-isik"),
    ("O'Reilly  --  Media_2", "o-reilly-media-2"),
    ("株式会社 Acme", "acme"),
    ("xn--bcher-kva", "xn-bcher-kva"),
    ("test-12", "test-12"),
    ("  7  ", "7"),
  ])
  func derives(organization: String, expected: String) throws {
    let name = try Subdomain.derive(from: organization)
    #expect(name == expected)
    #expect(Subdomain.validate(name) == nil)
  }

  @Test(arguments: [
    "株式会社", "", " ", "---", "🏭", "Admin", "WWW", "Tenantd Test", "tenantd-x",
  ])
  func asksForASubdomain(organization: String) {
    let error = #expect(throws: FieldError.self) { try Subdomain.derive(from: organization) }
    #expect(error?.field == "organizationName")
    #expect(error?.reason.contains("give `subdomain`") == true)
  }

  @Test func cutsBetweenWords() throws {
    let sixty = String(repeating: "a", count: 60)
    #expect(try Subdomain.derive(from: "\(sixty) bc") == "\(sixty)-bc")
    #expect(try Subdomain.derive(from: "\(sixty) bcd") == sixty)
    #expect(try Subdomain.derive(from: "\(sixty) bc d") == "\(sixty)-bc")
    let seventy = String(repeating: "b", count: 70)
    #expect(try Subdomain.derive(from: seventy) == String(repeating: "b", count: 63))
  }

  @Test(arguments: ["a", "0", "acme-corp", "a--b", "test-1", "tenantd", "admins"])
  func accepts(name: String) {
    #expect(Subdomain.validate(name) == nil)
  }

  @Test(arguments: [
    "", "-a", "a-", "-", "Acme", "a.b", "a_b", "a b", "é", "xn--bcher-kva", "www", "admin", "api",
    "tenantd-", "tenantd-1a2b", "../etc", "a\u{0}", "a\n", String(repeating: "a", count: 64),
  ])
  func refuses(name: String) {
    #expect(Subdomain.validate(name) != nil)
  }

  @Test func acceptsTheLongestLabel() {
    #expect(Subdomain.validate(String(repeating: "a", count: 63)) == nil)
  }
}
