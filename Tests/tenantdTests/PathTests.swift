// The paths of a signup: from a standby, by a copy of the template, by the installer. Each serves a
// customer, and each fails without a trace of one.
import Foundation
import JSONRPC
import Testing

@testable import Harness

extension EndToEnd {
  @Suite struct Paths {
    enum Path: String, CaseIterable { case standby, copy, install }

    @Test(arguments: Path.allCases)
    func aSignupIsWhole(by path: Path) async throws {
      try await withDaemon(by: path) { daemon, bench in
        let tenant = try await daemon.call("provision", signup("Acme", ["idempotencyKey": "a-1"]))
        #expect(tenant["path"] == .string(path.rawValue))
        #expect(try await bench.logIn(with: tenant) == "200 owner@acme.example")
        let again = try await daemon.call("provision", signup("Acme", ["idempotencyKey": "a-1"]))
        #expect(again["reissued"] == true && again["site"] == tenant["site"])
        #expect(try await daemon.refused("provision", signup("Acme")).kind == "site_exists")
        try await daemon.call("cleanup", ["sites": ["acme.localhost"], "delay": 0])
        #expect(try await bench.users() == [])
      }
    }

    /// After each, the next customer's workspace has nobody of the one before.
    @Test(arguments: Path.allCases, ["fail", "exit", "crash"])
    func aFailedStepLeavesNobody(by path: Path, _ lever: String) async throws {
      try await withDaemon(by: path) { daemon, bench in
        for place in pointsOfSteps where place.step >= 3 {
          try await daemon.isReady(for: path)
          let before = bench.sites
          let value: JSON = lever == "fail" ? "no luck today" : lever == "exit" ? 7 : true
          try bench.lever(lever, at: place.point, value, match: place.match)
          let error = try await daemon.refused("provision", signup("Acme"))
          #expect(error.kind == "step_failed", "\(error)")
          #expect(error["data"]?["step"]?["number"] == .integer(place.step))
          #expect(error["data"]?["rolledBack"] == true, "\(error)")
          try bench.releaseLevers()
          #expect(try await bench.users() == [], "\(path), \(place.point)")
          #expect(!bench.sites.contains("acme.localhost"))
          if path == .standby, lever == "fail", place.point != "after_commit" {
            #expect(bench.sites == before, "the standby is whole and unnamed again")
          }
          try await daemon.isReady(for: path)
          let next = try await daemon.call("provision", signup("Globex"))
          #expect(next["path"] == .string(path.rawValue), "\(place.point)")
          #expect(try await bench.users() == ["owner@globex.example"])
          try await daemon.call("cleanup", ["sites": ["globex.localhost"], "delay": 0])
        }
      }
    }

    /// On a bench that has no template yet nobody runs an installer beside the one that makes it.
    @Test func theFirstOnesWaitForTheTemplate() async throws {
      let bench = try TestBench()
      let gate = try bench.gate(at: "new_site")
      let daemon = try Daemon(on: bench, environment: ["TENANTD_POOL": "1"])
      let requests = ["Acme", "Globex", "Initech"].map { daemon.request("provision", signup($0)) }
      try await gate.hold()
      try bench.releaseLevers()
      gate.open()
      for request in requests {
        let tenant = try #require(try await daemon.reply(request)["result"])
        #expect(tenant["path"] != "install")
        #expect(try await bench.logIn(with: tenant).hasPrefix("200 "))
      }
      #expect(try await daemon.call("status")["jobs"]?["served"]?["install"] == 0)
      try await daemon.finish()
    }

    /// A folder that comes under the name while the signup is made is somebody else's.
    @Test(arguments: Path.allCases)
    func aNameThatIsTakenMeanwhile(by path: Path) async throws {
      try await withDaemon(by: path) { daemon, bench in
        let gate = try bench.gate(at: "auth", match: "owner@acme.example")
        let request = daemon.request("provision", signup("Acme"))
        try await gate.hold()
        try bench.write(["db_name": "somebody"], to: "sites/acme.localhost/site_config.json")
        try bench.releaseLevers()
        gate.open()
        let error = try await daemon.error(request)
        #expect(error.kind == "site_exists", "\(error)")
        #expect(error["data"]?["rolledBack"] == true)
        #expect(try bench.json("sites/acme.localhost/site_config.json") == ["db_name": "somebody"])
        #expect(try await bench.users() == [])
      }
    }

    /// A bench on which signups take the path, and a tenantd on it.
    private func withDaemon(
      by path: Path, _ body: (Daemon, TestBench) async throws -> Void
    ) async throws {
      let bench = try TestBench()
      if path != .install {
        let first = try Daemon(on: bench, environment: ["TENANTD_POOL": "1"])
        try await first.isReady(for: .standby)
        try await first.finish()
      }
      let pool = path == .standby ? "1" : "0"
      let daemon = try Daemon(on: bench, environment: ["TENANTD_POOL": pool])
      try await daemon.isReady(for: path)
      try await body(daemon, bench)
      try await daemon.finish()
    }
  }
}

extension Daemon {
  /// Returns when the next signup takes the path; the time limit ends it otherwise.
  fileprivate func isReady(for path: EndToEnd.Paths.Path) async throws {
    guard path == .standby else { return }
    while try await call("status")["pool"]?["ready"] != 1 { try Task.checkCancellation() }
  }
}

extension TestBench {
  /// The folders of sites.
  fileprivate var sites: Set<String> {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: file("sites"))) ?? []
    return Set(all.filter { $0.contains("localhost") || $0.hasPrefix("tenantd-") })
  }

  /// Who can log in anywhere on the bench, but for each site's Administrator and Guest.
  fileprivate func users() async throws -> [String] {
    let program = try Program(executable: "python3", ["-c", Self.users, file("databases")])
    #expect(try await program.end() == .exit(0))
    try await program.lines.closed()
    return program.lines.all.map { String(decoding: $0, as: UTF8.self) }
  }

  private static let users = """
    import glob, sqlite3, sys
    for path in glob.glob(sys.argv[1] + "/*.sqlite"):
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)
        if database.execute("SELECT 1 FROM sqlite_master WHERE name = 'tabUser'").fetchone():
            for row in database.execute("SELECT name FROM tabUser"):
                if row[0] not in ("Administrator", "Guest"):
                    print(row[0])
    """
}
