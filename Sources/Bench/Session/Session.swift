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

/// One session to a bench. `run()` owns it; calls may come from anywhere.
public actor Session {
  /// From the launch to the agent's first answer.
  static let startLimit = Duration.seconds(60)
  /// The same once nobody wants the session any more.
  static let closeLimit = Duration.seconds(10)

  private let launcher: Launcher
  private let environment: [String]
  private let hello: Hello
  private let pingInterval: Duration
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
  /// The agent's process in the bench, as it told; kept for the session after.
  private var agent: JSON?
  /// Whether the process is ended because it does not answer.
  private var isSilent = false
  /// The bench's facts while there is a session.
  public private(set) var facts: BenchFacts?

  /// - Parameters:
  ///   - environment: the child's whole environment, as `NAME=value`.
  ///   - pingInterval: between two pings, and for the answer to one. The agent answers in
  ///     milliseconds whatever its jobs do, so that only what is stopped or cut off misses two.
  ///   - events: called in order, from any thread; it must be quick.
  public init(
    launcher: Launcher, environment: [String], hello: Hello,
    pingInterval: Duration = .seconds(5),
    events: @escaping @Sendable (SessionEvent) -> Void
  ) {
    (self.launcher, self.environment) = (launcher, environment)
    (self.hello, self.pingInterval, self.events) = (hello, pingInterval, events)
  }

  /// Why there is no session now; nil when there is one or the first is still starting.
  public var trouble: BenchError? { state.trouble }

  /// The same as an error of whoever has waited for a session in vain.
  public var absence: BenchError {
    .lost(state.trouble ?? .unreachable(reason: "The session to the bench has not come back yet."))
  }

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
          // A job is ended in the bench; what only looks has nothing to end.
          whenCancelled: job.map { .tell(method: "cancel", params: ["job": .string($0)]) }
            ?? .abandon))
    } catch {
      outcome = .failure(error)
    }
    switch outcome {
    case .success(let result): return result
    case .failure(.closed):
      // The next call must not meet the connection that is ending, nor its process.
      await ended(connection)
      throw .lost(.unreachable(reason: "The session to the bench ended during \(method)."))
    case .failure(.abandoned): throw .cancelled
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
    let (events, program) = (events, AgentSource.program(with: launcher.standIn?.modules ?? []))
    let watch = ProcessWatch(process, program: program) { events(.output($0)) }
    // From here on, for one that does not even read the program.
    launched = (process, watch)
    limit(process, watch, to: state.state == .closed ? Self.closeLimit : Self.startLimit)
    await watch.programDelivered()
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
      launched = nil
      launchLimit?.cancel()
      if state.isReady {
        group.addTask { await self.watch(connection, process) }
      } else {
        connection.stopReading()
      }
      // The connection's own end; what watches it has no other.
      await group.next()
      group.cancelAll()
    }
    let end = await teardown(process, watch)
    let error =
      if state.state == .closed {
        SessionState.closedError
      } else if isSilent {
        BenchError.unreachable(reason: "The agent in the bench did not answer any more.")
      } else {
        BenchError.ofLauncher(launcher.executable, output: end.lastLines, end: end.how)
      }
    isSilent = false
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
      let answer = try await connection.call("hello", .object(hello.message(predecessor: agent)))
      agent = answer["process"]
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

  /// Pings the agent for as long as the connection lasts, and ends the process of one that does not
  /// answer any more: it is stopped, or the way to it is cut. What it was working on is lost with it.
  private func watch(_ connection: Connection, _ process: ChildProcess) async {
    await withDiscardingTaskGroup { pings in
      while (try? await Task.sleep(for: pingInterval)) != nil {
        for action in state.tick() {
          switch action {
          case .ping:
            pings.addTask {
              let answer = try? await connection.call("ping", [:], whenCancelled: .abandon)
              if answer != nil { await self.heard() }
            }
          case .kill:
            isSilent = true
            process.signal(SIGKILL)
            connection.stopReading()
          default: break
          }
        }
      }
    }
  }

  private func heard() { state.heard() }

  // Waiting for a session

  /// Waits until there is a session; what prevents one is thrown. Ends with its task.
  public func ready() async throws(BenchError) { try await wait(isPatient: false) }

  /// The same, over attempts that fail when there has been a session before. Ends with its task, and
  /// throws then what the last attempt failed for.
  public func restored() async throws(BenchError) { try await wait(isPatient: true) }

  private func wait(isPatient: Bool) async throws(BenchError) {
    lastWaiter += 1
    let waiter = lastWaiter
    let error: BenchError? = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        waiting[waiter] = continuation
        perform(state.want(waiter, isPatient: isPatient))
        if Task.isCancelled { giveUp(waiter) }
      }
    } onCancel: {
      Task { await self.giveUp(waiter) }
    }
    if let error { throw error }
  }

  private func giveUp(_ waiter: Int) { perform(state.forget(waiter)) }

  private func perform(_ actions: [SessionState.Action]) {
    for action in actions {
      switch action {
      case .launch, .ping, .kill: break  // `run()` and `watch` are about to
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
