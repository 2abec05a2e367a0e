// A process that may have too little to work says so at its start, and does not hang.
import Foundation
import JSONRPC
import Testing

@testable import Harness

extension EndToEnd {
  @Suite(.serialized, .inTurn) struct Scarcity {
    @Test(arguments: [6, 16, 24])
    func fewDescriptors(_ count: Int) async throws {
      let end = try await start("ulimit -n \(count); exec \"$0\" --sandbox", as: nil)
      #expect(end == .exit(2))
    }

    /// Root has no such limit: somebody who owns nothing takes its place.
    @Test(.enabled(if: geteuid() == 0, "needs root"), arguments: [1, 3, 5])
    func fewThreads(_ count: Int) async throws {
      let end = try await start("ulimit -u \(count); exec \"$0\" --sandbox", as: 61_977)
      #expect(end == .exit(2))
    }

    /// One sentence, and the end of it; nobody closes its input.
    private func start(_ script: String, as user: Int?) async throws -> Program.End {
      // Where every user may read it, whatever the tests' own folder allows.
      let copy = "/tmp/tenantd-\(UUID())"
      try FileManager.default.copyItem(atPath: Program.path, toPath: copy)
      defer { try? FileManager.default.removeItem(atPath: copy) }
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: copy)
      let other = user.map { ["setpriv", "--reuid=\($0)", "--clear-groups"] } ?? []
      let program = try Program(executable: "env", other + ["bash", "-c", script, copy])
      let end = try await program.end()
      try await program.errors.closed()
      let told = program.errors.all.map { String(decoding: $0, as: UTF8.self) }
      #expect(told.count == 1 && told.allSatisfy { $0.contains("raise `ulimit") }, "\(told)")
      return end
    }
  }
}
