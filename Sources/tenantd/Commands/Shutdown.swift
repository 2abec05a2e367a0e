// The way out after a signal: no new work, a grace period, then undo. Each part has a limit.

import JSONRPC
import Synchronization
import Tenancy

/// SIGTERM, SIGINT or SIGHUP begins it; a second one ends the grace period at once and leaves the
/// rest a second; a third ends the process.
final class Shutdown: Sendable {
  /// For what is being undone: an interrupted call and an undo have limits of their own.
  private static let undoLimit = Duration.seconds(40)
  /// For answers that nobody has read yet.
  private static let outputLimit = Duration.seconds(5)
  /// For the session to end, and what it has begun.
  private static let closeLimit = Duration.seconds(20)

  private struct State {
    var signals = 0
    /// From then on nothing but the output is waited for.
    var isFlushing = false
  }

  private let service: Service
  private let connection: Connection
  private let counted: EndingSignals
  private let state = Mutex(State())
  /// They end with the first signal, or the input; and with the second.
  private let (begun, begin) = AsyncStream.makeStream(of: Never.self)
  private let (hurried, hurry) = AsyncStream.makeStream(of: Never.self)

  init(service: Service, connection: Connection) {
    (self.service, self.connection) = (service, connection)
    let limit = service.configuration.grace + Self.undoLimit + Self.outputLimit + Self.closeLimit
    counted = EndingSignals(limit: limit, log: service.log)
  }

  /// Whether a signal has come, so that nothing is finished for later.
  var hasSignal: Bool { state.withLock { $0.signals > 0 } }

  /// From the signal thread.
  @Sendable func receive(_ number: Int32) {
    let count = counted.receive()
    let isFlushing = state.withLock { state in
      state.signals = count
      return state.isFlushing
    }
    begin.finish()
    service.pool.abandon()
    guard count > 1 else { return }
    hurry.finish()
    if isFlushing { connection.limitOutput(to: .zero) }
  }

  /// The input has ended and everything was answered: the session is to be ended, and no more.
  func finish() {
    begin.finish()
    LastResort.end(
      after: service.configuration.grace + Self.closeLimit, log: service.log,
      "the session to the bench did not end")
  }

  /// Waits for a signal and carries the shutdown out.
  func run() async {
    for await _ in begun {}
    guard state.withLock({ $0.signals > 0 }) else { return }
    service.log(.info, "shutting down", ["grace": service.configuration.grace.json])
    service.provisioner.drain(refuseWaiting: true)
    await idle(within: service.configuration.grace, orHurried: true)
    service.provisioner.stopAll()
    await idle(within: Self.undoLimit, orHurried: false)
    // What is left is no provision: a clean-up that waits, or a look at the bench.
    connection.cancelAll()
    let isHurried = state.withLock { state in
      state.isFlushing = true
      return state.signals > 1
    }
    connection.limitOutput(to: isHurried ? .zero : Self.outputLimit)
    connection.stopReading()
  }

  /// Returns when no job is left, when the time is over, or at the second signal.
  private func idle(within limit: Duration, orHurried: Bool) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { [service] in await service.provisioner.idle() }
      group.addTask { try? await Task.sleep(for: limit) }
      if orHurried { group.addTask { [hurried] in for await _ in hurried {} } }
      await group.next()
      group.cancelAll()
    }
  }
}
