// The requests that we have sent and that the peer has not answered yet: a pure machine.

/// Gives out ids for calls and says which of them an answer, or the end, belongs to.
struct CallTable {
  private enum State: Equatable {
    case open
    /// No answer can come any more.
    case closed
  }

  private var state = State.open
  private var waiting: Set<Int64> = []
  private var last: Int64 = 0

  /// Enters a call. Returns its id; `nil` when no answer can come any more.
  mutating func enter() -> Int64? {
    guard state == .open else { return nil }
    last += 1
    waiting.insert(last)
    return last
  }

  /// An answer has come. Returns the call that it ends; `nil` when there is none such.
  mutating func answer(_ id: RequestID) -> Int64? {
    guard case .integer(let number) = id else { return nil }
    return waiting.remove(number)
  }

  /// No answer can come any more. Returns the calls that this ends, oldest first.
  mutating func close() -> [Int64] {
    state = .closed
    defer { waiting = [] }
    return waiting.sorted()
  }
}
