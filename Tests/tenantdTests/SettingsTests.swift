// The start that succeeds: settings from flags and environment reach what they are for, and `--help`
// lists them all.
import Foundation
import JSONRPC
import Testing

@testable import Harness
@testable import tenantd

extension EndToEnd {
  @Suite(.serialized, .inTurn) struct Settings {
    @Test func helpListsEverySetting() async throws {
      for words in [["--help"], ["-h"], ["help"], ["doctor", "--help"]] {
        let program = try Program(words, environment: ["TENANTD_POOL": "abc"])
        #expect(try await program.end() == .exit(0))
        try await program.lines.closed()
        let lines = program.lines.all.map { String(decoding: $0, as: UTF8.self) }
        for setting in Setting.all {
          let flag = setting.flag.map { "--\($0)" } ?? "(environment only)"
          let standard = setting.standard.isEmpty ? "" : " [\(setting.standard)]"
          let first = "  \(setting.name)  \(flag)\(standard)"
          let place = try #require(lines.firstIndex(of: first), "\(first)")
          #expect(lines[place + 1].trimmed == setting.help)
        }
        for word in ["--sandbox", "doctor", "selftest", "--version", "--json"] {
          #expect(lines.contains { $0.contains(word) }, "\(word)")
        }
      }
    }

    @Test func flagsBeatTheEnvironment() async throws {
      let environment = [
        "TENANTD_SITE_SUFFIX": "env.example", "ERP_NEXT_URL": "https://env.example:444",
        "TENANTD_PLANS": "",
      ]
      let flags = ["--site-suffix=flag.example", "--url=", "--app", ""]
      try await withDaemon(flags, environment: environment) { daemon, _ in
        let tenant = try await daemon.call("provision", signup("Acme"))
        #expect(tenant["site"] == "acme.flag.example")
        #expect(tenant["url"] == "https://acme.flag.example:444")
        #expect(tenant["plan"]?["users"] == 5)  // what is empty is not set
      }
    }

    @Test func dockerServiceIsTheServiceOfCompose() async throws {
      let folder = try TestBench()
      let script = folder.root + "/docker"
      try "#!/bin/sh\nprintf '%s ' \"$@\" > '\(folder.root)/arguments'\nexit 1\n".write(
        toFile: script, atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
      let path = folder.root + ":" + (Program.environment["PATH"] ?? "")
      for (arguments, service) in [([], "erp"), (["--service=other"], "other")] {
        let daemon = try Daemon(arguments, environment: ["PATH": path, "DOCKER_SERVICE": "erp"])
        try await daemon.call("status")
        try await daemon.finish()
        let told = try String(contentsOfFile: folder.root + "/arguments", encoding: .utf8)
        #expect(told.hasPrefix("compose exec -T \(service) env/bin/python "), "\(told)")
      }
    }

    /// `FRAPPE_SITE_NAME` is what cleanup never touches; its keys are what doctor checks.
    @Test func theMasterSiteAndItsKeys() async throws {
      let bench = try TestBench()
      let maker = try Daemon(on: bench)
      let tenant = try await maker.call("provision", signup("Acme"))
      try await maker.finish()
      let environment = [
        "FRAPPE_SITE_NAME": "acme.localhost", "ERP_API_KEY": tenant["apiKey"]?.string ?? "",
        "ERP_API_SECRET": tenant["apiSecret"]?.string ?? "",
      ]
      let daemon = try Daemon(on: bench, environment: environment)
      let answer = try await daemon.call("cleanup", ["pattern": "*", "delay": 0])
      #expect(answer["dropped"] == [])
      try await daemon.finish()
      for (secret, code) in [(nil, 0), ("0", 1)] as [(String?, Int32)] {
        let changed = environment.merging(["ERP_API_SECRET": secret].compactMapValues { $0 }) { $1 }
        let doctor = try Daemon(on: bench, ["doctor", "--json"], environment: changed)
        #expect(try await doctor.end() == .exit(code))
        let web = try #require(doctor.finding("web"))
        let said = code == 0 ? "200 owner@acme.example" : "401"
        #expect(web["detail"] == .string("acme.localhost answers \(said)"))
      }
    }

    @Test func theAdministratorsPassword() async throws {
      for environment in [[:], ["ADMIN_PASSWORD": "Given-by-all-1"]] {
        try await withDaemon(environment: environment) { daemon, bench in
          for name in ["Acme", "Globex"] { try await daemon.call("provision", signup(name)) }
          let given = environment["ADMIN_PASSWORD"]
          for site in ["acme", "globex"] {
            let tries = [given ?? "Given-by-all-1", "admin", ""]
            let fits = try await bench.passwords(of: "\(site).localhost", tries)
            #expect(fits == (given.map { [$0] } ?? []))
          }
          #expect(try await bench.storedPasswords() == 2)
        }
      }
    }
  }
}

extension Daemon {
  /// A finding of `doctor --json` or `selftest --json`.
  func finding(_ name: String) -> JSON? {
    messages.all.last?["checks"]?.array?.first { $0["check"] == .string(name) }
  }
}

extension TestBench {
  /// Those of `tries` that the Administrator of a site could log in with.
  fileprivate func passwords(of site: String, _ tries: [String]) async throws -> [String] {
    try await python(
      """
      import hashlib
      config = json.load(open("sites/" + sys.argv[2] + "/site_config.json"))
      salt, _, expected = administrator(config["db_name"]).partition("$")
      for given in sys.argv[3:]:
        if hashlib.pbkdf2_hmac("sha256", given.encode(), salt.encode(), 10_000).hex() == expected:
          print(given)
      """, [site] + tries)
  }

  /// How many different ones there are.
  fileprivate func storedPasswords() async throws -> Int {
    let lines = try await python(
      """
      import glob
      for file in glob.glob("sites/*/site_config.json"):
        print(administrator(json.load(open(file))["db_name"]))
      """, [])
    return Set(lines).count
  }

  private func python(_ program: String, _ arguments: [String]) async throws -> [String] {
    let start = """
      import json, os, sqlite3, sys
      os.chdir(sys.argv[1])
      def administrator(name):
        query = "SELECT password FROM `__Auth` WHERE name = 'Administrator' AND encrypted = 0"
        return sqlite3.connect("databases/" + name + ".sqlite").execute(query).fetchone()[0]

      """
    let run = try Program(executable: "python3", ["-c", start + program, path] + arguments)
    let end = try await run.end()
    try await run.lines.closed()
    guard end == .exit(0) else { throw Trouble("python3: \(run.errors.all)") }
    return run.lines.all.map { String(decoding: $0, as: UTF8.self) }
  }
}
