// `doctor` and `selftest` on a sandbox: their lines, their JSON, their exit codes; and the log's
// forms and levels.
import Foundation
import JSONRPC
import Testing

@testable import Harness

extension EndToEnd {
  @Suite(.serialized, .inTurn) struct Checklists {
    private func lines(_ words: [String], _ environment: [String: String] = [:]) async throws -> (
      lines: [String], end: Program.End
    ) {
      let program = try Program(words, environment: environment)
      let end = try await program.end()
      try await program.lines.closed()
      return (program.lines.all.map { String(decoding: $0, as: UTF8.self) }, end)
    }

    private func json(_ words: [String], _ environment: [String: String] = [:]) async throws -> (
      report: JSON, end: Program.End
    ) {
      let (lines, end) = try await lines(words + ["--json"], environment)
      #expect(lines.count == 1)
      return (try JSON(parsing: lines.first ?? ""), end)
    }

    private func failed(_ report: JSON) -> [JSON] {
      (report["checks"]?.array ?? []).filter { $0["ok"] == false }
    }

    @Test func doctorOnAGoodBench() async throws {
      let (text, end) = try await lines(["doctor", "--sandbox"])
      #expect(end == .exit(0))
      #expect(text.last == "All is well.")
      for name in ["session", "bench", "app", "database", "leftovers"] {
        #expect(text.contains { $0.hasPrefix("ok   ") && $0.contains("\(name): ") }, "\(text)")
      }
      let (report, code) = try await json(["doctor", "--sandbox"])
      #expect(code == .exit(0) && report["ok"] == true && report["seconds"]?.double != nil)
      for check in report["checks"]?.array ?? [] {
        #expect(check["check"]?.string != nil && check["ok"] == true)
        #expect(check["detail"]?.string != nil && check["advice"] == nil)
      }
    }

    @Test func doctorNamesATroubleAndWhatToDo() async throws {
      let nowhere = ["PATH": "/no/such/folder"]
      let troubles: [([String], [String: String], String, String)] = [
        (["doctor"], nowhere, "session", "Start Docker"),
        (
          ["doctor", "--sandbox"], ["TENANTD_DB_ROOT_PASSWORD": "wrong-one"], "database",
          "TENANTD_DB_ROOT_PASSWORD"
        ),
        (["doctor", "--sandbox", "--app=no_such_app"], [:], "app", "TENANTD_APP"),
        (["doctor", "--sandbox", "--master-site=none.localhost"], [:], "web", "FRAPPE_SITE_NAME"),
      ]
      for (words, environment, check, advice) in troubles {
        let (report, end) = try await json(words, environment)
        #expect(end == .exit(1) && report["ok"] == false)
        #expect(failed(report).map { $0["check"] } == [.string(check)], "\(report)")
        #expect(failed(report).first?["advice"]?.string?.contains(advice) == true, "\(report)")
        #expect(!"\(report)".contains("wrong-one"))
        let (text, code) = try await lines(words, environment)
        #expect(code == .exit(1))
        #expect(text.contains { $0.hasPrefix("FAIL ") && $0.contains("\(check): ") }, "\(text)")
        #expect(text.contains { $0.contains(advice) && $0.hasPrefix("       ") }, "\(text)")
      }
    }

    @Test func selftestMakesChecksAndRemoves() async throws {
      let bench = try TestBench()
      let (report, end) = try await json(["selftest", "--sandbox=\(bench.path)"])
      #expect(end == .exit(0) && report["ok"] == true, "\(report)")
      let names = (report["checks"]?.array ?? []).compactMap { $0["check"]?.string }
      let wanted = [
        "Create site", "Install app", "Create owner", "Apply plan settings", "Issue API keys",
        "Provision", "Check site", "Check app", "Check owner", "Check settings", "Check keys",
        "Read back", "Log in with the keys", "Refuse a wrong secret", "Refuse the name again",
        "Remove the tenant", "Nothing is left",
      ]
      #expect(names == wanted)
      #expect(bench.leftovers == [])
    }

