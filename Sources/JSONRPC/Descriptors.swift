// The system calls of the connection, with interruptions dealt with.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What became of a read or a write.
enum Transfer: Equatable {
  /// So many bytes were moved; a read of none is the end.
  case moved(Int)
  /// Nothing can be moved just now.
  case notNow
  case failed(errno: Int32)
}

/// A pipe that can be written to takes this much at once without blocking.
let writeSize = Int(PIPE_BUF)

func readSome(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
  while true {
    let count = read(descriptor, buffer.baseAddress, buffer.count)
    if count >= 0 { return .moved(count) }
    if errno == EINTR { continue }
    return errno == EAGAIN || errno == EWOULDBLOCK ? .notNow : .failed(errno: errno)
  }
}

/// Writes when, and only as much as, that does not block, even if the descriptor is a blocking one.
func writeSome(_ descriptor: Int32, _ buffer: UnsafeRawBufferPointer) -> Transfer {
  while true {
    var watched = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    switch poll(&watched, 1, 0) {
    case 0: return .notNow
    case 1...: break
    default:
      if errno == EINTR { continue }
      return .failed(errno: errno)
    }
    let count = write(descriptor, buffer.baseAddress, min(buffer.count, writeSize))
    if count >= 0 { return .moved(count) }
    if errno == EINTR { continue }
    return errno == EAGAIN || errno == EWOULDBLOCK ? .notNow : .failed(errno: errno)
  }
}

/// The means to end a `poll` from another thread.
struct WakeUp: Sendable {
  private let reading: Int32
  private let writing: Int32

  /// `nil` when the process has no descriptors left.
  init?() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    reading = ends[0]
    writing = ends[1]
  }

  /// To be watched for input.
  var descriptor: Int32 { reading }

  func send() {
    var byte: UInt8 = 0
    _ = write(writing, &byte, 1)
  }

  /// Takes what was sent.
  func receive() {
    withUnsafeTemporaryAllocation(byteCount: 16, alignment: 1) { buffer in
      while readSome(reading, into: buffer) == .moved(buffer.count) {}
    }
  }

  func close() {
    closeDescriptor(reading)
    closeDescriptor(writing)
  }
}

/// What a connection waits for.
struct Poller {
  private let descriptors: (input: Int32, output: Int32)
  private var watched: [pollfd]
  /// Without a wake-up pipe, it looks up this often (milliseconds).
  private let patience: Int32

  init(input: Int32, output: Int32, wakeUp: Int32?) {
    watched = [
      pollfd(fd: input, events: Int16(POLLIN), revents: 0),
      pollfd(fd: output, events: Int16(POLLOUT), revents: 0),
      pollfd(fd: wakeUp ?? -1, events: Int16(POLLIN), revents: 0),
    ]
    descriptors = (input, output)
    patience = wakeUp == nil ? 20 : -1
  }

  /// Waits until one of those wanted, or the wake-up, has something to say; an error or a hang-up
  /// counts, and shows in the read or write that follows.
  ///
  /// - Parameter end: When it is over even so; then there is nothing.
  mutating func wait(
    input: Bool, output: Bool, until end: ContinuousClock.Instant? = nil
  ) -> (input: Bool, output: Bool, wakeUp: Bool) {
    let limit = end.map { $0.millisecondsLeft }
    let patience = min(limit ?? self.patience, self.patience < 0 ? .max : self.patience)
    // Unwatched ones are taken out, since a hang-up is reported whether it is asked for or not.
    watched[0].fd = input ? descriptors.input : -1
    watched[1].fd = output ? descriptors.output : -1
    guard poll(&watched, nfds_t(watched.count), patience) > 0 else { return (false, false, false) }
    return (watched[0].revents != 0, watched[1].revents != 0, watched[2].revents != 0)
  }
}

extension ContinuousClock.Instant {
  /// Rounded up, so that the time is over then.
  fileprivate var millisecondsLeft: Int32 {
    let left = self - .now
    guard left > .zero else { return 0 }
    return Int32(clamping: (left / .milliseconds(1)).rounded(.up).clampedToInt)
  }
}

extension Double {
  fileprivate var clampedToInt: Int { self < 1e9 ? Int(self) : 1_000_000_000 }
}

/// Closes without trying again: after an interruption the descriptor is gone, or someone else's.
func closeDescriptor(_ descriptor: Int32) {
  _ = close(descriptor)
}

/// Gives memory that was freed back to the system, where the allocator keeps it otherwise.
func trimMemory() {
  // Glibc's `malloc.h` is not among the headers that Swift sees.
  guard let symbol = dlsym(nil, "malloc_trim") else { return }
  typealias Trim = @convention(c) (Int) -> Int32
  _ = unsafeBitCast(symbol, to: Trim.self)(0)
}
