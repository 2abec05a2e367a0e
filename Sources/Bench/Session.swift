// The warm session: one agent in the bench, started when needed, kept, and started again when it
// dies. The shell around `SessionState`.

import JSONRPC

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What happens to a session, for logs and for whoever cleans up after a lost one.
public enum SessionEvent: Sendable {
  case started(BenchFacts, seconds: Double)
  case failed(BenchError)
  case ended(BenchError)
  /// A standby's process has ended without a claim: the site may be anybody's, or gone.
  case standbyEnded
  /// Something has changed; told before the answer of the job that did it.
  case overview(BenchOverview)
  /// A line that the launcher, the agent or Frappe wrote to standard error.
  case output(String)
}

/// One session to a bench. `run()` owns it; calls may come from anywhere.
public actor Session {
  /// From the launch to the agent's first answer.
  static let startLimit = Duration.seconds(60)
  /// The same once nobody wants the session any more.
  static let closeLimit = Duration.seconds(10)

  private let launcher: Launcher
  private let environment: [String]
  private let hello: Hello
  private let events: @Sendable (SessionEvent) -> Void
  private let progress = ProgressTable()

  private var state = SessionState()
  private var connection: Connection?
  /// The process that has not said who it is yet.
  private var launched: (process: ChildProcess, watch: ProcessWatch)?
  private var launchLimit: Task<Void, Never>?
  private var waiting: [Int: CheckedContinuation<BenchError?, Never>] = [:]
  private var lastWaiter = 0
  private var ending: [AsyncStream<Never>.Continuation] = []
  private var rest: Task<Void, Never>?
  /// The bench's facts while there is a session.
  public private(set) var facts: BenchFacts?

  /// - Parameters:
  ///   - environment: the child's whole environment, as `NAME=value`.
  ///   - events: called in order, from any thread; it must be quick.
  public init(
    launcher: Launcher, environment: [String], hello: Hello,
    events: @escaping @Sendable (SessionEvent) -> Void
  ) {
    (self.launcher, self.environment) = (launcher, environment)
    (self.hello, self.events) = (hello, events)
  }

  /// Why there is no session now; nil when there is one or the first is still starting.
  public var trouble: BenchError? { state.trouble }

  /// Keeps a session until `close()`; returns when the last process has ended.
  public func run() async {
    while state.state != .closed {
      perform(state.begin())
      await serveOnce()
      await rest?.value
    }
  }

  /// Ends the session: the agent's input closes, and it ends with its children.
  public func close() {
    perform(state.close())
    connection?.stopReading()
    if let launched { limit(launched.process, launched.watch, to: Self.closeLimit) }
  }

  /// Returns when the session that stands now has ended, at once when there is none, or when the task
  /// is cancelled.
  public func renewed() async {
    if let connection { await ended(connection) }
  }

  private func ended(_ connection: Connection) async {
    guard self.connection === connection else { return }
    let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
    ending.append(continuation)
    for await _ in stream {}
  }

  /// Calls a method of the agent, waiting for the session first.
  /// - Parameters:
  ///   - job: what the agent knows the call by; cancelling the task ends that job in the bench,
  ///     and the call then throws its `cancelled`.
  ///   - progress: called for each step event of the job while the call lasts.
  public func call(
    _ method: String, _ params: JSONObject, job: String? = nil,
    progress: (@Sendable (JSON) -> Void)? = nil
  ) async throws(BenchError) -> JSON {
    try await ready()
    guard let connection else { throw state.trouble ?? SessionState.closedError }
    if let job, let progress { self.progress.add(job, progress) }
    defer { if let job, progress != nil { self.progress.remove(job) } }
    let outcome: Result<JSON, CallError>
    do throws(CallError) {
      outcome = .success(
        try await connection.call(
          method, .object(params),
          withdrawal: job.map { ("cancel", ["job": .string($0)]) }))
    } catch {
      outcome = .failure(error)
    }
    switch outcome {
    case .success(let result): return result
    case .failure(.closed):
      // The next call must not meet the connection that is ending, nor its process.
      await ended(connection)
      throw .unreachable(reason: "The session to the bench ended during \(method).")
    case .failure(.rejected(let error)): throw BenchError(answer: error)
    }
  }

  // One attempt, from the launch to the end of its process

  private func serveOnce() async {
    let clock = ContinuousClock()
    let start = clock.now
    let process: ChildProcess
    do {
      process = try ChildProcess.spawn(launcher.arguments, environment: environment)
    } catch {
      events(.failed(error))
      perform(state.ended(error))
      return
    }
    let (events, program) = (events, AgentSource.program(withSandbox: launcher.isSandbox))
    let watch = ProcessWatch(process, program: program) { events(.output($0)) }
    // From here on, for one that does not even read the program.
    launched = (process, watch)
    limit(process, watch, to: state.state == .closed ? Self.closeLimit : Self.startLimit)
    await watch.fed()
    let connection = Connection(input: process.standardOutput, output: process.standardInput)
    let progress = progress
    var worked = false
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        await connection.run { request in
          if request.method == "standbyEnded" { events(.standbyEnded) }
          if request.method == "overview", let params = request.params {
            events(.overview(BenchOverview(params)))
          }
          progress.deliver(request)
          return .fail(.methodNotFound(request.method))
        }
      }
      if let facts = await greet(connection) {
        worked = true
        (self.facts, self.connection) = (facts, connection)
        events(.started(facts, seconds: (clock.now - start) / .seconds(1)))
        perform(state.started())
      }
      if state.state != .ready { connection.stopReading() }
      launched = nil
      launchLimit?.cancel()
      await group.waitForAll()
    }
    let end = await teardown(process, watch)
    let error =
      state.state == .closed
      ? SessionState.closedError
      : BenchError.reading(program: launcher.program, output: end.lastLines, end: end.how)
    (self.facts, self.connection) = (nil, nil)
    perform(state.ended(error))
    for continuation in ending { continuation.finish() }
    ending = []
    events(worked ? .ended(error) : .failed(error))
  }

  /// Kills the process unless it says before then who it is.
  private func limit(_ process: ChildProcess, _ watch: ProcessWatch, to limit: Duration) {
    launchLimit?.cancel()
    launchLimit = Task {
      guard (try? await Task.sleep(for: limit)) != nil, !watch.hasEnded else { return }
      process.signal(SIGKILL)
    }
  }

  private func greet(_ connection: Connection) async -> BenchFacts? {
    do {
      let answer = try await connection.call("hello", .object(hello.message))
      let apps = answer["apps"]?.object?.members ?? []
      return BenchFacts(
        frappe: answer["frappe"]?.string ?? "unknown",
        apps: apps.map { ($0.key, $0.value.string ?? "unknown") },
        bench: answer["bench"]?.string ?? "unknown")
    } catch {
      return nil
    }
  }

  /// The agent's input is closed by now: give it time to end its children, then insist.
  private func teardown(_ process: ChildProcess, _ watch: ProcessWatch) async -> ProcessWatch.End {
    let insist = Task {
      for (seconds, number) in [(3, SIGTERM), (2, SIGKILL)] {
        guard (try? await Task.sleep(for: .seconds(seconds))) != nil else { return }
        if !watch.hasEnded { process.signal(number) }
      }
    }
    let end = await watch.end()
    insist.cancel()
    return end
  }

  // Waiting for a session

  /// Waits until there is a session; what prevents one is thrown. Ends with its task.
  public func ready() async throws(BenchError) {
    lastWaiter += 1
    let waiter = lastWaiter
    let error: BenchError? = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        waiting[waiter] = continuation
        perform(Task.isCancelled ? [.fail([waiter], Self.cancelled)] : state.want(waiter))
      }
    } onCancel: {
      Task { await self.giveUp(waiter) }
    }
    if let error { throw error }
  }

  /// Waits until a session that was lost has come back, over attempts that fail.
  /// - Parameter limit: how long the attempts may go on; the last one's error is thrown then.
  public func ready(within limit: Duration) async throws(BenchError) {
    let deadline = ContinuousClock.now + limit
    while true {
      do throws(BenchError) {
        return try await ready()
      } catch {
        guard state.state != .closed, ContinuousClock.now < deadline, !Task.isCancelled else {
          throw error
        }
        await rest?.value
      }
    }
  }

  private static let cancelled = BenchError.refused(
    kind: "cancelled", reason: "The request was cancelled.", site: nil)

  private func giveUp(_ waiter: Int) {
    state.forget(waiter)
    perform([.fail([waiter], Self.cancelled)])
  }

  private func perform(_ actions: [SessionState.Action]) {
    for action in actions {
      switch action {
      case .launch: break  // `run()` is about to
      case .rest(let seconds):
        rest = Task { try? await Task.sleep(for: .seconds(seconds)) }
      case .wake: rest?.cancel()
      case .resume(let waiters): resume(waiters, nil)
      case .fail(let waiters, let error): resume(waiters, error)
      }
    }
  }

  private func resume(_ waiters: [Int], _ error: BenchError?) {
    for waiter in waiters { waiting.removeValue(forKey: waiter)?.resume(returning: error) }
  }
}
