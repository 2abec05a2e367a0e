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
    var fed = false
    var end: End?
    var waitingForFed: [CheckedContinuation<Void, Never>] = []
    var waitingForEnd: [CheckedContinuation<End, Never>] = []
  }

  private static let keptLines = 20
  private static let longestLine = 4096

  private let state = Mutex(State())

  /// - Parameters:
  ///   - program: the bytes to write to its standard input first.
  ///   - line: called for each line of its standard error, on the watching thread.
  init(_ process: ChildProcess, program: [UInt8], line: @escaping @Sendable (String) -> Void) {
    let failure = startThread { [self] in
      write(program, to: process.standardInput)
      resumeFed()
      let lines = drain(process.standardError, line: line)
      close(process.standardError)
      finish(End(how: process.waitForEnd(), lastLines: lines))
    }
    if failure != 0 {
      process.signal(SIGKILL)
      resumeFed()
      finish(End(how: "no thread to watch it: \(describe(failure))", lastLines: []))
    }
  }

  /// Returns when the program was written, or could not be: the child's end tells then.
  func fed() async {
    await withCheckedContinuation { continuation in
      let now = state.withLock { state in
        if !state.fed { state.waitingForFed.append(continuation) }
        return state.fed
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
      state.fed = true
      defer { state.waitingForFed = [] }
      return state.waitingForFed
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

  private func write(_ bytes: [UInt8], to descriptor: Int32) {
    bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let rest = UnsafeRawBufferPointer(rebasing: buffer[done...])
        let count = unistdWrite(descriptor, rest.baseAddress, rest.count)
        if count < 0 && errno == EINTR { continue }
        if count <= 0 { return }
        done += count
      }
    }
  }

  private func drain(_ descriptor: Int32, line: (String) -> Void) -> [String] {
    var lines: [String] = []
    var rest: [UInt8] = []
    func end() {
      // A progress bar redraws its line behind a carriage return: only the last state counts.
      let text = rest.split(separator: 0x0D).last.map { String(decoding: $0, as: UTF8.self) } ?? ""
      rest = []
      guard !text.isEmpty else { return }
      lines = lines.suffix(Self.keptLines - 1) + [text]
      line(text)
    }
    var buffer = [UInt8](repeating: 0, count: 8192)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { break }
      for byte in buffer.prefix(count) {
        if byte == 0x0A {
          end()
        } else if rest.count < Self.longestLine {
          rest.append(byte)
        }
      }
    }
    end()
    return lines
  }
}

private func unistdWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
