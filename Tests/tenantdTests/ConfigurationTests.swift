// The start: each bad value's own sentence, words that nobody knows, and the sandbox's folder.
import Foundation
import JSONRPC
import Testing

@testable import Harness
@testable import tenantd

extension EndToEnd {
  @Suite(.serialized, .inTurn) struct Starting {
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
          "abc", "-1", "101", "1.5", "99999999999999999999", "3..2", "1..101", "..", "1..", "..2",
          "1..2..3",
        ]
      ),
      ("TENANTD_CONCURRENCY", "concurrency", ["0", "65", "two"]),
      ("TENANTD_QUEUE", "queue", ["-1", "100001"]),
      ("TENANTD_TIMEOUT", "timeout", ["0", "3601", "2m"]),
      ("TENANTD_GRACE", "grace", ["-1", "3601"]),
      ("TENANTD_OPTIONAL", "optional", ["keys", "app,owner", "none,app"]),
      ("TENANTD_UNIQUE_EMAIL", "unique-email", ["maybe", "2"]),
      ("TENANTD_LOGIN_ADMINISTRATOR", "login-administrator", ["maybe", "2"]),
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
        // Only the bench knows what these may be.
        "TENANTD_COUNTRY", "TENANTD_CURRENCY", "TENANTD_LANGUAGE", "TENANTD_TIME_ZONE",
        "TENANTD_ROLES",
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
  }
}
