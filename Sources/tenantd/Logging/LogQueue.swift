// The lines of the log that wait to be written: a pure queue with a bound.

/// Takes lines until it is full, and then counts what it does not take. The count comes out where
/// the lines would have.
struct LogQueue {
  enum Entry: Equatable {
    case line([UInt8])
    /// So many lines are missing here.
    case dropped(Int)
  }

  /// Bytes that may wait. A longer line is taken when nothing else waits.
  let capacity: Int
  private var entries: [Entry] = []
  private var first = 0
  private var size = 0
  private var missing = 0

  /// What a line takes beside its bytes, about.
  private static let overhead = 64

  init(capacity: Int) { self.capacity = capacity }

  var isEmpty: Bool { first == entries.count && missing == 0 }

  mutating func add(_ line: [UInt8]) {
    // Once it was full, there must be room again for more than a line between two counts.
    let room = missing == 0 ? capacity : capacity / 2
    guard size == 0 || size + line.count + Self.overhead <= room else {
      missing += 1
      return
    }
    if missing > 0 { entries.append(.dropped(missing)) }
    missing = 0
    entries.append(.line(line))
    size += line.count + Self.overhead
  }

  /// Takes the oldest entry out.
  mutating func next() -> Entry? {
    guard first < entries.count else {
      defer { missing = 0 }
      return missing > 0 ? .dropped(missing) : nil
    }
    let entry = entries[first]
    if case .line(let line) = entry { size -= line.count + Self.overhead }
    first += 1
    if first == entries.count || first > 1024 {
      entries.removeSubrange(..<first)
      first = 0
    }
    return entry
  }
}
