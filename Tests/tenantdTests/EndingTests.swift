// The ways out: the end of input, signals, a reader that went away, and what stays behind.
import Foundation
import JSONRPC
import Testing

@testable import Harness

extension EndToEnd {
  /// The ways out.
  @Suite(.serialized, .inTurn) struct Endings {
    @Test func endOfInputFinishesWhatWasAccepted() async throws {
      let bench = try TestBench()
      let daemon = try Daemon(on: bench, ["--concurrency=1"])
      let gate = try bench.gate(at: "new_site")
      let requests = ["Acme", "Globex", "Initech"].map { daemon.request("provision", signup($0)) }
      try await gate.hold()
      daemon.program.closeInput()
      try bench.releaseLevers()
      gate.open()
      for request in requests { #expect(try await daemon.reply(request)["result"] != nil) }
      #expect(try await daemon.end() == .exit(0))
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func aSignalLetsRunningWorkEnd(_ number: Int32) async throws {
      let bench = try TestBench()
      let daemon = try Daemon(on: bench, ["--concurrency=1"])
      let gate = try bench.gate(at: "settings")
      let first = daemon.request("provision", signup("Acme"))
      let second = daemon.request("provision", signup("Globex"))
      try await gate.hold()
      daemon.program.signal(number)
      // What waits is refused at once, and so is what comes.
      let waiting = try await daemon.reply(second)
      #expect(waiting["error"]?.kind == "shutting_down")
      #expect(waiting["error"]?["code"] == -32024)
      #expect(try await daemon.refused("provision", signup("Initech")).kind == "shutting_down")
      #expect(try await daemon.call("ping") == "pong")
      try bench.releaseLevers()
      gate.open()
      #expect(try await daemon.reply(first)["result"] != nil)
      #expect(try await daemon.end() == .exit(0))
    }

    @Test(arguments: SitePath.allCases)
    func theGracePeriodEndsInAnUndo(by path: SitePath) async throws {
      let bench = try TestBench()
      try await prepare(bench, for: path)
      let daemon = try Daemon(on: bench, path.flags + ["--grace=0"])
      try await daemon.isReady(for: path)
      let shape = bench.shape
      let gate = try bench.gate(at: "commit", match: "owner@acme.example")
      let request = daemon.request("provision", signup("Acme"))
      try await gate.hold()
      daemon.program.signal(SIGTERM)
      let error = try await daemon.error(request)
      #expect(error.kind == "shutting_down")
      #expect(error["data"]?["rolledBack"] == true)
      #expect(try await daemon.end() == .exit(0))
      #expect(!bench.sites.contains("acme.localhost"))
      #expect(try await Witness(bench).users() == [])
      // No other is made in the place of a standby.
      if path != .standby { #expect(bench.shape == shape) }
      if path == .install { #expect(bench.leftovers == []) }
    }

    /// The grace period is half a minute, and nobody lets the job go on.
    @Test func aSecondSignalIsTheEnd() async throws {
      let bench = try TestBench()
      let daemon = try Daemon(on: bench)
      let gate = try bench.gate(at: "new_site")
      daemon.request("provision", signup("Acme"))
      try await gate.hold()
      daemon.program.signal(SIGTERM)
      try await daemon.logged("shutting down")
      let second = ContinuousClock.now
      daemon.program.signal(SIGTERM)
      let end = try await daemon.end()
      #expect(end == .exit(0) || end == .exit(1))
      #expect(ContinuousClock.now - second < .seconds(8))
      try await daemon.program.gone()
      try bench.releaseLevers()
      // What it could not undo in that moment is left to the next.
      let next = try Daemon(on: bench)
      try await next.call("cleanup", ["orphans": true])
      try await next.finish()
      #expect(bench.leftovers == [])
    }

    /// What can be undone in that moment is undone, and its caller is told.
    @Test func aSecondSignalIsNoGracePeriod() async throws {
      // A machine that is busy may need more than the second that there is.
      for _ in 0..<5 {
        let bench = try TestBench()
        let daemon = try Daemon(on: bench)
        let gate = try bench.gate(at: "new_site")
        let request = daemon.request("provision", signup("Acme"))
        try await gate.hold()
        daemon.program.signal(SIGTERM)
        try await daemon.logged("shutting down")
        daemon.program.signal(SIGTERM)
        let reply = try? await daemon.reply(request)
        try await daemon.end()
        if reply?["error"]?.kind == "shutting_down" { return }
      }
      Issue.record("nobody was told")
    }

    /// A clean-up that waits is no work that a shutdown waits for.
    @Test func aSignalEndsAWaitingCleanup() async throws {
      let bench = try TestBench()
      let daemon = try Daemon(on: bench)
      try await daemon.call("provision", signup("Acme"))
      let request = daemon.request(
        "cleanup", ["pattern": "*", "delay": 3600, "progress": true], id: "clean")
      _ = try await daemon.messages.first { $0["params"]?["state"] == "waiting" }
      daemon.program.signal(SIGTERM)
      #expect(try await daemon.error(request).kind == "cancelled")
      #expect(try await daemon.end() == .exit(0))
      #expect(bench.leftovers.contains("sites/acme.localhost"))
    }

    /// A reader that went away is an end of input: what runs is finished, nobody spins.
    @Test func aReaderThatWentAway() async throws {
      let bench = try TestBench()
      let daemon = try Daemon(on: bench, ["--log=debug"])
      let gate = try bench.gate(at: "new_site")
      daemon.request("provision", signup("Acme"))
      try await gate.hold()
      daemon.program.closeOutput()
      try await daemon.call("ping")
      daemon.request("ping")
      try await daemon.logged("nobody reads standard output any more")
      try bench.releaseLevers()
      gate.open()
      #expect(try await daemon.program.end() == .exit(0))
      try await daemon.program.gone()
      let next = try Daemon(on: bench)
      #expect(try await next.call("status")["tenants"] == ["active": 1])
      try await next.finish()
    }

    @Test func aTemporarySandboxEndsWithTheProcess() async throws {
      let folder = try TestBench()
      let daemon = try Daemon(["--sandbox"], environment: ["TMPDIR": folder.root])
      let path = try #require(try await daemon.call("status")["bench"]?["path"]?.string)
      #expect(path.hasPrefix(folder.root))
      try await daemon.call("provision", signup("Acme"))
      try await daemon.finish()
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.root) == [])
    }

    @Test func aNamedSandboxStays() async throws {
      let bench = try TestBench()
      let daemon = try Daemon(on: bench)
      let tenant = try await daemon.call("provision", signup("Acme"))
      try await daemon.finish()
      let next = try Daemon(on: bench)
      #expect(try await next.call("status", ["site": "acme.localhost"])["state"] == "active")
      try await next.finish()
      #expect(try await bench.logIn(with: tenant) == "200 owner@acme.example")
    }
  }
}
