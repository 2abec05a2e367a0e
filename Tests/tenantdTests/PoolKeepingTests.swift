// The pool beside the signups that it is for: what is known of its failures, and how it ends.
import Foundation
import JSONRPC
import Testing

@testable import Harness

extension EndToEnd {
  @Suite(.serialized, .inTurn) struct PoolKeeping {
    /// Whoever noted it may be gone: it goes when anybody sees that all is there.
    @Test func aNoteOfAFailureGoesWhenThePoolIsKept() async throws {
      try await withDaemon(environment: ["TENANTD_POOL": "1"]) { daemon, bench in
        try await daemon.call("provision", signup("Acme"))
        try await daemon.poolIsFull(1)
        let note: JSON = ["reason": "no room", "at": "2026-01-01T00:00:00Z", "tries": 3]
        try bench.write(note, to: "sites/.tenantd-pool")
        // It takes nothing of the pool, and has it looked at.
        #expect(try await daemon.refused("provision", signup("Acme")).kind == "site_exists")
        while FileManager.default.fileExists(atPath: bench.file("sites/.tenantd-pool")) {
          try Task.checkCancellation()
          try await daemon.call("status")
        }
        try await daemon.poolIsFull(1)
      }
    }

    /// A process that ends leaves no half of a template.
    @Test func whatIsBeingMadeIsUndoneAtTheEnd() async throws {
      let bench = try TestBench()
      let daemon = try Daemon(on: bench, environment: ["TENANTD_POOL": "1"])
      try await daemon.call("status")
      let gate = try bench.gate(at: "install_app")
      try await gate.hold()
      try bench.releaseLevers()
      try await daemon.finish()
      #expect(bench.leftoversBesideLocks == [])
    }
  }
}
