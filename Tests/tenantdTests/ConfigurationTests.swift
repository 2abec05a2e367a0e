// The start: settings from flags and environment, each bad value's own sentence, the sandbox's
// folder, and what `--help` says.
import Foundation
import JSONRPC
import Testing

@testable import Harness
@testable import tenantd

extension EndToEnd {
  @Suite struct Starting {
    /// What a start that cannot go on has said.
    private func refusal(
      _ arguments: [String], environment: [String: String] = [:],
      sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> String {
      let program = try Program(arguments, environment: environment)
      program.closeInput()
      #expect(try await program.end() == .exit(2), sourceLocation: sourceLocation)
      try await program.lines.closed()
      try await program.errors.closed()
      #expect(program.lines.all.isEmpty, sourceLocation: sourceLocation)
      #expect(program.errors.all.count == 1, sourceLocation: sourceLocation)
      return program.errors.all.map { String(decoding: $0, as: UTF8.self) }.joined()
    }

    static let badValues: [(name: String, flag: String, values: [String])] = [
      (
        "TENANTD_POOL", "pool",
        [
          "abc", "-1", "101", "1.5", "99999999999999999999", "3..2", "1..101", "..", "1..2..3",
        ]
      ),
      ("TENANTD_CONCURRENCY", "concurrency", ["0", "65", "two"]),
      ("TENANTD_QUEUE", "queue", ["-1", "100001"]),
      ("TENANTD_TIMEOUT", "timeout", ["0", "3601", "2m"]),
      ("TENANTD_GRACE", "grace", ["-1", "3601"]),
      ("TENANTD_OPTIONAL", "optional", ["keys", "app,owner", "none,app"]),
      ("TENANTD_UNIQUE_EMAIL", "unique-email", ["maybe", "2"]),
      ("TENANTD_LOG", "log", ["loud"]),
      ("TENANTD_LOG_FORMAT", "log-format", ["xml"]),
      ("TENANTD_PLANS", "plans", ["free", "free=0:1", "free=5:1,free=6:1", "=1:1"]),
      ("TENANTD_SITE_SUFFIX", "site-suffix", ["Example.com", "a..b", ".com", "a b", "../x"]),
      (
        "TENANTD_LAUNCHER", "launcher",
        ["podman", "docker:", "kubectl", "[]", "[1]", "{}", "[\"a\""]
      ),
      ("TENANTD_HTTP", "http", ["127.0.0.1:8000", "ftp://x", "http://x:port", "http://x:70000"]),
      ("ERP_NEXT_URL", "url", ["localhost", "http://", "http://a:0"]),
    ]

    @Test(arguments: badValues)
    func aBadValueEndsTheStart(
      _ setting: (name: String, flag: String, values: [String])
    ) async throws {
      for value in setting.values {
        let starts: [([String], [String: String])] = [
          ([], [setting.name: value]), (["--\(setting.flag)=\(value)"], [:]),
          (["--\(setting.flag)", value], [:]), (["doctor"], [setting.name: value]),
        ]
        for (arguments, environment) in starts {
          let told = try await refusal(arguments, environment: environment)
          #expect(told.hasPrefix("tenantd: \(setting.name) is “\(value)”, but "), "\(told)")
        }
      }
    }

    /// Not one of the tests above: only what is checked has bad values.
    @Test func everyCheckedSettingIsTested() {
      let anything: Set<String> = [
        "DOCKER_SERVICE", "TENANTD_COMPOSE_DIR", "TENANTD_BENCH", "TENANTD_PYTHON",
        "FRAPPE_SITE_NAME", "ADMIN_PASSWORD", "ERP_API_KEY", "ERP_API_SECRET",
        "TENANTD_DB_ROOT_USER", "TENANTD_DB_ROOT_PASSWORD", "TENANTD_APP", "TENANTD_SETTINGS",
      ]
      #expect(
        Set(Setting.all.map(\.name)) == anything.union(Self.badValues.map(\.name)))
      for bad in Self.badValues {
        #expect(Setting.all.first { $0.name == bad.name }?.flag == bad.flag)
      }
    }

