// What doctor and selftest share: a service without a wire, and a printed checklist.

import JSONRPC

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A line is seen when it is told, also by who reads a pipe.
func flushOutput() { fflush(nil) }

enum Checklist {
  /// For the undo of the tenant under test, and the end of the session.
  private static let endLimit = Duration.seconds(60)

  /// Runs the checks on a service of their own and prints each as it comes, or all as one JSON
  /// document. The exit code is 0 when every finding is well.
  static func run(
    _ configuration: Configuration, json: Bool,
    _ check: (Service, (Finding) -> Void) async -> Void
  ) async -> Int32 {
    var configuration = configuration
    // A report, and no lines between its own; nor work that nobody asked for.
    configuration.log.isSilent = !configuration.log.isAskedFor
    configuration.isPoolKept = false
    let service = Service(configuration)
    let start = ContinuousClock.now
    let (signals, signal) = AsyncStream.makeStream(of: Int32.self)
    let counted = EndingSignals(limit: Self.endLimit, log: service.log)
    Signals.handle { number in
      _ = counted.receive()
      signal.yield(number)
    }
    var findings: [Finding] = []
    await withDiscardingTaskGroup { group in
      group.addTask { await service.run() }
      group.addTask {
        for await _ in signals {
          // The tenant under test is undone, and what is left of the checks fails.
          service.provisioner.stopAll()
          await service.provisioner.idle()
          await service.session.close()
        }
      }
      await check(service) { finding in
        findings.append(finding)
        if !json {
          print(finding.line)
          flushOutput()
        }
      }
      signal.finish()
      await service.close()
    }
    let isOK = findings.allSatisfy(\.isOK)
    let seconds = (ContinuousClock.now - start).seconds
    if json {
      let document: JSON = [
        "ok": .bool(isOK), "seconds": .double(seconds), "checks": .array(findings.map(\.json)),
      ]
      print(String(decoding: document.encoded(), as: UTF8.self))
    } else {
      let failed = findings.filter { !$0.isOK }.count
      print(isOK ? "All is well." : "\(failed) of \(findings.count) checks failed.")
    }
    return isOK ? 0 : 1
  }
}
