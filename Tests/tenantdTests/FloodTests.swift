// Too much at once, and pipes that nobody reads: it is bounded, told, and over in the end.
import Foundation
import JSONRPC
import Synchronization
import Testing

@testable import Harness

extension EndToEnd {
  @Suite struct Floods {
    /// Resident memory, in KiB.
    private func memory(_ daemon: Daemon) throws -> Int {
      let status = try String(contentsOfFile: "/proc/\(daemon.program.pid)/status", encoding: .utf8)
      let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS") })
      return try #require(Int(line.filter(\.isNumber)))
    }

    private func lines(_ count: Int, _ method: String) -> [String] {
      (0..<count).map { #"{"jsonrpc":"2.0","id":\#($0),"method":"\#(method)"}"# }
    }

    /// Returns when so many messages have come, each looked at once.
    private func answers(_ count: Int, _ daemon: Daemon) async throws {
      let seen = Mutex(0)
      _ = try await daemon.messages.first("\(count) messages") { _ in
        seen.withLock { seen in
          seen += 1
          return seen >= count
        }
      }
    }

    #if os(Linux)
      @Test("What a flood has taken is given back", arguments: ["status", "a batch"])
      func memoryIsGivenBack(_ kind: String) async throws {
        try await withDaemon(["--log=error"]) { daemon, _ in
          try await daemon.call("status")
          let before = try memory(daemon)
          if kind == "status" {
            daemon.send(line: lines(30_000, "status").joined(separator: "\n"))
            try await answers(30_000, daemon)
          } else {
            let requests = lines(10_000, "rpc.discover").joined(separator: ",")
            daemon.send(line: "[" + requests + "]")
            let batch = try await daemon.messages.first { $0.array != nil }
            #expect(batch.array?.count == 10_000)
            #expect(batch.array?.last?["error"]?.kind == "queue_full")
            #expect(batch.array?.first?["result"] != nil)
          }
          while try memory(daemon) >= 2 * before { try await daemon.call("ping") }
        }
      }
    #endif

    @Test func moreThanMayBeInFlightIsRefused() async throws {
      try await withDaemon(["--concurrency=1", "--queue=0"]) { daemon, bench in
        let gate = try bench.gate(at: "new_site")
        let held = daemon.request("provision", signup("Acme", ["idempotencyKey": "k"]))
        try await gate.hold()
        // All of them wait for the tenant of the first.
        let params = signup("Acme", ["idempotencyKey": "k"])
        let waiting = (0..<4200).map { _ in daemon.request("provision", params) }
        let refused = try await daemon.error(try #require(waiting.last))
        #expect(refused["code"] == -32023 && refused.kind == "queue_full")
        #expect(refused["data"]?["advice"] != nil)
        #expect(try await daemon.call("ping") == "pong")
        #expect(try await daemon.call("cancel", ["id": waiting[0]]) == ["found": true])
        try bench.releaseLevers()
        gate.open()
        #expect(try await daemon.reply(held)["result"] != nil)
        // The first, the ping and the cancel are among them.
        try await answers(waiting.count + 3, daemon)
        #expect(try await daemon.call("status")["tenants"] == ["active": 1])
      }
    }

    /// A program whose pipes are read by nobody.
    private func unread(_ arguments: [String], _ lines: [String]) throws -> Process {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: Program.path)
      process.arguments = arguments
      process.environment = Program.environment.merging(["TENANTD_POOL": "0"]) { $1 }
      let input = Pipe()
      process.standardInput = input
      process.standardOutput = Pipe()
      process.standardError = Pipe()
      try process.run()
      let bytes = Data((lines.joined(separator: "\n") + "\n").utf8)
      try input.fileHandleForWriting.write(contentsOf: bytes)
      return process
    }

    private func end(_ process: Process) async -> (code: Int32, elapsed: Duration) {
      let start = ContinuousClock.now
      await withCheckedContinuation { continuation in
        _ = startThread {
          process.waitUntilExit()
          continuation.resume()
        }
      }
      return (process.terminationStatus, .now - start)
    }

    @Test("A standard output that nobody reads ends with the process", arguments: 1...3)
    func anUnreadOutput(_ signals: Int) async throws {
      let process = try unread(["--sandbox", "--log=error"], lines(100, "rpc.discover"))
      // The first answers are there, so that signals are taken.
      let output = try #require((process.standardOutput as? Pipe)?.fileHandleForReading)
      _ = try output.read(upToCount: 1)
      for _ in 0..<signals { process.terminate() }
      let (code, elapsed) = await end(process)
      // Signals of one kind that come at once are one.
      #expect(code == 0 || signals == 3)
      #expect(elapsed < .seconds(signals == 1 ? 12 : 20))
    }

    @Test func anUnreadLogHoldsNobodyUp() async throws {
      let bench = try TestBench()
      let signups = (0..<40).map { number in
        let params = signup("Customer \(number)").encoded()
        return #"{"jsonrpc":"2.0","id":\#(number),"method":"provision","params":"#
          + String(decoding: params, as: UTF8.self) + "}"
      }
      let process = try unread(["--sandbox=\(bench.path)", "--log=debug"], signups)
      let output = try #require((process.standardOutput as? Pipe)?.fileHandleForReading)
      var answers = 0
      while answers < 40 { answers += output.availableData.count { $0 == 0x0A } }
      process.terminate()
      #expect(await end(process).code == 0)
    }
  }
}
