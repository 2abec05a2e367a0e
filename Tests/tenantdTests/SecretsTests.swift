// Secrets, looked for wherever a test can look: argument vectors, environments, log lines, errors,
// the bench's logs.
import Foundation
import JSONRPC
import Testing

@testable import Harness

extension EndToEnd {
  @Suite(
    .serialized, .inTurn,
    .enabled(if: TestProcess.isSupported, "argument vectors are read from /proc"))
  struct Secrets {
    private static let password = "Marker-Password-12"
    private static let fromEnvironment = [
      "ADMIN_PASSWORD": "marker-administrator", "ERP_API_KEY": "marker-erp-key",
      "ERP_API_SECRET": "marker-erp-secret",
    ]

    /// A bench that is there, and the environment with its root password and a web server's own.
    private func prepared() async throws -> (TestBench, [String: String], [String]) {
      let bench = try TestBench()
      let maker = try Daemon(on: bench)
      try await maker.call("status")
      try await maker.finish()
      let config = try bench.json("sites/common_site_config.json")
      var environment = Self.fromEnvironment
      environment["TENANTD_DB_ROOT_PASSWORD"] = try #require(config["root_password"]?.string)
      let secrets = [Self.password] + environment.values
      environment["DATABASE_URL"] = "postgres://web:marker-of-the-web-server@db/web"
      return (bench, environment, secrets + ["marker-of-the-web-server"])
    }

    /// In no argument vector of any process, and in no environment of the bench's.
    private func lookAtProcesses(_ bench: TestBench, _ secrets: [String], _ place: String) {
      #expect(!bench.processes.isEmpty)
      for process in TestProcess.all {
        let words = process.arguments.joined(separator: " ")
        for secret in secrets { #expect(!words.contains(secret), "\(place): \(words)") }
      }
      for process in bench.processes {
        let words = process.environment.joined(separator: " ")
        #expect(words.contains("PATH="))
        for secret in secrets { #expect(!words.contains(secret), "\(place): \(words)") }
        #expect(!words.contains("ADMIN_PASSWORD") && !words.contains("DATABASE_URL"))
      }
    }

    private func lookAtLogs(_ daemon: Daemon, _ bench: TestBench, _ secrets: [String]) throws {
      #expect(daemon.log.contains("accepted"))
      for secret in secrets { #expect(!daemon.log.contains(secret), "\(secret)") }
      for (name, bytes) in try bench.contents()
      where name.hasPrefix("logs/") || name.contains("/logs/") || name.hasPrefix("queue/") {
        for secret in secrets {
          #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(secret) in \(name)")
        }
      }
    }

    @Test(arguments: zip(SitePath.allCases, ["text", "json", "text"]))
    func whileEachStepRuns(by path: SitePath, _ format: String) async throws {
      let (bench, environment, secrets) = try await prepared()
      try await prepare(bench, for: path, environment: environment)
      let daemon = try Daemon(
        on: bench, path.flags + ["--log-format=\(format)"], environment: environment)
      var issued: [String] = []
      for (number, place) in path.places.enumerated() {
        try await daemon.isReady(for: path)
        let gate = try bench.gate(at: place.point, match: place.match("Acme\(number)"))
        let request = daemon.request(
          "provision",
          signup("Acme\(number)", ["password": .string(Self.password), "progress": true]))
        try await gate.hold()
        lookAtProcesses(bench, secrets, place.point)
        try bench.releaseLevers()
        gate.open()
        let tenant = try #require(try await daemon.reply(request)["result"])
        #expect(tenant["path"] == .string(path.rawValue))
        issued += [tenant["apiKey"]?.string, tenant["apiSecret"]?.string].compactMap { $0 }
        let site = tenant["site"]?.string ?? ""
        let config = try bench.json("sites/\(site)/site_config.json")
        issued += [config["db_password"]?.string, config["encryption_key"]?.string]
          .compactMap { $0 }
      }
      #expect(issued.count == 4 * path.places.count)
      lookAtProcesses(bench, secrets + issued, "after")
      try lookAtLogs(daemon, bench, secrets + issued)
      try await daemon.finish()
      for secret in secrets + issued { #expect(!daemon.log.contains(secret)) }
    }

    /// An error that repeats its input: the agent takes the secrets out of it, on whichever path the
    /// site comes.
    @Test(arguments: SitePath.allCases)
    func inTheErrorOfAStep(by path: SitePath) async throws {
      let (bench, environment, secrets) = try await prepared()
      try await prepare(bench, for: path, environment: environment)
      let daemon = try Daemon(on: bench, path.flags, environment: environment)
      for (number, place) in path.places.enumerated() {
        let name = "Acme\(number)"
        try await daemon.isReady(for: path)
        // A site is made before anybody's password goes to the bench.
        let said = secrets.filter { place.step > 2 || $0 != Self.password }
        try bench.lever(
          "fail", at: place.point, .string("it was " + said.joined(separator: ", ")),
          match: place.match(name))
        let error = try await daemon.refused(
          "provision", signup(name, ["password": .string(Self.password)]))
        if place.step > 2, place.point != "auth" {
          #expect("\(error)".contains("it was ‹redacted›, "), "\(error)")
        }
        let known = [
          place.step < 3 ? nil : Self.password, environment["ADMIN_PASSWORD"],
          environment["TENANTD_DB_ROOT_PASSWORD"],
        ].compactMap { $0 }
        for secret in known {
          #expect(!"\(error)".contains(secret), "\(place.point)")
          #expect(!daemon.log.contains(secret), "\(place.point)")
        }
        try bench.releaseLevers()
        try await daemon.isReady(for: path)
        let tenant = try await daemon.call("provision", signup("Globex \(number)"))
        #expect(tenant["path"] == .string(path.rawValue))
      }
      try await daemon.finish()
    }

    /// A setting that is empty is not set: the sentence about it stays whole.
    @Test func anEmptyOneDestroysNoSentence() async throws {
      let (bench, _, _) = try await prepared()
      var config = try bench.json("sites/common_site_config.json").object ?? [:]
      config["root_password"] = ""
      try bench.write(.object(config), to: "sites/common_site_config.json")
      let empty = ["TENANTD_DB_ROOT_PASSWORD", "ADMIN_PASSWORD", "ERP_API_KEY", "ERP_API_SECRET"]
      let daemon = try Daemon(
        on: bench, ["--db-root-user="],
        environment: Dictionary(uniqueKeysWithValues: empty.map { ($0, "") }))
      let error = try await daemon.refused("provision", signup("Acme"))
      #expect(error.kind == "database_denied")
      let sentence = "No database root password: the bench's common_site_config.json has no"
      #expect(error["message"]?.string?.contains(sentence) == true, "\(error)")
      #expect(!daemon.log.contains("‹redacted›"))
      try await daemon.finish()
    }
  }
}
