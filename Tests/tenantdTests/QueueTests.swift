// Many at once: the limit on jobs, the queue, and quick requests that wait behind nothing.
import Foundation
import JSONRPC
import Testing

@testable import Harness

extension EndToEnd {
  @Suite(.serialized, .inTurn) struct Queue {
    /// How many of the requests were between their first step and their answer at once.
    private func mostAtOnce(_ messages: [JSON], _ requests: [JSON]) -> Int {
      var running: Set<String> = []
      var most = 0
      for message in messages {
        if message["method"] == "progress", let params = message["params"], params["step"] == 1 {
          running.insert("\(params["id"] ?? .null)")
        } else if let id = message["id"], requests.contains(id) {
          running.remove("\(id)")
        }
        most = max(most, running.count)
      }
      return most
    }

    @Test func fourRunAHundredWaitAndTheNextIsRefused() async throws {
      try await withDaemon(["--grace=0"]) { daemon, bench in
        let gate = try bench.gate(at: "new_site")
        let requests = (0..<104).map {
          daemon.request("provision", signup("Crowd \($0)", ["progress": true]))
        }
        for request in requests.prefix(4) {
          _ = try await daemon.progress(request, step: 1, "started")
        }
        try await gate.hold()

        let error = try await daemon.refused("provision", signup("One too many"))
        #expect(error["code"] == -32023)
        #expect(error.kind == "queue_full")
        #expect(error["data"]?["rolledBack"] == true)
        let jobs = try await daemon.call("status")["jobs"]
        #expect(jobs?["running"]?.array?.count == 4)
        #expect(jobs?["queued"]?.array?.count == 100)
        #expect(jobs?["concurrency"] == 4)
        #expect(jobs?["capacity"] == 100)
        #expect(try await daemon.call("ping") == "pong")
        let waiting = try await daemon.call("status", ["site": "crowd-50.localhost"])
        #expect(waiting["state"] == "provisioning")
        #expect(
          try await daemon.refused("status", ["site": "nobody.localhost"]).kind == "no_such_site")
        #expect(try await daemon.call("cancel", ["id": requests[50]]) == ["found": true])
        let cancelled = try await daemon.reply(requests[50])
        #expect(cancelled["error"]?.kind == "cancelled")

        // The others would take a while: the end of this process undoes the four, and tells all.
        daemon.program.signal(SIGTERM)
        for request in requests where request != requests[50] {
          let reply = try await daemon.reply(request)
          #expect(reply["error"]?.kind == "shutting_down")
        }
        #expect(bench.leftoversBesideLocks == [])
      }
    }

    @Test func neverMoreThanTheLimitRunAndAllAreServed() async throws {
      try await withDaemon(["--concurrency=2", "--queue=6"]) { daemon, bench in
        let gate = try bench.gate(at: "new_site")
        let requests = (0..<8).map {
          daemon.request("provision", signup("Crowd \($0)", ["progress": true]))
        }
        try await gate.hold()
        let jobs = try await daemon.call("status")["jobs"]
        #expect(jobs?["running"]?.array?.count == 2)
        #expect(jobs?["queued"]?.array?.count == 6)
        #expect(try await daemon.refused("provision", signup("Last")).kind == "queue_full")
        try bench.releaseLevers()
        gate.open()
        for request in requests { #expect(try await daemon.reply(request)["result"] != nil) }
        #expect(mostAtOnce(daemon.messages.all, requests) == 2)
        #expect(try await daemon.call("status")["tenants"] == ["active": 8])
      }
    }

    @Test func noQueueAtAll() async throws {
      try await withDaemon(["--concurrency=1", "--queue=0"]) { daemon, bench in
        let gate = try bench.gate(at: "new_site")
        let first = daemon.request("provision", signup("Acme"))
        try await gate.hold()
        #expect(try await daemon.refused("provision", signup("Globex")).kind == "queue_full")
        try bench.releaseLevers()
        gate.open()
        _ = try await daemon.reply(first)
        try await daemon.call("provision", signup("Globex"))
      }
    }
  }

  @Suite(.serialized, .inTurn) struct Cancelling {
    @Test func aRequestThatWaits() async throws {
      try await withDaemon(["--concurrency=1"]) { daemon, bench in
        let gate = try bench.gate(at: "new_site")
        let first = daemon.request("provision", signup("Acme"))
        try await gate.hold()
        let second = daemon.request("provision", signup("Globex"), id: "second")
        #expect(try await daemon.call("cancel", ["id": second]) == ["found": true])
        let error = try await daemon.reply(second)["error"]
        #expect(error?.kind == "cancelled")
        #expect(error?["data"]?["rolledBack"] == true)
        #expect(error?["data"]?["step"] == nil)
        try bench.releaseLevers()
        gate.open()
        _ = try await daemon.reply(first)
        try await daemon.call("provision", signup("Globex"))
      }
    }

    @Test func itAnswersAfterTheRequestItself() async throws {
      try await withDaemon { daemon, bench in
        let gate = try bench.gate(at: "new_site")
        let request = daemon.request("provision", signup("Acme"), id: "it")
        try await gate.hold()
        let cancels = (0..<3).map { _ in daemon.request("cancel", ["id": "it"]) }
        for cancel in cancels {
          #expect(try await daemon.reply(cancel)["result"] == ["found": true])
        }
        let ids = daemon.messages.all.compactMap { $0["id"] }
        #expect(ids.first == request)
        #expect(Set(ids.dropFirst().map(\.description)) == Set(cancels.map(\.description)))
      }
    }

    /// Sent right behind its request, it finds it; of an unknown one, or one with an answer, it
    /// says so.
    @Test func itNeverOvertakes() async throws {
      try await withDaemon { daemon, bench in
        let request = daemon.request("provision", signup("Acme"), id: 7)
        #expect(try await daemon.call("cancel", ["id": 7]) == ["found": true])
        let cancelled = try await daemon.reply(request)
        #expect(cancelled["error"]?.kind == "cancelled")
        #expect(try await daemon.call("cancel", ["id": 7]) == ["found": false])
        #expect(try await daemon.call("cancel", ["id": "7"]) == ["found": false])
        #expect(bench.leftoversBesideLocks == [])
      }
    }

    /// Two wait for one tenant: when one leaves, the other gets it; when both leave, it is undone.
    @Test func oneOfTwoWithTheSameKey() async throws {
      try await withDaemon { daemon, bench in
        let params = signup("Acme", ["idempotencyKey": "one"])
        let gate = try bench.gate(at: "settings")
        let first = daemon.request("provision", params)
        try await gate.hold()
        let second = daemon.request("provision", params)
        try await daemon.logged("joined")
        try await daemon.call("cancel", ["id": first])
        let error = try await daemon.reply(first)["error"]
        #expect(error?.kind == "cancelled")
        #expect(error?["data"]?["rolledBack"] == false)
        try await daemon.call("cancel", ["id": second])
        let last = try await daemon.reply(second)
        #expect(last["error"]?["data"]?["rolledBack"] == true)
        #expect(bench.leftoversBesideLocks == [])
      }
    }
  }
}
