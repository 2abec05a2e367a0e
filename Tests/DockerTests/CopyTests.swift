// A copy is its template, table by table on the real MariaDB, but for what must be its own.
import JSONRPC
import Testing

@testable import Harness

extension DockerTests {
  @Suite struct Copies {
    @Test func aCopyIsItsTemplate() async throws {
      try await benchWithTemplate()
      let template = try #require(try await Stack.sites("template").first).config
      let source = template["db_name"]?.string ?? ""
      // What a template must not hand on, and a value of each kind that it must.
      for statement in [
        "INSERT INTO `\(source)`.tabSessions VALUES ('Administrator', 'sid', '{}')",
        "INSERT INTO `\(source)`.`tabError Log` (name, method, error) VALUES (1, 'method', 'error')",
        "INSERT INTO `\(source)`.tabSeries VALUES ('INV-', 41)",
        "SELECT NEXTVAL(`\(source)`.error_log_id_seq), NEXTVAL(`\(source)`.error_log_id_seq)",
      ] { try await Stack.sql(statement) }
      let old = try await Stack.sites("standby").map(\.name)

      let daemon = try start(pool: 2)
      try await daemon.poolIsFull(2)
      let copy = try #require(try await Stack.sites("standby").first { !old.contains($0.name) })
      try await compare(template, copy.config)

      // The next value of the sequence is the same one in both.
      for database in [source, copy.config["db_name"]?.string ?? ""] {
        let next = try await Stack.sql("SELECT NEXTVAL(`\(database)`.error_log_id_seq)")
        #expect(next == [["3"]])
      }
      try await daemon.dropAll()
      try await daemon.leave()
      try await expectBare()
    }

    private func compare(_ template: JSON, _ copy: JSON) async throws {
      let names = [template, copy].map { $0["db_name"]?.string ?? "" }
      let tables = try await Stack.ask("checksums", names[0], names[1]).array ?? []
      #expect(tables.count > 10)
      var different: [String] = []
      var kinds: Set<String> = []
      for table in tables {
        let (left, right) = (table.array?[1], table.array?[2])
        let name = table.array?[0].string ?? ""
        kinds.insert(left?.array?.first?.string ?? "")
        #expect(left?.array?.first == right?.array?.first, "\(name): engine")
        #expect(left?.array?.last == right?.array?.last, "\(name): definition")
        if left != right { different.append(name) }
      }
      #expect(kinds == ["InnoDB", "MyISAM", "SEQUENCE"])
      // Of __Auth the Administrator's password; the others are not copied.
      #expect(different == ["__Auth", "tabError Log", "tabSessions"])
      for table in ["tabError Log", "tabSessions"] {
        #expect(try await Stack.sql("SELECT COUNT(*) FROM `\(names[1])`.`\(table)`") == [["0"]])
      }
      for key in ["db_name", "db_password", "encryption_key"] {
        #expect(template[key]?.string?.isEmpty == false && template[key] != copy[key], "\(key)")
      }
      // Its user may use its own database and no other.
      let grants = try await Stack.sql("SHOW GRANTS FOR '\(names[1])'@'%'").map(\.description)
      #expect(grants.filter { $0.contains(names[1]) }.count == grants.count)
      #expect(!grants.contains { $0.contains(names[0]) })
    }

    /// A table was dropped by hand: the signup is installed instead, and the template rebuilt.
    @Test func aBrokenTemplate() async throws {
      try await benchWithTemplate()
      let broken = try #require(try await Stack.sites("template").first)
      try await Stack.sql("DROP TABLE `\(broken.config["db_name"]?.string ?? "")`.tabRole")
      let first = try start()
      let tenant = try await first.call("provision", signup("Acme"))
      #expect(tenant["path"] == "install")
      #expect(try await Stack.logIn(with: tenant) == [200, "owner@acme.example"])
      try await first.leave()

      let daemon = try start(pool: 2)
      try await daemon.poolIsFull(2)
      let templates = try await Stack.sites("template").map(\.name)
      #expect(templates.count == 1 && templates != [broken.name])
      let left = try await Stack.contents()
      #expect(!left.contains("site \(broken.name)"))
      #expect(!left.contains("database \(broken.config["db_name"]?.string ?? "")"))
      #expect(try await daemon.call("provision", signup("Globex"))["path"] == "standby")
      try await daemon.dropAll()
      try await daemon.leave()
      try await expectBare()
    }
  }
}
