// What is done with each line, on the reading thread, in the order in which they came.

struct Reader {
  let connection: Connection
  let handler: @Sendable (Request) -> Handling
  let jobs: AsyncStream<Job>.Continuation

  /// Serves a line.
  func serve(_ frame: Frame, _ bytes: Span<UInt8>) {
    guard frame == .line else {
      return refuse(bytes, .lineTooLong(maximum: connection.maximumLine))
    }
    do throws(JSONSyntaxError) {
      switch try JSON(parsing: bytes) {
      case .array(let elements): serve(batch: elements, size: bytes.count)
      case let json: serve(Message(json), batch: nil, size: bytes.count)
      }
      if bytes.count > ConnectionState.large {
        connection.state.withLock { $0.swell() }
      }
    } catch {
      refuse(bytes, .parseError(error.description))
    }
  }

  /// Answers a line that could not be read, with the id if that could.
  private func refuse(_ bytes: Span<UInt8>, _ error: RPCError) {
    let id = RequestID(salvagedFrom: bytes) ?? .null
    answer(Response(id: id, outcome: .failure(error)), batch: nil)
  }

  /// A line cannot hold more requests than this, as short as they may be.
  private static let largestBatch = 32_768

  private func serve(batch elements: [JSON], size: Int) {
    guard elements.count <= Self.largestBatch else {
      let error = RPCError.invalidRequest(
        "a batch has at most \(Self.largestBatch) messages")
      return answer(Response(id: .null, outcome: .failure(error)), batch: nil)
    }
    guard !elements.isEmpty else {
      let error = RPCError.invalidRequest("a batch has at least one message")
      return answer(Response(id: .null, outcome: .failure(error)), batch: nil)
    }
    let batch = connection.state.withLock { $0.requests.openBatch(size: size) }
    for element in elements { serve(Message(element), batch: batch, size: 0) }
    connection.state.withLock { $0.deliver($0.requests.closeBatch(batch)) }
  }

  /// - Parameter size: Bytes of the line, unless they are counted as a batch's.
  private func serve(_ message: Message, batch: Ticket?, size: Int) {
    switch message {
    case .request(let request): serve(request, batch: batch, size: size)
    case .response(let response): accept(response)
    case .invalid(let response): answer(response, batch: batch)
    }
  }

  private func serve(_ request: Request, batch: Ticket?, size: Int) {
    // Entered first: the handler may already send progress for it.
    let entered = connection.state.withLock {
      $0.requests.enter(request.id, batch: batch, size: size)
    }
    guard let ticket = entered else {
      let id = request.id ?? .null
      return answer(Response(id: id, outcome: .failure(.duplicateID)), batch: batch)
    }
    switch handler(request) {
    case .reply(let result): complete(ticket, .success(result))
    case .fail(let error): complete(ticket, .failure(error))
    case .task(let isUrgent, let work): start(ticket, isUrgent, work)
    }
  }

  private func start(
    _ ticket: Ticket, _ isUrgent: Bool,
    _ work: @escaping @Sendable () async throws(RPCError) -> JSON
  ) {
    let (cancelled, cancellation) = AsyncStream.makeStream(of: Void.self)
    let isCancelled = connection.state.withLock { state -> Bool? in
      guard state.requests.hasRoom(isUrgent: isUrgent) else { return nil }
      if state.requests.count > RequestLimits.many { state.swell() }
      state.tasks[ticket] = cancellation
      return state.requests.start(ticket)
    }
    guard let isCancelled else { return complete(ticket, .failure(connection.refusal)) }
    if isCancelled { cancellation.finish() }
    let job = Job(ticket: ticket, work: work, cancelled: cancelled)
    if case .terminated = jobs.yield(job) {
      connection.finish(ticket, .failure(.internalError("The connection is ending.")))
    }
  }

  private func complete(_ ticket: Ticket, _ outcome: Result<JSON, RPCError>) {
    connection.state.withLock { state in
      state.complete(ticket, outcome)
      connection.writeIfMuch(&state)
    }
  }

  private func answer(_ response: Response, batch: Ticket?) {
    connection.state.withLock { state in
      state.deliver(state.requests.refuse(response, batch: batch))
      connection.writeIfMuch(&state)
    }
  }

  private func accept(_ response: Response) {
    let caller = connection.state.withLock { state in
      state.calls.answer(response.id).flatMap { state.callers.removeValue(forKey: $0) }
    }
    guard let caller else { return connection.onEvent(.strayResponse(response.id)) }
    caller.resume(returning: response.outcome.mapError { .rejected($0) })
  }
}
