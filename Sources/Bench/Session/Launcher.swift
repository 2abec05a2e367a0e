// How an agent is started: an argument vector, never a shell string.

/// The command whose standard input and output reach a Python in the bench.
public struct Launcher: Sendable, Equatable {
  /// What comes before the Python: `docker compose exec -T backend`; empty for a local bench.
  public var prefix: [String]
  /// The bench's Python, as seen from where the prefix lands.
  public var python: String
  /// The bench's folder as seen from there; nil: the folder that the prefix lands in.
  public var bench: String?
  /// What the agent brings along in Frappe's place; nil: the bench has Frappe.
  public var standIn: StandIn?

  /// A Python module.
  public struct Module: Sendable, Equatable {
    public let name: String
    public let source: [UInt8]

    public init(name: String, source: [UInt8]) { (self.name, self.source) = (name, source) }
  }

  /// Modules that are Frappe to the agent.
  public struct StandIn: Sendable, Equatable {
    public let modules: [Module]
    /// The name of the one whose `create` makes the bench's folder, or leaves the one that is there.
    public let maker: String

    public init(modules: [Module], maker: String) {
      (self.modules, self.maker) = (modules, maker)
    }
  }

  public init(prefix: [String], python: String, bench: String? = nil, standIn: StandIn? = nil) {
    (self.prefix, self.python, self.bench) = (prefix, python, bench)
    self.standIn = standIn
  }

  /// `docker compose exec` into a service of the compose project in `project`.
  public static func compose(service: String, project: String?) -> Launcher {
    let folder = project.map { ["--project-directory", $0] } ?? []
    return Launcher(
      prefix: ["docker", "compose"] + folder + ["exec", "-T", service], python: "env/bin/python")
  }

  /// `docker exec` into a container.
  public static func docker(container: String) -> Launcher {
    Launcher(prefix: ["docker", "exec", "-i", container], python: "env/bin/python")
  }

  /// `kubectl exec` into a pod.
  public static func kubectl(pod: String) -> Launcher {
    Launcher(prefix: ["kubectl", "exec", "-i", pod, "--"], python: "env/bin/python")
  }

  /// A bench in a folder of this machine.
  public static func local(bench: String) -> Launcher {
    Launcher(prefix: [], python: "env/bin/python", bench: bench)
  }

  /// The sandbox: a bench in a folder, with a stand-in and this machine's Python.
  public static func sandbox(folder: String, standIn: StandIn) -> Launcher {
    Launcher(prefix: [], python: "python3", bench: folder, standIn: standIn)
  }

  /// The whole argument vector. The program itself follows on standard input.
  public var arguments: [String] {
    var python = python
    // A bare name is looked for in PATH; a path is the bench's.
    if let bench, python.contains("/"), !python.hasPrefix("/") { python = "\(bench)/\(python)" }
    let program = [python, "-u", "-c", AgentSource.bootstrap]
    return prefix + program + (bench.map { [$0] } ?? []) + (standIn.map { [$0.maker] } ?? [])
  }

  /// The first word, for messages.
  public var executable: String { prefix.first ?? python }
}
