// The table of names and addresses that the clients' rules are held to as well.
import Foundation
import Testing

@testable import Tenancy

@Suite(.timeLimit(.minutes(1)))
struct NamesTests {
  private struct Table: Decodable {
    let subdomains: [String: String]
    /// Why a name or an address is refused; `null` when it is not.
    let names: [String: String?]
    let addresses: [String: String?]
  }

  private static func table() throws -> Table {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../Names/names.json")
    return try JSONDecoder().decode(Table.self, from: Data(contentsOf: file))
  }

  private static func reasons(_ signup: Signup) -> [String] {
    do throws(Failure) {
      _ = try SignupRules(siteSuffix: "localhost").order(from: signup, password: nil)
      return []
    } catch {
      guard case .invalid(let errors) = error else { return ["another failure"] }
      return errors.map(\.reason)
    }
  }

  private let good = Signup(
    organizationName: "Acme", fullName: "Ada Lovelace", email: "ada@acme.example",
    subdomain: "acme")

  @Test func namesGiveSubdomains() throws {
    for (name, subdomain) in try Self.table().subdomains {
      #expect(try Subdomain.derive(from: name) == subdomain, "\(name.debugDescription)")
    }
  }

  @Test func namesHideNothing() throws {
    for (name, reason) in try Self.table().names {
      var signup = good
      signup.organizationName = name
      #expect(Self.reasons(signup) == [reason].compactMap(\.self), "\(name.debugDescription)")
    }
  }

  @Test func addresses() throws {
    for (address, reason) in try Self.table().addresses {
      var signup = good
      signup.email = address
      #expect(Self.reasons(signup) == [reason].compactMap(\.self), "\(address.debugDescription)")
    }
  }

  /// Foundation has the whole of what the table was made from, of its own Unicode version.
  @Test func compatibilityIsUnicodes() {
    var known = 0
    for value in UInt32(0x80)...0x10FFFF {
      guard let scalar = Unicode.Scalar(value), scalar.properties.lowercaseMapping == "\(scalar)",
        let folded = Compatibility.folded(scalar)
      else { continue }
      let theirs = "\(scalar)".decomposedStringWithCompatibilityMapping
      // Assigned after Foundation's tables were made.
      if theirs == "\(scalar)" { continue }
      known += 1
      #expect(folded == theirs.folded, "U+\(String(value, radix: 16))")
    }
    #expect(known > 3500)
  }

  @Test func namesBesideATakenOne() {
    #expect(Subdomain.alternatives(to: "acme-corp").prefix(2) == ["acme-corp-2", "acme-corp-3"])
    #expect(Subdomain.alternatives(to: "a", more: [77]).last == "a-77")
    let long = String(repeating: "a", count: 60) + "-bc"
    let alternative = Subdomain.alternatives(to: long)[0]
    #expect(alternative == String(repeating: "a", count: 60) + "-2")
    #expect(Subdomain.validate(alternative) == nil)
  }
}
