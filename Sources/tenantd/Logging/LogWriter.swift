// The thread that writes the log, so that nobody who logs waits for whoever reads it.

import JSONRPC
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Writes lines to a descriptor in the order in which they come. A line is one write, so that lines
/// of several processes do not mix. When nobody reads, what waits is bounded, and lines are dropped.
final class LogWriter: Sendable {
  static let standardError = LogWriter(descriptor: 2)

  private struct State {
    var queue = LogQueue(capacity: 1 << 20)
    var form = LogForm.text
    var hasThread = false
    var isWriting = false
  }

  private let descriptor: Int32
  private let state = Mutex(State())
  private let news = Bell()
  private let rest = Bell()

  init(descriptor: Int32) { self.descriptor = descriptor }

  /// Queues a line, its end included.
  ///
  /// - Parameter form: That of the line which may have to say how many are missing.
  func write(_ line: [UInt8], _ form: LogForm) {
    let hasThread = state.withLock { state in
      state.queue.add(line)
      state.form = form
      if !state.hasThread { state.hasThread = startThread(serve) == 0 }
      return state.hasThread
    }
    if hasThread { news.ring() } else { writeAtOnce() }
  }

  /// Returns when all is written, or the time is over. It blocks its thread.
  func flush(within limit: Duration) {
    let end = ContinuousClock.now + limit
    while state.withLock({ $0.isWriting || !$0.queue.isEmpty }) {
      let left = end - .now
      guard left > .zero else { return }
      rest.wait(left)
    }
  }

  private func serve() {
    while true {
      if let line = next() {
        put(line)
      } else {
        rest.ring()
        news.wait()
      }
    }
  }

  private func next() -> [UInt8]? {
    state.withLock { state in
      let entry = state.queue.next()
      state.isWriting = entry != nil
      switch entry {
      case .line(let line): return line
      case .dropped(let count):
        return state.form.line(
          .warning, "lines of the log were dropped: nobody read standard error",
          ["count": .integer(Int64(count))])
      case nil: return nil
      }
    }
  }

  private func put(_ line: [UInt8]) {
    line.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let piece = UnsafeRawBufferPointer(rebasing: rest)
        let count = writeBytes(descriptor, piece.baseAddress, piece.count)
        if count >= 0 {
          rest = rest.dropFirst(count)
        } else if errno == EAGAIN {
          // Whoever shares the descriptor has made it a non-blocking one.
          var watched = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          poll(&watched, 1, -1)
        } else if errno != EINTR {
          return
        }
      }
    }
  }

  /// Without a thread: what goes without waiting.
  private func writeAtOnce() {
    while let line = next() {
      var watched = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      if line.count <= Int(PIPE_BUF), poll(&watched, 1, 0) == 1 { put(line) }
    }
  }
}

/// The system's `write`, whose name the class has for its own.
private func writeBytes(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
