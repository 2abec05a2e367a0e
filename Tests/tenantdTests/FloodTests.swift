// Too much at once, and pipes that nobody reads: it is bounded, told, and over in the end.
import Foundation
import JSONRPC
import Synchronization
import Testing

@testable import Harness

extension EndToEnd {
  @Suite(.serialized, .inTurn) struct Floods {
    /// Resident memory, in KiB.
    private func memory(_ program: Program) throws -> Int {
      let status = try String(contentsOfFile: "/proc/\(program.pid)/status", encoding: .utf8)
      let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS") })
      return try #require(Int(line.filter(\.isNumber)))
    }

    private func lines(_ count: Int, _ method: String) -> [String] {
      (0..<count).map { #"{"jsonrpc":"2.0","id":\#($0),"method":"\#(method)"}"# }
    }

    /// Returns when so many have come, each looked at once.
    private func answers<Answer>(_ count: Int, _ inbox: Inbox<Answer>) async throws {
      let seen = Mutex(0)
      _ = try await inbox.first("\(count) answers") { _ in
        seen.withLock { seen in
          seen += 1
          return seen >= count
        }
      }
    }

    #if os(Linux)
      /// Ten kilobytes for each, as it once was, would be a hundred megabytes in the short run too.
      private static let count = Tool.allAreWanted ? 30_000 : 10_000

      /// Not by way of `Daemon`: it reads each answer, and that takes longer than to give it.
      @Test("What a flood has taken is given back", arguments: ["status", "a batch"])
      func memoryIsGivenBack(_ kind: String) async throws {
        let program = try Program(["--sandbox", "--log=error"])
        func ask(_ line: String, _ answer: Int) async throws {
          program.write(Array(line.utf8) + [0x0A])
          try await answers(answer, program.lines)
        }
        try await ask(lines(1, "status")[0], 1)
        let before = try memory(program)
        var told = 1 + Self.count
        if kind == "status" {
          try await ask(lines(Self.count, "status").joined(separator: "\n"), told)
        } else {
          told = 2
          try await ask("[" + lines(10_000, "rpc.discover").joined(separator: ",") + "]", told)
          // Another parser, because it is quick.
          let batch = try JSONSerialization.jsonObject(with: Data(program.lines.all[1]))
          let all = try #require(batch as? [[String: Any]])
          #expect(all.count == 10_000)
          #expect(all.first?["result"] != nil)
          let last = try #require(all.last?["error"] as? [String: Any])
          #expect((last["data"] as? [String: Any])?["kind"] as? String == "queue_full")
        }
        while try memory(program) >= 2 * before {
          told += 1
          try await ask(lines(1, "ping")[0], told)
        }
        program.closeInput()
        #expect(try await program.end() == .exit(0))
      }
    #endif

    @Test func moreThanMayBeInFlightIsRefused() async throws {
      try await withDaemon(["--concurrency=1", "--queue=0"]) { daemon, bench in
        let gate = try bench.gate(at: "new_site")
        let held = daemon.request("provision", signup("Acme", ["idempotencyKey": "k"]))
        try await gate.hold()
        // All of them wait for the tenant of the first.
        let params = signup("Acme", ["idempotencyKey": "k"])
        let waiting: [JSON] = (10_000..<14_200).map { .integer($0) }
        let text = String(decoding: params.encoded(), as: UTF8.self)
        daemon.send(
          line: (10_000..<14_200).map {
            #"{"jsonrpc":"2.0","id":\#($0),"method":"provision","params":\#(text)}"#
          }.joined(separator: "\n"))
        let refused = try await daemon.error(try #require(waiting.last))
        #expect(refused["code"] == -32023 && refused.kind == "queue_full")
        #expect(refused["data"]?["advice"] != nil)
        #expect(try await daemon.call("ping") == "pong")
        #expect(try await daemon.call("cancel", ["id": waiting[0]]) == ["found": true])
        try bench.releaseLevers()
        gate.open()
        #expect(try await daemon.reply(held)["result"] != nil)
        // The first, the ping and the cancel are among them.
        try await answers(waiting.count + 3, daemon.messages)
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
      let log = Pipe()
      #if os(Linux)
        let setPipeSize: Int32 = 1031  // F_SETPIPE_SZ, which is GNU's only
        #expect(fcntl(log.fileHandleForWriting.fileDescriptor, setPipeSize, 4096) == 4096)
      #endif
      process.standardError = log
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

    /// All at once, since each takes as long as an end waits for a reader.
    @Test("A standard output that nobody reads ends with the process")
    func anUnreadOutput() async throws {
      try await withThrowingTaskGroup { group in
        for signals in 1...3 { group.addTask { try await self.expectAnEnd(after: signals) } }
        try await group.waitForAll()
      }
    }

    private func expectAnEnd(after signals: Int) async throws {
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

    #if os(Linux)
      /// Each writes 1.7 KB at the debug level, and a pipe can be had that takes 4 KiB.
      private static let unreadSignups = 10
    #else
      /// A pipe takes 64 KiB.
      private static let unreadSignups = 40
    #endif

    @Test func anUnreadLogHoldsNobodyUp() async throws {
      let bench = try TestBench()
      let signups = (0..<Self.unreadSignups).map { number in
        let params = signup("Customer \(number)").encoded()
        return #"{"jsonrpc":"2.0","id":\#(number),"method":"provision","params":"#
          + String(decoding: params, as: UTF8.self) + "}"
      }
      let process = try unread(["--sandbox=\(bench.path)", "--log=debug"], signups)
      let output = try #require((process.standardOutput as? Pipe)?.fileHandleForReading)
      var answers = 0
      while answers < Self.unreadSignups { answers += output.availableData.count { $0 == 0x0A } }
      process.terminate()
      #expect(await end(process).code == 0)
    }
  }
}
