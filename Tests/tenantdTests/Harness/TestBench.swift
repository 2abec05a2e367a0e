// A sandbox's bench in a temporary folder: its levers, what is left in it, and who works in it.
import Bench
import Foundation
import JSONRPC
import Synchronization
import Testing

@testable import Harness
@testable import tenantd

/// A folder of its own, removed with this object.
final class TestBench: Sendable {
  /// What holds everything, the bench among it.
  let root: String
  var path: String { root + "/bench" }

  init() throws {
    var template = Array(
      (NSTemporaryDirectory() as NSString).appendingPathComponent("t.XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil, let real = realpath(template, nil) else {
      throw Trouble("no temporary folder: \(errno)")
    }
    defer { free(real) }
    root = String(cString: real)
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  func file(_ name: String) -> String { path + "/" + name }

  func write(_ json: JSON, to name: String) throws {
    let url = URL(fileURLWithPath: file(name))
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(json.encoded()).write(to: url, options: .atomic)
  }

  func json(_ name: String) throws -> JSON {
    try JSON(parsing: Array(Data(contentsOf: URL(fileURLWithPath: file(name)))))
  }

  // Levers

  /// What a lever does at a point of the stand-in, for work that mentions `match`.
  func lever(_ kind: String, at point: String, _ value: JSON = true, match: String = "") throws {
    try write([kind: [point: ["what": value, "match": .string(match)]]], to: "sites/sandbox.json")
  }

  func releaseLevers() throws { try write([:], to: "sites/sandbox.json") }

  /// A lever that makes a job wait.
  func gate(at point: String, match: String = "") throws -> Gate {
    let gate = try Gate(path: root + "/gate-\(point)-\(UInt32.random(in: 0...UInt32.max))")
    try lever("hold", at: point, .string(gate.path), match: match)
    return gate
  }

  // What is left

  /// A bench that never had a tenant.
  private static let bare: Set<String> = [
    "sites", "sites/apps.txt", "sites/common_site_config.json", "sites/.tenantd-bench",
    "sites/.tenantd-code", "sites/.tenantd-changes",
    "sites/sandbox.json", "apps", "apps/nexus_core", "apps/nexus_core/nexus_core",
    "apps/nexus_core/nexus_core/__init__.py", "logs", "queue", "cache", "databases",
    "databases/root", "databases/locks", "databases/tenantd.sqlite",
  ]

  /// Everything in the bench's folder beside what a bare bench has: sites, database files, users,
  /// locks, queued jobs, cache keys, half-written files.
  var leftovers: [String] {
    let all = FileManager.default.enumerator(atPath: path)?.allObjects as? [String] ?? []
    return all.filter { !Self.bare.contains($0) && !isDeadLock($0) }.sorted()
  }

  /// Whether it is the file of a lock whose holder was killed: a real server has none then.
  private func isDeadLock(_ name: String) -> Bool {
    guard name.hasPrefix("databases/locks/") else { return false }
    let descriptor = open(file(name), O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return true }
    defer { close(descriptor) }
    var lock = flock()
    (lock.l_type, lock.l_whence) = (Int16(F_WRLCK), Int16(SEEK_SET))
    return fcntl(descriptor, F_GETLK, &lock) == 0 && lock.l_type == Int16(F_UNLCK)
  }

  /// The same without the locks of the sessions that live.
  var leftoversBesideLocks: [String] {
    leftovers.filter { !$0.hasPrefix("databases/locks/") }
  }

  /// The bytes of every file.
  func contents() throws -> [(name: String, bytes: Data)] {
    let all = FileManager.default.enumerator(atPath: path)?.allObjects as? [String] ?? []
    return all.compactMap { name in
      FileManager.default.contents(atPath: file(name)).map { (name, $0) }
    }
  }

  // Who works in it

  /// The agent's processes: itself, the fork server, the keeper, the jobs' children. Oldest first.
  var processes: [TestProcess] {
    TestProcess.all.filter { process in
      process.arguments.contains(path) && process.arguments.contains("-c")
    }
  }

  /// The agent's own process: the one that none of the others has forked.
  var agent: TestProcess? {
    let found = processes
    return found.first { process in !found.contains { $0.pid == process.parent } }
  }

  /// Whether its jobs' children have all ended; one that has answered takes a moment to go.
  func hasNoJob() async throws -> Bool {
    try await TestProcess.awaitEnd(of: jobs)
    return jobs.isEmpty
  }

  /// The children of the agent that are not its first two, the fork server and the keeper, and
  /// those of the fork server.
  var jobs: [TestProcess] {
    guard let agent else { return [] }
    func children(of pid: Int32) -> [TestProcess] { processes.filter { $0.parent == pid } }
    let own = children(of: agent.pid).sorted { $0.pid < $1.pid }
    let all = own.dropFirst(2) + (own.first.map { children(of: $0.pid) } ?? [])
    return all.sorted { $0.pid < $1.pid }
  }
}

/// A FIFO at which a lever holds jobs, until it is opened.
final class Gate: Sendable {
  let path: String
  private let reached = Inbox<Int32>()
  private let isOpen = Mutex(false)

  fileprivate init(path: String) throws {
    self.path = path
    guard mkfifo(path, 0o600) == 0 else { throw Trouble("no FIFO: \(errno)") }
    // Opening the writing end waits for a reader: the first job that comes.
    let reached = reached
    _ = startThread {
      let end = Foundation.open(path, O_WRONLY | O_CLOEXEC)
      if end >= 0 { reached.add(end) } else { reached.close() }
    }
  }

  /// Whether a job has come here.
  var isHeld: Bool { !reached.all.isEmpty }

  /// Returns when a job waits here.
  func hold() async throws {
    try await withTaskCancellationHandler {
      _ = try await reached.first("a job at \(path)")
    } onCancel: {
      unblock()
    }
  }

  /// Lets every job go on that waits here.
  func open() {
    let wasOpen = isOpen.withLock { isOpen in
      defer { isOpen = true }
      return isOpen
    }
    if !wasOpen { for end in reached.all { close(end) } }
  }

  /// Ends the waiting of the thread that opens the writing end.
  private func unblock() {
    let end = Foundation.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    if end >= 0 { close(end) }
  }

  deinit {
    if reached.all.isEmpty { unblock() }
    open()
  }
}

extension TestBench {
  /// What the bench's own login check says to a tenant's keys: status, and who one is.
  func logIn(with tenant: JSON) async throws -> String {
    try await logIns(with: [tenant])[0]
  }

  /// The same for several.
  func logIns(with tenants: [JSON]) async throws -> [String] {
    let session = Session(
      launcher: .sandbox(folder: path, standIn: .embedded),
      environment: Program.environment.map { "\($0)=\($1)" },
      hello: Session.Hello(
        rootUser: nil, rootPassword: nil, removeAtEnd: false, apps: [], settings: "",
        adminPassword: nil)
    ) { _ in }
    async let running: Void = session.run()
    var answers: [String] = []
    var failure: (any Error)?
    do {
      for tenant in tenants {
        let (status, user) = try await Agent(session: session).request(
          url: "wsgi:", site: tenant["site"]?.string ?? "",
          path: "/api/method/frappe.auth.get_logged_user",
          apiKey: Secret(tenant["apiKey"]?.string ?? ""),
          apiSecret: Secret(tenant["apiSecret"]?.string ?? ""), timeout: 30)
        answers.append("\(status) \(user ?? "")")
      }
    } catch {
      failure = error
    }
    await session.close()
    await running
    if let failure { throw failure }
    return answers
  }
}

extension Daemon {
  /// A serving tenantd on a sandbox.
  /// - Parameter arguments: beside `--sandbox`.
  convenience init(
    on bench: TestBench, _ arguments: [String] = [], environment: [String: String] = [:]
  ) throws {
    try self.init(["--sandbox=\(bench.path)"] + arguments, environment: environment)
  }
}

/// Runs a conversation on a bench of its own and ends it in order.
func withDaemon(
  _ arguments: [String] = [], environment: [String: String] = [:],
  sourceLocation: SourceLocation = #_sourceLocation,
  _ body: (Daemon, TestBench) async throws -> Void
) async throws {
  let bench = try TestBench()
  let daemon = try Daemon(on: bench, arguments, environment: environment)
  try await body(daemon, bench)
  try await daemon.finish(sourceLocation: sourceLocation)
}
