// The end that comes when the orderly one does not: by a clock, or by a signal that is repeated.

import JSONRPC
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Ends the process without asking anything else in it. What was half made is undone by the next
/// start; the agent ends with its input.
enum LastResort {
  /// For the log's last lines.
  private static let farewell = Duration.milliseconds(300)

  /// After so long, unless the process has ended by then.
  static func end(after limit: Duration, log: Log, _ why: String) {
    let bell = Bell()  // rung by nobody
    _ = startThread {
      bell.wait(limit)
      now(log: log, why)
    }
  }

  static func now(log: Log, _ why: String) {
    log(.error, "ended by force: \(why)")
    LogWriter.standardError.flush(within: farewell)
    _exit(1)
  }
}

/// Counts the signals that ask for an end. The first begins the orderly one, the second leaves it a
/// moment, the third none.
final class EndingSignals: Sendable {
  /// Enough for the undo of a claim, which is a rollback; a site that must be dropped is left to
  /// the next start when it takes longer, for whoever sends two signals does not want to wait.
  private static let hurry = Duration.seconds(1)

  private let log: Log
  /// The longest that an orderly end takes.
  private let limit: Duration
  private let count = Mutex(0)

  init(limit: Duration, log: Log) { (self.limit, self.log) = (limit, log) }

  /// Returns which one it is, from 1.
  func receive() -> Int {
    let number = count.withLock { count in
      count += 1
      return count
    }
    switch number {
    case 1: LastResort.end(after: limit, log: log, "the orderly end took too long")
    case 2: LastResort.end(after: Self.hurry, log: log, "a second signal came, and time was over")
    default: LastResort.now(log: log, "a third signal came")
    }
    return number
  }
}
