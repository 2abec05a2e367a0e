// Bytes that wait to be written: messages go in whole at one end, pieces go out at the other.

/// A queue of bytes. Once it is closed it stays empty.
struct Outbox {
  private enum State: Equatable {
    case open
    case closed
  }

  private var state = State.open
  private var bytes: [UInt8] = []
  private var written = 0

  /// How many bytes wait.
  var count: Int { bytes.count - written }
  var isEmpty: Bool { count == 0 }
  var isClosed: Bool { state == .closed }

  /// Appends one line; `encode` writes all of it but its end.
  mutating func append(_ encode: (inout [UInt8]) -> Void) {
    guard state == .open else { return }
    encode(&bytes)
    bytes.append(0x0A)
  }

  /// Hands the next bytes that wait, `maximum` at most, to `body`.
  func withNext<R>(_ maximum: Int, _ body: (UnsafeRawBufferPointer) -> R) -> R {
    bytes.withUnsafeBytes { all in
      body(UnsafeRawBufferPointer(rebasing: all[written...].prefix(maximum)))
    }
  }

  /// The next `count` bytes have been written.
  mutating func advance(_ count: Int) {
    written = min(written + count, bytes.count)
    if written == bytes.count {
      // The memory that a burst has taken is given back.
      bytes.removeAll(keepingCapacity: bytes.capacity <= 1 << 18)
      written = 0
    } else if written >= 1 << 16, written > bytes.count / 2 {
      // Each byte is moved once at most for each that was written.
      bytes.removeSubrange(..<written)
      written = 0
    }
  }

  /// Nobody reads any more: drops what waits, and whatever comes.
  mutating func close() {
    state = .closed
    bytes = []
    written = 0
  }
}
