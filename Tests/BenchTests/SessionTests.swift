// The session on a sandbox: it comes by itself, comes back after a death, and ends its agent.
import Foundation
import JSONRPC
import Synchronization
import Testing

@testable import Bench
@testable import Harness

@Suite(.serialized, .timeLimit(.minutes(1)))
struct SessionTests {
  /// As the program does: what is written to a process that is gone is an error, not the end.
  init() { signal(SIGPIPE, SIG_IGN) }

  private func withSession(
    _ launcher: (String) -> Launcher = { .sandbox(folder: $0, standIn: .sandbox) },
    _ body: (Session, AsyncStream<SessionEvent>, String) async throws -> Void
  ) async throws {
    let folder = NSTemporaryDirectory() + "tenantd-session-\(UInt64.random(in: 0 ... .max))"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (events, event) = AsyncStream.makeStream(of: SessionEvent.self)
    let session = Session(
      launcher: launcher(folder),
      environment: ["PATH=\(Program.environment["PATH"] ?? "/usr/bin:/bin")"],
      hello: Session.Hello(
        rootUser: nil, rootPassword: nil, removeAtEnd: false, apps: ["nexus_core"], settings: "x",
        adminPassword: nil)
    ) { event.yield($0) }
    async let running: Void = session.run()
    let result: Result<Void, any Error>
    do {
      result = .success(try await body(session, events, folder))
    } catch {
      result = .failure(error)
    }
    await session.close()
    await running
    event.finish()
    try result.get()
  }

  @Test func itSaysWhoItIs() async throws {
    try await withSession { session, events, folder in
      try await session.ready()
      let facts = try #require(await session.facts)
      #expect(facts.frappe.hasPrefix("15"))
      #expect(facts.apps.map(\.name).sorted() == ["frappe", "nexus_core"])
      #expect(facts.bench == URL(fileURLWithPath: folder).resolvingSymlinksInPath().path)
      #expect(await session.trouble == nil)
      let sites = try await Agent(session: session).sites()
      #expect(sites.isEmpty)
    }
  }

  @Test func anUnknownMethodIsRefused() async throws {
    try await withSession { session, _, _ in
      await #expect(throws: BenchError.self) { _ = try await session.call("nonsense", [:]) }
      // It goes on.
      let sites = try await Agent(session: session).sites()
      #expect(sites.isEmpty)
    }
  }

  /// A session that nobody runs never comes: whoever waits for it goes with its task.
  @Test func aWaitEndsWithItsTask() async throws {
    let session = Session(
      launcher: .sandbox(folder: "/no/such/folder", standIn: .sandbox), environment: [],
      hello: Session.Hello(
        rootUser: nil, rootPassword: nil, removeAtEnd: false, apps: [], settings: "x",
        adminPassword: nil)
    ) { _ in }
    let came: Bool? = try await within(.milliseconds(20)) { () throws(BenchError) in
      try await session.ready()
      return true
    }
    #expect(came == nil)
    let task = Task { try await session.restored() }
    task.cancel()
    await #expect(throws: BenchError.cancelled) { try await task.value }
  }

  #if os(Linux)
    /// Whoever was told that the session has ended does not meet its end once more.
    @Test func theNextCallMeetsTheNextSession() async throws {
      try await withSession { session, _, folder in
        for _ in 0..<3 {
          try await session.ready()
          let agent = try #require(agents(of: folder).first)
          kill(agent, SIGSTOP)
          async let lost = Agent(session: session).sites()
          kill(agent, SIGKILL)
          // It may have come too late for that session.
          _ = try? await lost
          let sites = try await Agent(session: session).sites()
          #expect(sites.isEmpty)
        }
      }
    }

    @Test func itComesBackAfterTheAgentsDeath() async throws {
      try await withSession { session, events, folder in
        for _ in 0..<2 {
          try await session.ready()
          let agent = try #require(agents(of: folder).first)
          kill(agent, SIGKILL)
          await session.renewed()
          let sites = try await Agent(session: session).sites()
          #expect(sites.isEmpty)
          #expect(agents(of: folder).first != agent)
        }
        var started = 0
        var ended = 0
        for await event in events {
          if case .started = event { started += 1 }
          if case .ended(let error) = event {
            ended += 1
            #expect(error.reason.contains("signal 9"), "\(error)")
          }
          if started == 3 { break }
        }
        #expect(ended == 2)
      }
    }

    @Test func nothingIsLeftOfItWhenItIsClosed() async throws {
      var place = ""
      try await withSession { session, _, folder in
        try await session.ready()
        place = folder
        #expect(!agents(of: folder).isEmpty)
      }
      #expect(agents(of: place).isEmpty)
    }

    /// A launcher that does not even read the program: closing the session ends it all the same.
    @Test func whatDoesNotStartIsKilled() async throws {
      let stubborn = """
        import signal, time
        for number in (signal.SIGTERM, signal.SIGHUP): signal.signal(number, signal.SIG_IGN)
        while True: time.sleep(1000)
        """
      var place = ""
      try await withSession { folder in
        Launcher(prefix: ["python3", "-c", stubborn, folder], python: "x")
      } _: { session, _, folder in
        place = folder
        while agents(of: folder).isEmpty { await Task.yield() }
        await session.close()
        await #expect(throws: BenchError.self) { try await session.ready() }
      }
      #expect(agents(of: place).isEmpty)
    }

    /// The processes that have the bench's folder among their arguments, oldest first.
    private func agents(of folder: String) -> [pid_t] {
      let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
      return all.compactMap { pid_t($0) }.sorted().filter { pid in
        guard let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else {
          return false
        }
        return line.split(separator: 0).contains { $0.elementsEqual(folder.utf8) }
      }
    }
  #endif
}
