// How an agent is started and what is sent: argument vectors, the embedded program, and what a
// launcher's last words mean.
import Foundation
import JSONRPC
import StandIn
import Testing

@testable import Bench

@Suite(.timeLimit(.minutes(1)))
struct LauncherTests {
  private let program = ["-u", "-c", AgentSource.bootstrap]

  @Test func compose() {
    #expect(
      Launcher.compose(service: "backend", project: nil).arguments
        == ["docker", "compose", "exec", "-T", "backend", "env/bin/python"] + program)
    var launcher = Launcher.compose(service: "erp", project: "/srv/my erp")
    launcher.bench = "/home/frappe/frappe-bench"
    let start = ["docker", "compose", "--project-directory", "/srv/my erp", "exec", "-T", "erp"]
    #expect(
      launcher.arguments
        == start + ["/home/frappe/frappe-bench/env/bin/python"] + program
        + ["/home/frappe/frappe-bench"])
    #expect(launcher.executable == "docker")
  }

  @Test func containersAndPods() {
    #expect(
      Launcher.docker(container: "erp-1").arguments
        == ["docker", "exec", "-i", "erp-1", "env/bin/python"] + program)
    #expect(
      Launcher.kubectl(pod: "erp-1").arguments
        == ["kubectl", "exec", "-i", "erp-1", "--", "env/bin/python"] + program)
  }

  @Test func words() {
    let launcher = Launcher(prefix: ["ssh", "host", "--"], python: "/usr/bin/python3", bench: "/b")
    #expect(launcher.arguments == ["ssh", "host", "--", "/usr/bin/python3"] + program + ["/b"])
  }

  @Test func foldersOfThisMachine() {
    #expect(Launcher.local(bench: "/b").arguments == ["/b/env/bin/python"] + program + ["/b"])
    // A bare name is looked for in PATH.
    let sandbox = Launcher.sandbox(folder: "/s", standIn: .sandbox)
    #expect(sandbox.arguments == ["python3"] + program + ["/s", "frappe.sandbox"])
    #expect(sandbox.executable == "python3")
  }

  // The program

  private func modules(_ folder: String) throws -> [String] {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let files = try FileManager.default.contentsOfDirectory(
      atPath: root.appendingPathComponent("Sources/\(folder)").path)
    return files.filter { $0.hasSuffix(".py") }.map { String($0.dropLast(3)) }.sorted()
  }

  @Test func everyModuleIsSent() throws {
    let agent = try modules("Bench/Agent").filter { $0 != "loader" }.map { "tenantd_agent.\($0)" }
    #expect(AgentSource.agent.map(\.name).sorted() == ["tenantd_agent"] + agent)
    // A package without code of its own has no file.
    let standIn = StandIn.modules.filter { !$0.source.isEmpty }.map(\.name).sorted()
    #expect(try standIn == modules("StandIn/Modules"))
  }

  @Test func whatIsBroughtAlongIsSent() throws {
    for more in [[], Launcher.StandIn.sandbox.modules] {
      let names = AgentSource.agent.map(\.name) + more.map(\.name)
      // Two parts, each behind its length in ten digits.
      var rest = AgentSource.program(with: more)[...]
      var parts: [[UInt8]] = []
      while !rest.isEmpty {
        let count = try #require(Int(String(decoding: rest.prefix(10), as: UTF8.self)))
        #expect(rest.count >= 10 + count)
        parts.append(Array(rest.dropFirst(10).prefix(count)))
        rest = rest.dropFirst(10 + count)
      }
      #expect(parts.count == 2)
      let sent = try #require(try JSON(parsing: parts[1]).object)
      #expect(sent.members.map(\.key).sorted() == names.sorted())
    }
  }

  // Last words

  private func kind(_ program: String, _ output: [String]) -> String {
    switch BenchError.ofLauncher(program, output: output, end: "exit code 1") {
    case .dockerUnavailable: "docker_unavailable"
    case .serviceNotFound: "service_not_found"
    case .unreachable: "bench_unreachable"
    case .declined, .refused: "refused"
    case .invalid: "invalid_params"
    case .gaveUp: "step_failed"
    case .lost: "lost"
    }
  }

  @Test func dockersWords() {
    let daemon = "Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?"
    #expect(kind("docker", [daemon]) == "docker_unavailable")
    #expect(kind("/usr/bin/docker", ["", "no such service: erp", ""]) == "service_not_found")
    #expect(
      kind("docker", ["Error response from daemon: No such container: x"]) == "service_not_found")
    // What runs in the container, or another launcher, may say the same words.
    let exec = "OCI runtime exec failed: exec failed: process is not running"
    #expect(kind("docker", [exec]) == "bench_unreachable")
    #expect(kind("ssh", ["no such service: erp"]) == "bench_unreachable")
    #expect(kind("docker", []) == "bench_unreachable")
  }

  @Test func theReasonIsTheLastLine() {
    let error = BenchError.ofLauncher(
      "kubectl", output: ["first", "Error: pods \"x\" not found", ""], end: "exit code 1")
    #expect(error.reason == "kubectl ended with exit code 1: Error: pods \"x\" not found")
    let silent = BenchError.ofLauncher("x", output: [], end: "signal 9")
    #expect(silent.reason == "x ended with signal 9: it said nothing")
  }

  @Test func theAgentsAnswer() {
    let answer = RPCError(
      code: -32020, message: "No.", data: ["kind": "step_failed", "site": "a.localhost"])
    #expect(
      BenchError(answer: answer)
        == .refused(kind: "step_failed", reason: "No.", site: "a.localhost"))
    let bare = RPCError(code: -32601, message: "What?", data: nil)
    #expect(
      BenchError(answer: bare) == .refused(kind: "internal_error", reason: "What?", site: nil))
  }

  @Test func theLastWordsOfAProcessInTheBench() {
    let data: JSON = ["kind": "step_failed", "output": ["a", "no such table"]]
    let said = RPCError(code: -32000, message: "It stopped.", data: data)
    #expect(
      BenchError(answer: said) == .gaveUp(reason: "It stopped.", output: ["a", "no such table"]))
  }
}

extension Launcher.StandIn {
  static let sandbox = Launcher.StandIn(
    modules: StandIn.modules.map { Launcher.Module(name: $0.name, source: $0.source) },
    maker: StandIn.maker)
}
