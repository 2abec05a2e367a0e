// Status and errors while the bench cannot be reached: a `docker` of the tests' own says what the
// real one says.
import Foundation
import JSONRPC
import Testing

@testable import Harness

extension EndToEnd {
  @Suite(.serialized, .inTurn) struct NoBench {
    struct Words: Sendable, CustomTestStringConvertible {
      let said: String
      let code: Int32
      let kind: String
      let number: JSON

      var testDescription: String { said }

      init(_ said: String, exit code: Int32, _ kind: String) {
        (self.said, self.code, self.kind) = (said, code, kind)
        number = ["docker_unavailable": -32010, "service_not_found": -32011][kind] ?? -32012
      }
    }

    static let words = [
      Words(
        "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
        exit: 1, "docker_unavailable"),
      Words(
        "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock",
        exit: 1, "docker_unavailable"),
      Words(
        "docker: 'compose' is not a docker command.\nSee 'docker --help'", exit: 1,
        "docker_unavailable"),
      Words("no configuration file provided: not found", exit: 1, "service_not_found"),
      Words("no such service: backend", exit: 1, "service_not_found"),
      Words("service \"backend\" is not running", exit: 1, "service_not_found"),
      Words(
        "OCI runtime exec failed: exec failed: unable to start container process: exec: \"env/bin/python\": stat env/bin/python: no such file or directory: unknown",
        exit: 126, "bench_unreachable"),
      Words(
        "tenantd agent: / is not a bench: No such file or directory: 'sites'", exit: 1,
        "bench_unreachable"),
    ]

    /// A folder with a `docker` that records its arguments, says `words` and exits.
    private func fakeDocker(_ words: Words) throws -> TestBench {
      let folder = try TestBench()
      let script = """
        #!/bin/sh
        printf '%s\\n' "$@" > '\(folder.root)/arguments'
        cat >&2 <<'END'
        \(words.said)
        END
        exit \(words.code)

        """
      try script.write(toFile: folder.root + "/docker", atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o755], ofItemAtPath: folder.root + "/docker")
      return folder
    }

    @Test(arguments: words)
    func dockerSays(_ words: Words) async throws {
      let folder = try fakeDocker(words)
      let path = folder.root + ":" + (Program.environment["PATH"] ?? "")
      let daemon = try Daemon(["--pool=0"], environment: ["PATH": path])
      let status = try await daemon.call("status")
      #expect(status["bench"]?["state"] == .string(words.kind))
      let last = words.said.split(separator: "\n").last.map(String.init) ?? ""
      #expect(status["bench"]?["error"]?.string?.contains(last) == true)
      #expect(status["bench"]?["advice"]?.string != nil)
      #expect(status["tenants"] == .null)
      let error = try await daemon.refused("provision", signup("Acme"))
      #expect(error["code"] == words.number)
      #expect(error.kind == words.kind)
      #expect(error["data"]?["rolledBack"] == true)
      #expect(try await daemon.refused("cleanup", ["pattern": "*"]).kind == words.kind)
      try await daemon.finish()
      let arguments = try String(contentsOfFile: folder.root + "/arguments", encoding: .utf8)
      #expect(arguments.hasPrefix("compose\nexec\n-T\nbackend\nenv/bin/python\n"))

      let doctor = try Daemon(["doctor", "--json"], environment: ["PATH": path])
      #expect(try await doctor.end() == .exit(1))
      #expect(doctor.messages.all.first?["ok"] == false)
    }

    @Test func noDockerAtAll() async throws {
      let folder = try TestBench()
      let daemon = try Daemon([], environment: ["PATH": folder.root])
      #expect(try await daemon.refused("provision", signup("Acme")).kind == "docker_unavailable")
      try await daemon.finish()
    }

    @Test func aLauncherThatPointsNowhere() async throws {
      let daemon = try Daemon(["--launcher", #"["/no/such/program","x"]"#])
      let status = try await daemon.call("status")
      #expect(status["bench"]?["state"] == "bench_unreachable")
      #expect(status["bench"]?["error"]?.string?.contains("/no/such/program") == true)
      #expect(try await daemon.call("ping") == "pong")
      try await daemon.finish()
    }

    @Test func aPythonWithoutFrappe() async throws {
      let bench = try TestBench()
      try bench.write([:], to: "sites/common_site_config.json")
      let daemon = try Daemon(["--launcher=local:\(bench.path)", "--python=/usr/bin/python3"])
      let error = try await daemon.refused("provision", signup("Acme"))
      #expect(error.kind == "bench_unreachable")
      #expect(error["message"]?.string?.contains("cannot import Frappe") == true, "\(error)")
      try await daemon.finish()
    }

    /// A session that comes back by itself: the launcher works from the second time on.
    @Test func theBenchComesBack() async throws {
      let bench = try TestBench()
      let script = bench.root + "/launch"
      try """
      #!/bin/sh
      if [ ! -e '\(bench.root)/up' ]; then echo 'service "backend" is not running' >&2; exit 1; fi
      exec "$@"
      """.write(toFile: script, atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
      // The sandbox's bench needs its own launcher to be made; here a local one is not enough.
      let daemon = try Daemon(["--launcher", "[\"\(script)\"]", "--python=true"])
      #expect(try await daemon.call("status")["bench"]?["state"] == "bench_unreachable")
      _ = FileManager.default.createFile(atPath: bench.root + "/up", contents: nil)
      let error = try await daemon.refused("provision", signup("Acme"))
      #expect(error["message"]?.string?.contains("is not running") == false, "\(error)")
      try await daemon.finish()
    }
  }

  @Suite(.serialized, .inTurn) struct Status {
    @Test func theService() async throws {
      try await withDaemon { daemon, bench in
        try await daemon.call("provision", signup("Acme"))
        let status = try await daemon.call("status")
        let members = Set((status.object?.members ?? []).map(\.key))
        #expect(members.isSuperset(of: ["version", "uptime", "bench", "jobs", "tenants"]))
        #expect(status["bench"]?["state"] == "ready")
        #expect(status["bench"]?["frappe"]?.string?.hasPrefix("15") == true)
        #expect(status["bench"]?["apps"]?["nexus_core"]?.string != nil)
        #expect(status["bench"]?["path"] == .string(bench.path))
        #expect(status["jobs"]?["running"] == [] && status["jobs"]?["queued"] == [])
        #expect(status["tenants"] == ["active": 1])
      }
    }

    @Test func aRunningJob() async throws {
      try await withDaemon(["--concurrency=1"]) { daemon, bench in
        let gate = try bench.gate(at: "settings")
        let first = daemon.request("provision", signup("Acme", ["progress": true]))
        try await gate.hold()
        // The job is at the gate before the word that it has begun the step has come here.
        _ = try await daemon.progress(first, step: 4, "started")
        let second = daemon.request("provision", signup("Globex"))
        try await daemon.logged("waiting")
        let jobs = try await daemon.call("status")["jobs"]
        let running = try #require(jobs?["running"]?.array?.first)
        #expect(running["site"] == "acme.localhost")
        #expect(running["step"] == 4)
        #expect(running["title"] == "Apply plan settings")
        #expect(jobs?["queued"]?.array?.first?["site"] == "globex.localhost")
        let tenant = try await daemon.call("status", ["site": "acme.localhost"])
        #expect(tenant["state"] == "provisioning" && tenant["step"] == 4)
        try bench.releaseLevers()
        gate.open()
        for request in [first, second] { #expect(try await daemon.reply(request)["result"] != nil) }
      }
    }
  }
}
