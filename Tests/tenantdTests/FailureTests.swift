// All or nothing: a failure, a death, a stop and a timeout in each step leave nothing behind.
import Foundation
import JSONRPC
import Testing

@testable import Harness

extension EndToEnd {
  @Suite struct Failures {
    /// A step that fails: by its own error, by `sys.exit`, by the death of its process.
    @Test(arguments: pointsOfSteps, ["fail", "exit", "crash"])
    func aFailedStepLeavesNothing(
      _ place: (step: Int64, point: String, match: String), _ lever: String
    ) async throws {
      try await withDaemon { daemon, bench in
        let value: JSON = lever == "fail" ? "no luck today" : lever == "exit" ? 7 : true
        try bench.lever(lever, at: place.point, value, match: place.match)
        let error = try await daemon.refused("provision", signup("Acme"))
        #expect(error["code"] == -32020)
        #expect(error.kind == "step_failed")
        #expect(error["data"]?["step"]?["number"] == .integer(place.step))
        #expect(error["data"]?["site"] == "acme.localhost")
        #expect(error["data"]?["rolledBack"] == true)
        // The stand-in's login check tells "no luck" as a refused login.
        if lever == "fail", place.point != "auth" {
          #expect(error["message"]?.string?.contains("no luck today") == true, "\(error)")
        }
        #expect(bench.leftoversBesideLocks == [])

        try bench.releaseLevers()
        try await daemon.call("provision", signup("Acme"))
        try await daemon.call("cleanup", ["sites": ["acme.localhost"], "delay": 0])
        #expect(bench.leftoversBesideLocks == [])
        try await daemon.finish()
        #expect(bench.leftovers == [])
      }
    }

    @Test(arguments: pointsOfSteps)
    func aCancelledStepLeavesNothing(
      _ place: (step: Int64, point: String, match: String)
    ) async throws {
      try await withDaemon { daemon, bench in
        let gate = try bench.gate(at: place.point, match: place.match)
        let request = daemon.request("provision", signup("Acme"))
        try await gate.hold()
        let answer = try await daemon.call("cancel", ["id": request])
        #expect(answer == ["found": true])
        let error = try await daemon.error(request)
        #expect(error["code"] == -32022)
        #expect(error.kind == "cancelled")
        #expect(error["data"]?["step"]?["number"] == .integer(place.step))
        #expect(error["data"]?["rolledBack"] == true)
        #expect(bench.leftoversBesideLocks == [])
        #expect(try await bench.hasNoJob())

        try bench.releaseLevers()
        try await daemon.call("provision", signup("Acme"))
      }
    }

    /// All at once, since each takes the second that is the shortest timeout.
    @Test func aTimeoutInAStepLeavesNothing() async throws {
      try await withThrowingTaskGroup { group in
        for place in pointsOfSteps {
          group.addTask {
            try await withDaemon { daemon, bench in
              try await daemon.call("status")
              let gate = try bench.gate(at: place.point, match: place.match)
              // On a busy machine a second may not be enough to get there: then more are given.
              var seconds: Int64 = 1
              var error: JSON
              repeat {
                error = try await daemon.refused(
                  "provision", signup("Acme", ["timeout": .integer(seconds)]))
                seconds *= 2
              } while !gate.isHeld && seconds <= 16
              #expect(error["code"] == -32021)
              #expect(error.kind == "timeout")
              #expect(error["data"]?["step"]?["number"] == .integer(place.step))
              #expect(error["data"]?["rolledBack"] == true)
              #expect(bench.leftoversBesideLocks == [])
              #expect(try await bench.hasNoJob())
            }
          }
        }
        try await group.waitForAll()
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
