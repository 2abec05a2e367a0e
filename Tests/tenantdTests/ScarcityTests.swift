// A process that may have too little to work says so at its start, and does not hang.
import Foundation
import JSONRPC
import Testing

@testable import Harness

extension EndToEnd {
  @Suite(.serialized, .inTurn) struct Scarcity {
    @Test(arguments: [6, 16, 24])
    func fewDescriptors(_ count: Int) async throws {
      try await refuses("ulimit -n \(count); exec \"$0\" --sandbox", Program.path)
    }

    /// Root has no such limit: somebody who owns nothing takes its place, and the program lies where
    /// every user may read it. The copy is another process's, for one that is open for writing in
    /// this one would be so in its other children, and could not be started.
    @Test(.enabled(if: geteuid() == 0, "needs root"), arguments: [1, 3, 5])
    func fewThreads(_ count: Int) async throws {
      let copy = "/tmp/tenantd-\(UUID())"
      defer { try? FileManager.default.removeItem(atPath: copy) }
      try await refuses(
        #"""
        cp "$0" "$1" && chmod 755 "$1" && exec setpriv --reuid=61977 --clear-groups \
          bash -c 'ulimit -u \#(count); exec "$0" --sandbox' "$1"
        """#, Program.path, copy)
    }

    /// One sentence, and the end of it; nobody closes its input.
    private func refuses(_ script: String, _ words: String...) async throws {
      let program = try Program(executable: "bash", ["-c", script] + words)
      #expect(try await program.end() == .exit(2))
      try await program.errors.closed()
      let told = program.errors.all.map { String(decoding: $0, as: UTF8.self) }
      #expect(told.count == 1 && told.allSatisfy { $0.contains("raise `ulimit") }, "\(told)")
    }
  }
}
