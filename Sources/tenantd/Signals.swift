// SIGTERM, SIGINT and SIGHUP as calls on a thread of their own; SIGPIPE ignored.

import JSONRPC

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

enum Signals {
  private static let ending = [SIGTERM, SIGINT, SIGHUP]

  /// Blocks the signals in every thread that starts from now on. Call it first of all.
  static func block() {
    signal(SIGPIPE, SIG_IGN)
    var set = endingSet()
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Calls `receive` for each signal, in order.
  static func handle(_ receive: @escaping @Sendable (Int32) -> Void) {
    _ = startThread {
      var set = endingSet()
      var number: Int32 = 0
      while sigwait(&set, &number) == 0 { receive(number) }
    }
  }

  private static func endingSet() -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for number in ending { sigaddset(&set, number) }
    return set
  }
}
