// “Write a client in 30 lines” of protocol.md: each client is run as it stands there, with the
// real program, and prints what the page says.
import Foundation
import Testing

@testable import Harness

extension EndToEnd {
  @Suite(.serialized, .inTurn) struct ThirtyLines {
    private static let title = "Write a client in 30 lines"

    @Test(.needs(.node)) func node() async throws { try await run("Node", "node", "mjs") }

    @Test(.needs(.python)) func python() async throws { try await run("Python", "python3", "py") }

    @Test(.needs(.bash, .jq))
    func bash() async throws { try await run("Bash and jq", "bash", "sh") }

    @Test(.needs(.perl)) func perl() async throws { try await run("Perl", "perl", "pl") }

    @Test func thereAreFour() throws {
      let told = try Page("protocol.md").sections.filter { $0.parent == Self.title }.map(\.name)
      #expect(told == ["Node", "Python", "Bash and jq", "Perl"])
    }

    private func run(_ section: String, _ interpreter: String, _ suffix: String) async throws {
      let blocks = try Page("protocol.md").blocks.filter { $0.section[0] == Self.title }
      let code = try #require(blocks.first { $0.section[1] == section }).text
      let wanted = try #require(blocks.first { $0.language == "text" }).text
      #expect(code.split(separator: "\n", omittingEmptySubsequences: false).count <= 30)

      let bench = try TestBench()
      let file = "\(bench.root)/client.\(suffix)"
      try code.write(toFile: file, atomically: true, encoding: .utf8)
      try FileManager.default.createSymbolicLink(
        atPath: "\(bench.root)/tenantd", withDestinationPath: Program.path)
      let path = "\(bench.root):\(Program.environment["PATH"] ?? "")"
      let client = try Program(executable: interpreter, [file], environment: ["PATH": path])
      client.closeInput()
      let end = try await client.end()
      try await client.gone()
      try await client.lines.closed()
      try await client.errors.closed()
      #expect(end == .exit(0))
      #expect(
        client.lines.all.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
          == wanted)
      #expect(client.errors.all.map { String(decoding: $0, as: UTF8.self) } == [])
    }
  }
}
