// The way out after a signal: no new work, a grace period, then undo.

import JSONRPC
import Tenancy

/// SIGTERM or SIGINT begins it; a second one ends the grace period at once.
final class Shutdown: Sendable {
  private let service: Service
  private let connection: Connection
  private let signals: AsyncStream<Int32>
  private let signal: AsyncStream<Int32>.Continuation

  init(service: Service, connection: Connection) {
    (self.service, self.connection) = (service, connection)
    (signals, signal) = AsyncStream.makeStream()
  }

  /// From the signal thread.
  @Sendable func receive(_ number: Int32) { signal.yield(number) }

  /// The input has ended and everything was answered: there is nothing to do any more.
  func finish() { signal.finish() }

  /// Waits for signals and carries the shutdown out.
  func run() async {
    var iterator = signals.makeAsyncIterator()
    guard let number = await iterator.next() else { return }
    service.log(
      .info, "shutting down",
      ["signal": .integer(Int64(number)), "grace": service.configuration.grace.json])
    service.provisioner.drain(refuseWaiting: true)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { [service] in await service.provisioner.idle() }
      group.addTask { [service] in try? await Task.sleep(for: service.configuration.grace) }
      group.addTask { [signals] in for await _ in signals { break } }
      await group.next()
      group.cancelAll()
    }
    service.provisioner.stopAll()
    await service.provisioner.idle()
    // What is left is no provision: a clean-up that waits, or a look at the bench.
    connection.cancelAll()
    connection.stopReading()
  }
}
