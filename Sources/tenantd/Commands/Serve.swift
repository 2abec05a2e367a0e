// The main command: serves the wire until its input ends or a signal comes.

import JSONRPC
import Tenancy

enum Serve {
  /// Returns the exit code.
  static func run(_ configuration: Configuration) async -> Int32 {
    guard let wire = StandardStreams.takeWire() else {
      Log(settings: configuration.log)(.error, "no descriptors are left for the wire")
      return 1
    }
    let service = Service(configuration)
    var limits = RequestLimits()
    // A queue that is longer than that was wanted so.
    limits.requests += configuration.queue + configuration.concurrency
    let connection = Connection(input: wire.input, output: wire.output, limits: limits) { event in
      switch event {
      case .outputClosed:
        service.log(
          .warning, "nobody reads standard output any more", ["event": .string("\(event)")])
      default: service.log(.debug, "wire: \(event)")
      }
    }
    let shutdown = Shutdown(service: service, connection: connection)
    Signals.handle(shutdown.receive)
    let dispatcher = Dispatcher(service: service, connection: connection)
    await withDiscardingTaskGroup { group in
      group.addTask { await service.run() }
      group.addTask { await shutdown.run() }
      await connection.run(dispatcher.handle)
      await service.pool.stop(finishing: !shutdown.hasSignal)
      shutdown.finish()
      await service.close()
    }
    service.log(.info, "ended")
    return 0
  }
}
