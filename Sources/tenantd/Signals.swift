// SIGTERM, SIGINT and SIGHUP as calls on a thread of their own; SIGPIPE ignored.

import JSONRPC
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

enum Signals {
  private static let ending = [SIGTERM, SIGINT, SIGHUP]

  /// Before anybody handles them they end the process, as they do by themselves.
  private static let receiver = Mutex<@Sendable (Int32) -> Void> { _exit(128 + $0) }

  /// Blocks the signals in every thread that starts from now on, and takes them on one of their own.
  /// Call it first of all.
  static func take() {
    signal(SIGPIPE, SIG_IGN)
    var set = endingSet()
    pthread_sigmask(SIG_BLOCK, &set, nil)
    let failure = startThread {
      var set = endingSet()
      var number: Int32 = 0
      while sigwait(&set, &number) == 0 { receiver.withLock { $0 }(number) }
    }
    // Better an end without order than none.
    if failure != 0 { pthread_sigmask(SIG_UNBLOCK, &set, nil) }
  }

  /// From now on calls `receive` for each signal, in order.
  static func handle(_ receive: @escaping @Sendable (Int32) -> Void) {
    receiver.withLock { $0 = receive }
  }

  private static func endingSet() -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for number in ending { sigaddset(&set, number) }
    return set
  }
}