    @Test func anAddressWithAPasswordIsNotRepeated() async throws {
      let environment = ["ERP_NEXT_URL": "http://john:hunter2@erp.example"]
      let told = try await refusal([], environment: environment)
      #expect(told.contains("ERP_NEXT_URL") && told.contains("@erp.example"))
      #expect(!told.contains("hunter2"))
    }

    @Test func unknownWords() async throws {
      #expect(try await refusal(["--sandbox", "--no-such-flag=1"]).contains("--no-such-flag"))
      #expect(try await refusal(["-x"]).contains("--x"))
      #expect(try await refusal(["provision"]).contains("no command provision"))
      #expect(try await refusal(["--pool"]).contains("--pool needs a value"))
    }

    @Test(arguments: [
      ["--admin-password", "hunter2"], ["--admin-password=hunter2"], ["--ADMIN_PASSWORD=hunter2"],
      ["--erp-api-secret", "hunter2"], ["--tenantd-db-root-password=hunter2"],
    ])
    func aSecretIsNoFlag(_ words: [String]) async throws {
      let told = try await refusal(["--sandbox"] + words)
      let name = words[0].drop { $0 == "-" }.prefix { $0 != "=" }.uppercased()
        .replacing("-", with: "_")
      #expect(told.contains("set \(name) in the environment"), "\(told)")
      #expect(!told.contains("hunter2"))
    }

    @Test func aVariablesNameAsAFlagGetsTheFlag() async throws {
      #expect(
        try await refusal(["--docker-service=x"])
          == "tenantd: The flag for DOCKER_SERVICE is --service.")
      #expect(try await refusal(["--tenantd_pool", "1"]).contains("--pool"))
    }

    // The sandbox's folder

    @Test func aFolderThatIsNoSandbox() async throws {
      let bench = try TestBench()
      let told = try await refusal(["--sandbox=/etc"])
      #expect(told.hasPrefix("tenantd: --sandbox=/etc cannot be used: "), "\(told)")
      try bench.write(["precious": true], to: "precious.json")
      #expect(try await refusal(["--sandbox=\(bench.path)"]).contains("precious.json"))
      #expect(bench.leftovers == ["precious.json"])
      try FileManager.default.removeItem(atPath: bench.file("precious.json"))
      try bench.write(["db_host": "db"], to: "sites/common_site_config.json")
      #expect(try await refusal(["--sandbox=\(bench.path)"]).contains("but not a sandbox"))
      let file = bench.file("sites/common_site_config.json")
      #expect(try await refusal(["doctor", "--sandbox=\(file)"]).contains(file))
      #expect(try await refusal(["--sandbox=\(bench.root)/none/such"]).contains("cannot be made"))
      #expect(bench.leftovers == [])
    }

    /// One that is empty, that somebody has begun to fill with levers, or that is one already.
    @Test func aFolderThatIsOrBecomesASandbox() async throws {
      let bench = try TestBench()
      try FileManager.default.createDirectory(
        atPath: bench.path, withIntermediateDirectories: false)
      for _ in 0..<2 {
        let daemon = try Daemon(on: bench)
        #expect(try await daemon.call("status")["bench"]?["state"] == "ready")
        try await daemon.finish()
        try bench.releaseLevers()
      }
    }

    @Test func aTemporarySandboxEndsWithTheProcess() async throws {
      let bench = try TestBench()
      let files = { try FileManager.default.contentsOfDirectory(atPath: bench.root) }
      let environment = ["TMPDIR": bench.root]
      // A start that cannot go on leaves no folder either.
      _ = try await refusal(["--sandbox", "--queue=x"], environment: environment)
      #expect(try files() == [])
      let daemon = try Daemon(["--sandbox"], environment: environment)
      try await daemon.call("provision", signup("Acme"))
      #expect(try files().count == 1)
      try await daemon.finish()
      #expect(try files() == [])
    }

    // What is taken

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