    /// What a bench lacks is made once and kept; a pool that cannot be kept is told by everybody.
    @Test func warmMakesWhatSelftestAndSignupsUse() async throws {
      let bench = try TestBench()
      let sandbox = "--sandbox=\(bench.path)"
      let pool = ["TENANTD_POOL": "1"]
      let (bare, _) = try await lines(["doctor", sandbox], pool)
      #expect(bare.contains { $0.contains("pool: no template yet") }, "\(bare)")
      let (warmed, end) = try await json(["warm", sandbox], pool)
      #expect(end == .exit(0), "\(warmed)")
      let (tested, code) = try await json(["selftest", sandbox], pool)
      #expect(code == .exit(0), "\(tested)")
      let paths = (tested["checks"]?.array ?? []).filter { $0["check"] == "Provision" }
        .compactMap { $0["detail"]?.string?.split(separator: " ").last }
      #expect(paths == ["copy", "standby"])

      let daemon = try Daemon(on: bench, environment: ["TENANTD_POOL": "0"])
      try await daemon.call("cleanup", ["pool": true, "delay": 0])
      try await daemon.finish()
      try bench.lever("fail", at: "new_site", "no luck at all")
      let (refused, failed) = try await json(["warm", sandbox], pool)
      #expect(failed == .exit(1), "\(refused)")
      for tries in 2...3 {
        let (report, _) = try await json(["doctor", sandbox], pool)
        let finding = self.failed(report).first
        #expect(finding?["check"] == "pool", "\(report)")
        #expect(finding?["detail"]?.string?.contains("no luck at all") == true, "\(report)")
        if tries == 2 { _ = try await json(["warm", sandbox], pool) }
      }
      try bench.releaseLevers()
      #expect(try await json(["warm", sandbox], pool).end == .exit(0))
      #expect(try await json(["doctor", sandbox], pool).end == .exit(0))
    }

    @Test func aTemplateThatCannotBeCopiedIsTold() async throws {
      let bench = try TestBench()
      let pool = ["TENANTD_POOL": "1"]
      #expect(try await json(["warm", "--sandbox=\(bench.path)"], pool).end == .exit(0))
      for name in try FileManager.default.contentsOfDirectory(atPath: bench.file("sites")) {
        let path = "sites/\(name)/site_config.json"
        guard name.hasPrefix("tenantd-"), var config = try bench.json(path).object,
          var mark = config["tenantd"]?.object, mark["state"] == "template"
        else { continue }
        mark["uncopyable"] = "It has a view."
        config["tenantd"] = .object(mark)
        try bench.write(.object(config), to: path)
      }
      let (told, _) = try await lines(["doctor", "--sandbox=\(bench.path)"], pool)
      let wanted = "pool: template, 1 standbys. It has a view."
      #expect(told.contains { $0.contains(wanted) }, "\(told)")
    }

    @Test func theReportsAreWithoutLogLines() async throws {
      let bench = try TestBench()
      for command in ["doctor", "warm", "selftest"] {
        let program = try Program(
          [command, "--sandbox=\(bench.path)"], environment: ["TENANTD_POOL": "1"])
        #expect(try await program.end() == .exit(0))
        try await program.errors.closed()
        #expect(program.errors.all.isEmpty)
      }
    }

    @Test(arguments: Place.all)
    func selftestFailsWithAStep(_ place: Place) async throws {
      let bench = try TestBench()
      try bench.lever(
        "fail", at: place.point, "no luck",
        match: place.match().hasPrefix("owner") ? "owner@" : place.match())
      let (report, end) = try await json(["selftest", "--sandbox=\(bench.path)"])
      #expect(end == .exit(1) && report["ok"] == false)
      #expect(failed(report).first?["check"] == "Provision", "\(report)")
      #expect(bench.leftovers == [])
    }

    @Test func theLogsFormsAndLevels() async throws {
      // No terminal here: JSON unless told otherwise.
      for (level, sees) in [("error", []), ("info", ["info"]), ("debug", ["info", "debug"])] {
        try await withDaemon(["--log=\(level)"]) { daemon, _ in
          try await daemon.call("provision", signup("Acme"))
          let lines = daemon.log.split(separator: "\n")
          let levels = try lines.map { try JSON(parsing: String($0))["level"]?.string ?? "" }
          #expect(Set(levels) == Set(sees), "\(level): \(daemon.log)")
        }
      }
      try await withDaemon(["--log-format=text"]) { daemon, _ in
        try await daemon.call("provision", signup("Acme"))
        for line in daemon.log.split(separator: "\n") {
          #expect(
            line.contains(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (info|warning) \S/), "\(line)")
        }
        #expect(daemon.log.contains("site=acme.localhost"))
      }
    }
  }
}
