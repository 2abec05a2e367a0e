// Cuts a stream of bytes into lines, however they arrive, holding no more than one line of them.

/// What the framer has found in the bytes.
enum Frame: Equatable {
  /// A line, without its end.
  case line
  /// The beginning of a line that is longer than allowed; the rest of it is skipped.
  case tooLong
}

/// Lines end with 0x0A and nothing else. A byte order mark at the very start and lines of blanks are
/// dropped; a carriage return before the end is white space to the parser, and left to it.
struct LineFramer {
  private enum State: Equatable {
    /// At, or in, a line of which `held` is known.
    case inLine
    /// In the rest of a line that was too long.
    case skipping
  }

  /// The longest line that is served, in bytes, its end (`\n` or `\r\n`) not counted.
  let maximum: Int
  private var state = State.inLine
  private var held: [UInt8] = []
  private var isFirst = true

  init(maximum: Int) {
    self.maximum = max(maximum, 0)
  }

  /// Takes the next bytes of the stream and hands on each frame that they complete. A line that
  /// lies wholly in `bytes` is not copied.
  mutating func feed(_ bytes: Span<UInt8>, _ body: (Frame, Span<UInt8>) -> Void) {
    var start = 0
    while start < bytes.count {
      let end = bytes.lineEnd(from: start)
      let piece = bytes.extracting(start..<(end ?? bytes.count))
      start = end.map { $0 + 1 } ?? bytes.count

      switch state {
      case .skipping:
        if end != nil { state = .inLine }
      case .inLine where held.count + piece.count > limit(piece):
        hold(piece.extracting(0..<max(maximum - held.count, 0)))
        emit(.tooLong, held.span.extracting(0..<min(held.count, maximum)), body)
        release()
        state = end == nil ? .skipping : .inLine
      case .inLine where end == nil:
        hold(piece)
      case .inLine where held.isEmpty:
        emit(.line, piece, body)
        isFirst = false
      case .inLine:
        hold(piece)
        emit(.line, held.span, body)
        release()
      }
    }
  }

  /// The end of the stream: a last line without an end is a line all the same.
  mutating func finish(_ body: (Frame, Span<UInt8>) -> Void) {
    if state == .inLine, !held.isEmpty { emit(.line, held.span, body) }
    release()
  }

  /// How long the line may be whose last bytes these are: a carriage return belongs to its end.
  private func limit(_ piece: Span<UInt8>) -> Int {
    let last = piece.isEmpty ? held.last : piece[piece.count - 1]
    return last == 0x0D ? maximum + 1 : maximum
  }

  private mutating func hold(_ bytes: Span<UInt8>) {
    bytes.withUnsafeBufferPointer { held.append(contentsOf: $0) }
  }

  /// Forgets the line that was held; the memory of a large one is given back.
  private mutating func release() {
    isFirst = false
    held.removeAll(keepingCapacity: held.capacity <= 1 << 16)
  }

  private func emit(_ frame: Frame, _ bytes: Span<UInt8>, _ body: (Frame, Span<UInt8>) -> Void) {
    var bytes = bytes
    if isFirst, bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
      bytes = bytes.extracting(3...)
    }
    if frame == .line, bytes.isBlank { return }
    body(frame, bytes)
  }
}

extension Span<UInt8> {
  fileprivate func lineEnd(from start: Int) -> Int? {
    var position = start
    while position < count {
      if self[position] == 0x0A { return position }
      position += 1
    }
    return nil
  }

  fileprivate var isBlank: Bool {
    for position in 0..<count {
      switch self[position] {
      case 0x20, 0x09, 0x0D: continue
      default: return false
      }
    }
    return true
  }
}
