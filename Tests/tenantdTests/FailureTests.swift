// All or nothing: a failure, a death, a stop and a timeout in each step leave nothing behind.
import Foundation
import JSONRPC
import Testing

@testable import Harness

extension EndToEnd {
  @Suite(.serialized, .inTurn) struct Failures {
    /// A step that fails: by its own error, by `sys.exit`, by the death of its process. Whatever the
    /// path of the signup, the name is free afterwards, and the next who takes it finds nobody there.
    @Test(arguments: SitePath.allCases, ["fail", "exit", "crash"])
    func aFailedStepLeavesNothing(by path: SitePath, _ lever: String) async throws {
      try await withDaemon(by: path) { daemon, bench in
        let witness = try Witness(bench)
        let bare = bench.shape
        let value: JSON = lever == "fail" ? "no luck today" : lever == "exit" ? 7 : true
        for (number, place) in path.places.enumerated() {
          let name = "Acme\(number)"
          try await daemon.isReady(for: path)
          let (sites, shape, users) = (bench.sites, bench.shape, try await witness.users())
          let refills = daemon.refills
          try bench.lever(lever, at: place.point, value, match: place.match(name))
          let error = try await daemon.refused("provision", signup(name))
          #expect(error["code"] == -32020)
          #expect(error.kind == "step_failed", "\(error)")
          #expect(error["data"]?["step"]?["number"] == .integer(place.step))
          #expect(error["data"]?["site"] == .string("acme\(number).localhost"))
          #expect(error["data"]?["rolledBack"] == true, "\(error)")
          // The stand-in's login check tells "no luck" as a refused login.
          if lever == "fail", place.point != "auth" {
            #expect(error["message"]?.string?.contains("no luck today") == true, "\(error)")
          }
          try bench.releaseLevers()
          #expect(try await witness.users() == users, "\(place.point)")
          // What may have been committed is nobody's standby any more. Where a claim takes long,
          // another standby is begun, and one of the two is not needed then.
          if path == .standby, lever == "fail", !place.point.hasSuffix("commit"),
            daemon.refills == refills
          {
            #expect(bench.sites == sites, "the standby is whole and unnamed again")
          }
          try await daemon.isReady(for: path)
          #expect(bench.shape == shape, "\(place.point)")

          let email = "next@acme\(number).example"
          let next = try await daemon.call("provision", signup(name, ["email": .string(email)]))
          #expect(next["path"] == .string(path.rawValue), "\(place.point)")
          #expect(try await witness.users() == users.union([email]))
        }
        try await daemon.call("cleanup", ["pattern": "*", "delay": 0])
        #expect(try await witness.users() == [])
        try await daemon.isReady(for: path)
        #expect(bench.shape == bare)
        try await daemon.finish()
        if path == .install { #expect(bench.leftovers == []) }
      }
    }

    @Test(arguments: SitePath.allCases)
    func aCancelledStepLeavesNothing(by path: SitePath) async throws {
      try await withDaemon(by: path) { daemon, bench in
        for (number, place) in path.places.enumerated() {
          let name = "Acme\(number)"
          try await daemon.isReady(for: path)
          let shape = bench.shape
          let gate = try bench.gate(at: place.point, match: place.match(name))
          let request = daemon.request("provision", signup(name))
          try await gate.hold()
          let answer = try await daemon.call("cancel", ["id": request])
          #expect(answer == ["found": true])
          let error = try await daemon.error(request)
          #expect(error["code"] == -32022)
          #expect(error.kind == "cancelled")
          #expect(error["data"]?["step"]?["number"] == .integer(place.step))
          #expect(error["data"]?["rolledBack"] == true)
          try await bench.expectNothing(beside: shape, of: daemon, by: path)

          try bench.releaseLevers()
          let next = try await daemon.call("provision", signup(name))
          #expect(next["path"] == .string(path.rawValue), "\(place.point)")
        }
      }
    }

    /// All paths at once, since each step takes the second that is the shortest timeout.
    @Test func aTimeoutInAStepLeavesNothing() async throws {
      try await withThrowingTaskGroup { group in
        for path in SitePath.allCases {
          group.addTask {
            try await withDaemon(by: path) { daemon, bench in
              for (number, place) in path.places.enumerated() {
                try await self.expectNothing(
                  of: "Acme\(number)", thatTimesOutAt: place, by: path, daemon, bench)
              }
            }
          }
        }
        try await group.waitForAll()
      }
    }

    private func expectNothing(
      of name: String, thatTimesOutAt place: Place, by path: SitePath, _ daemon: Daemon,
      _ bench: TestBench
    ) async throws {
      try await daemon.call("status")
      // On a busy machine a second may not be enough to get there: then more are given.
      for seconds in [1, 2, 4, 8, 16] as [Int64] {
        try await daemon.isReady(for: path)
        let shape = bench.shape
        let gate = try bench.gate(at: place.point, match: place.match(name))
        let error = try await daemon.refused(
          "provision", signup(name, ["timeout": .integer(seconds)]))
        guard gate.isHeld || seconds == 16 else { continue }
        #expect(error["code"] == -32021)
        #expect(error.kind == "timeout")
        #expect(error["data"]?["step"]?["number"] == .integer(place.step))
        #expect(error["data"]?["rolledBack"] == true)
        try bench.releaseLevers()
        return try await bench.expectNothing(beside: shape, of: daemon, by: path)
      }
    }

    /// What cannot be undone is told, and the next start of a session has it dropped.
    @Test func aFailedUndoIsToldAndMadeUpFor() async throws {
      try await withDaemon { daemon, bench in
        try bench.write(
          ["fail": ["settings": "no luck", "drop": "the database is busy"]],
          to: "sites/sandbox.json")
        let error = try await daemon.refused("provision", signup("Acme"))
        #expect(error.kind == "step_failed")
        #expect(error["data"]?["rolledBack"] == false)
        #expect(error["data"]?["pending"]?.string?.contains("the database is busy") == true)
        #expect(!bench.leftoversBesideLocks.isEmpty)

        try bench.releaseLevers()
        try await daemon.finish()
        let next = try Daemon(on: bench)
        try await next.call("provision", signup("Other"))
        try await next.logged("dropped what a dead provision left")
        try await next.call("cleanup", ["sites": ["other.localhost"], "delay": 0])
        #expect(bench.leftoversBesideLocks == [])
        try await next.finish()
      }
    }

    /// A second try of the same name first undoes what the first could not.
    @Test func aNewRequestForTheNameUndoesWhatIsPending() async throws {
      try await withDaemon { daemon, bench in
        try bench.write(
          ["fail": ["settings": "no luck", "drop": "the database is busy"]],
          to: "sites/sandbox.json")
        try await daemon.refused("provision", signup("Acme"))
        try bench.releaseLevers()
        try await daemon.call("provision", signup("Acme"))
        try await daemon.call("cleanup", ["sites": ["acme.localhost"], "delay": 0])
        #expect(bench.leftoversBesideLocks == [])
      }
    }

    @Test func aBenchWithoutTheAppIsAWarning() async throws {
      try await withDaemon(["--app=nexus_core,no_such_app", "--settings=No Settings"]) {
        daemon, bench in
        let tenant = try await daemon.call("provision", signup("Acme"))
        let warnings = (tenant["warnings"]?.array ?? []).compactMap(\.string)
        #expect(warnings.count == 2)
        #expect(warnings.first?.contains("no app no_such_app") == true)
        #expect(warnings.last?.contains("no DocType No Settings") == true)
      }
    }

    @Test func aWrongRootPasswordIsDenied() async throws {
      try await withDaemon(environment: ["TENANTD_DB_ROOT_PASSWORD": "not-the-password"]) {
        daemon, bench in
        let error = try await daemon.refused("provision", signup("Acme"))
        #expect(error["code"] == -32014)
        #expect(error.kind == "database_denied")
        #expect(error["data"]?["rolledBack"] == true)
        #expect(error["message"]?.string?.contains("not-the-password") == false)
        #expect(bench.leftoversBesideLocks == [])
        #expect(try await daemon.call("status")["bench"]?["state"] == "database_denied")
      }
    }

    /// It may come back: that is waited for, as long as the request has time.
    @Test func anAbsentDatabaseIsUnavailable() async throws {
      try await withDaemon { daemon, bench in
        try await daemon.call("provision", signup("Acme"))
        let databases = bench.file("databases")
        try FileManager.default.moveItem(atPath: databases, toPath: bench.root + "/elsewhere")
        let patient = daemon.request("provision", signup("Initech"))
        let error = try await daemon.refused("provision", signup("Globex", ["timeout": 2]))
        #expect(error["code"] == -32013)
        #expect(error.kind == "database_unavailable")
        #expect(error["data"]?["rolledBack"] == true)
        try FileManager.default.moveItem(atPath: bench.root + "/elsewhere", toPath: databases)
        #expect(try await daemon.reply(patient)["result"] != nil)
        try await daemon.call("provision", signup("Globex"))
      }
    }
  }
}
