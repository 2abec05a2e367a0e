// The life of a connection: the thread that reads, answers and writes, and the tasks beside it.

/// A long request, on its way from the reading thread to its task.
struct Job: Sendable {
  let ticket: Ticket
  let work: @Sendable () async throws(RPCError) -> JSON
  /// Ends when the task is to be cancelled, and when it is done.
  let cancelled: AsyncStream<Void>
}

extension Connection {
  /// What the reader collects before it writes, at most.
  private static let cork = 1 << 16
  /// At the end, how long nobody may take anything of what waits to be written.
  private static let patience = Duration.seconds(300)
  /// How often memory is given back at most: that takes milliseconds.
  private static let rest = Duration.seconds(1)

  /// Changes the state, and writes what that has queued.
  func change(_ body: (inout ConnectionState) -> Void) {
    state.withLock { state in
      body(&state)
      guard state.phase != .closed else { return state.outbox.close() }
      guard !state.isCorked, !state.outbox.isEmpty else { return }
      state.write(to: output)
      if !state.outbox.isEmpty || state.outputFailure != nil { wake(&state) }
    }
  }

  /// Makes the reading thread look at the state again.
  func wake(_ state: inout ConnectionState) {
    guard !state.isWoken, state.phase != .closed else { return }
    state.isWoken = true
    wakeUp?.send()
  }

  /// Enters the first run; `false` for any other.
  func begin() -> Bool {
    state.withLock { state in
      guard state.phase == .ready else { return false }
      state.phase = .reading
      return true
    }
  }

  /// Waits until the last byte is written, or nobody takes it, and all is closed.
  func flush() async {
    await withCheckedContinuation { continuation in
      state.withLock { state in
        state.ending = continuation
        state.phase = .flushing
        if state.outputDeadline == nil {
          state.outputPatience = Self.patience
          state.outputDeadline = .now + Self.patience
        }
        wake(&state)
      }
    }
  }

  /// Closes the descriptors, once.
  func close() {
    let ending = state.withLock { state in
      guard state.phase != .closed else { return nil as CheckedContinuation<Void, Never>? }
      state.phase = .closed
      state.outbox.close()
      state.endCalls()
      closeDescriptor(input)
      if output != input { closeDescriptor(output) }
      wakeUp?.close()
      return state.ending.take()
    }
    ending?.resume()
  }

  // MARK: The thread

  /// What the thread is to do next.
  private enum Step {
    case wait(input: Bool, output: Bool, until: ContinuousClock.Instant?)
    case report(Event)
    case giveBackMemory
    case stopReading
    case end
  }

  /// The thread, from the first byte to the last.
  func serve(
    _ handler: @escaping @Sendable (Request) -> Handling, _ jobs: AsyncStream<Job>.Continuation
  ) {
    let reader = Reader(connection: self, handler: handler, jobs: jobs)
    var poller = Poller(input: input, output: output, wakeUp: wakeUp?.descriptor)
    var framer = LineFramer(maximum: maximumLine)
    var buffer = [UInt8](repeating: 0, count: 1 << 16)

    while true {
      switch nextStep() {
      case .wait(let input, let output, let end):
        let ready = poller.wait(input: input, output: output, until: end)
        if ready.wakeUp { receiveWakeUp() }
        if ready.output || output { state.withLock { $0.write(to: self.output) } }
        if ready.input, !read(&framer, &buffer, &poller, reader) { finishReading(jobs) }
      case .report(let event):
        onEvent(event)
      case .giveBackMemory:
        trimMemory()
      case .stopReading:
        finishReading(jobs)
      case .end:
        return close()
      }
    }
  }

  private func nextStep() -> Step {
    state.withLock { state in
      if let errno = state.outputFailure.take() { return .report(.outputClosed(errno: errno)) }
      let output = !state.outbox.isEmpty
      var end = output ? state.outputDeadline : nil
      if state.givingsBack > 0, state.isIdle {
        guard .now < state.memoryDue else {
          state.shrink()
          state.memoryDue = .now + Self.rest
          return .giveBackMemory
        }
        end = state.memoryDue
      }
      switch state.phase {
      case .ready, .reading:
        if state.isStopped || state.outbox.isClosed { return .stopReading }
        return .wait(input: true, output: output, until: end)
      case .finishing:
        return .wait(input: false, output: output, until: end)
      case .flushing, .closed:
        return output ? .wait(input: false, output: true, until: end) : .end
      }
    }
  }

  private func receiveWakeUp() {
    wakeUp?.receive()
    state.withLock { $0.isWoken = false }
  }

  private func finishReading(_ jobs: AsyncStream<Job>.Continuation) {
    state.withLock { state in
      if state.phase == .reading { state.phase = .finishing }
      state.endCalls()
    }
    jobs.finish()
  }

  /// Reads once and serves what that completes. Returns whether there can be more.
  private func read(
    _ framer: inout LineFramer, _ buffer: inout [UInt8], _ poller: inout Poller, _ reader: Reader
  ) -> Bool {
    let transfer = buffer.withUnsafeMutableBytes { readSome(input, into: $0) }
    state.withLock { $0.isCorked = true }
    defer {
      state.withLock { state in
        state.isCorked = false
        state.write(to: output)
      }
    }
    switch transfer {
    case .notNow:
      return true
    case .moved(let count) where count > 0:
      framer.feed(buffer.span.extracting(0..<count)) { frame, bytes in
        if waitForRoom(&poller) { reader.serve(frame, bytes) }
      }
      return true
    case .failed(let errno):
      onEvent(.inputFailed(errno: errno))
      fallthrough
    case .moved:
      framer.finish(reader.serve)
      return false
    }
  }

  /// Before each line, since few of them may ask for much. Returns whether there is room; there is
  /// none any more when the reading is ended meanwhile.
  private func waitForRoom(_ poller: inout Poller) -> Bool {
    guard state.withLock({ $0.outbox.count > maximumBacklog }) else { return true }
    repeat {
      let ready = poller.wait(
        input: false, output: true, until: state.withLock { $0.outputDeadline })
      if ready.wakeUp { receiveWakeUp() }
      let isStopped = state.withLock { state in
        state.write(to: output)
        return state.isStopped
      }
      if isStopped { return false }
    } while state.withLock({ $0.outbox.count > maximumBacklog / 2 })
    return true
  }

  /// Writes early when the reader has collected much.
  func writeIfMuch(_ state: inout ConnectionState) {
    if state.outbox.count >= Self.cork { state.write(to: output) }
  }

  // MARK: The tasks

  /// Runs a long request in a child task that can be cancelled by itself.
  func perform(_ job: Job) async {
    await withTaskGroup(of: Void.self) { group in
      if state.withLock({ $0.requests.isCancelled(job.ticket) }) { group.cancelAll() }
      group.addTask {
        let outcome: Result<JSON, RPCError>
        do throws(RPCError) {
          outcome = .success(try await job.work())
        } catch {
          outcome = .failure(error)
        }
        self.finish(job.ticket, outcome)
      }
      for await _ in job.cancelled {}
      group.cancelAll()
    }
  }

  /// Answers a long request.
  func finish(_ ticket: Ticket, _ outcome: Result<JSON, RPCError>) {
    change { state in
      state.complete(ticket, outcome)
      state.tasks.removeValue(forKey: ticket)?.finish()
      if state.givingsBack > 0, state.requests.isEmpty { wake(&state) }
    }
  }
}
