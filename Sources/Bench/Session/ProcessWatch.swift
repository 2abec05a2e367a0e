// The thread beside a child process: hands it the program, drains its standard error, collects it.

import JSONRPC
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Watches one process to its end. Standard error is always drained, so that the child never
/// blocks on it; the last lines are kept, for they say why a launcher failed.
final class ProcessWatch: Sendable {
  struct End: Sendable {
    /// `exit code 1`, `signal 9`.
    let how: String
    let lastLines: [String]
  }

  private struct State {
    var isProgramDelivered = false
    var end: End?
    var waitingForDelivery: [CheckedContinuation<Void, Never>] = []
    var waitingForEnd: [CheckedContinuation<End, Never>] = []
  }

  private let state = Mutex(State())

  /// - Parameters:
  ///   - program: the bytes to write to its standard input first.
  ///   - line: called for each line of its standard error, on the watching thread.
  init(_ process: ChildProcess, program: [UInt8], line: @escaping @Sendable (String) -> Void) {
    let failure = startThread { [self] in
      let lines = converse(process, program, line)
      close(process.standardError)
      finish(End(how: process.waitForEnd(), lastLines: lines))
    }
    if failure != 0 {
      process.signal(SIGKILL)
      close(process.standardError)
      _ = process.waitForEnd()
      resumeFed()
      finish(End(how: "no thread to watch it: \(describe(failure))", lastLines: []))
    }
  }

  /// Returns when the program was written, or could not be: the child's end tells then.
  func programDelivered() async {
    await withCheckedContinuation { continuation in
      let now = state.withLock { state in
        if !state.isProgramDelivered { state.waitingForDelivery.append(continuation) }
        return state.isProgramDelivered
      }
      if now { continuation.resume() }
    }
  }

  /// How the process ended, when it has.
  func end() async -> End {
    await withCheckedContinuation { continuation in
      let end = state.withLock { state in
        if state.end == nil { state.waitingForEnd.append(continuation) }
        return state.end
      }
      if let end { continuation.resume(returning: end) }
    }
  }

  var hasEnded: Bool { state.withLock { $0.end != nil } }

  private func resumeFed() {
    let waiting = state.withLock { state in
      state.isProgramDelivered = true
      defer { state.waitingForDelivery = [] }
      return state.waitingForDelivery
    }
    for continuation in waiting { continuation.resume() }
  }

  private func finish(_ end: End) {
    let waiting = state.withLock { state in
      state.end = end
      defer { state.waitingForEnd = [] }
      return state.waitingForEnd
    }
    for continuation in waiting { continuation.resume(returning: end) }
  }

  /// Writes the program and reads standard error, whichever goes: a launcher may have much to say
  /// before it reads. Returns the last lines when standard error has ended.
  private func converse(
    _ process: ChildProcess, _ program: [UInt8], _ line: (String) -> Void
  ) -> [String] {
    var lines = LastLines()
    var rest = program[...]
    var isTalking = true
    var buffer = [UInt8](repeating: 0, count: 8192)
    while isTalking || !rest.isEmpty {
      if rest.isEmpty { resumeFed() }
      var watched = [
        pollfd(fd: isTalking ? process.standardError : -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: rest.isEmpty ? -1 : process.standardInput, events: Int16(POLLOUT), revents: 0),
      ]
      guard poll(&watched, nfds_t(watched.count), -1) > 0 else { continue }
      if watched[1].revents != 0 { rest = write(rest, to: process.standardInput) }
      guard watched[0].revents != 0 else { continue }
      let count = read(process.standardError, &buffer, buffer.count)
      if count > 0 {
        lines.feed(buffer.prefix(count), line)
      } else if count == 0 || errno != EINTR {
        isTalking = false
      }
    }
    resumeFed()
    lines.end(line)
    return lines.lines
  }

  /// Writes no more than a pipe takes at once when it takes anything. Returns what is left; nothing
  /// when nobody reads it, for the process's end tells why.
  private func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> ArraySlice<UInt8> {
    let next = Array(bytes.prefix(Int(PIPE_BUF)))
    let count = writeSome(descriptor, next)
    return count > 0 ? bytes.dropFirst(count) : errno == EINTR ? bytes : []
  }
}

private func writeSome(_ descriptor: Int32, _ bytes: [UInt8]) -> Int {
  write(descriptor, bytes, bytes.count)
}

/// The last lines of what a process says, each told as it is whole.
private struct LastLines {
  private static let kept = 20
  private static let longest = 4096

  private(set) var lines: [String] = []
  private var rest: [UInt8] = []

  mutating func feed(_ bytes: ArraySlice<UInt8>, _ line: (String) -> Void) {
    for byte in bytes {
      if byte == 0x0A {
        end(line)
      } else if rest.count < Self.longest {
        rest.append(byte)
      }
    }
  }

  /// The line that has been collected is whole.
  mutating func end(_ line: (String) -> Void) {
    // A progress bar redraws its line behind a carriage return: only the last state counts.
    let text = rest.split(separator: 0x0D).last.map { String(decoding: $0, as: UTF8.self) } ?? ""
    rest = []
    guard !text.isEmpty else { return }
    lines = lines.suffix(Self.kept - 1) + [text]
    line(text)
  }
}
