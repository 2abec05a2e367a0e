// What arrives from elsewhere, kept in order, and whoever waits for one of it.
import Synchronization

/// Everything that has come, and may be waited for. A wait ends with its task, so that a test's
/// time limit always works.
final class Inbox<Element: Sendable>: Sendable {
  private struct State {
    var elements: [Element] = []
    var isClosed = false
    var listener: (take: @Sendable (Element) -> Void, end: @Sendable () -> Void)?
    var waiters: [(fits: @Sendable (Element) -> Bool, AsyncStream<Element>.Continuation)] = []
  }

  private let state = Mutex(State())

  /// All of it so far.
  var all: [Element] { state.withLock { $0.elements } }

  func add(_ element: Element) {
    state.withLock { state in
      state.elements.append(element)
      state.listener?.take(element)
      state.waiters.removeAll { fits, waiter in
        guard fits(element) else { return false }
        waiter.yield(element)
        waiter.finish()
        return true
      }
    }
  }

  /// Nothing more comes: whoever waits learns so.
  func close() {
    state.withLock { state in
      state.isClosed = true
      state.listener?.end()
      for (_, waiter) in state.waiters { waiter.finish() }
      state.waiters = []
    }
  }

  /// The first that fits, whether it has come already or not.
  func first(
    _ what: String = "message", where fits: @escaping @Sendable (Element) -> Bool = { _ in true }
  ) async throws -> Element {
    let (stream, continuation) = AsyncStream.makeStream(of: Element.self)
    state.withLock { state in
      if let found = state.elements.first(where: fits) {
        continuation.yield(found)
        continuation.finish()
      } else if state.isClosed {
        continuation.finish()
      } else {
        state.waiters.append((fits, continuation))
      }
    }
    for await element in stream { return element }
    throw Trouble("\(what) never came; what came: \(all)")
  }

  /// The place of the first that fits; the test is told each one's place.
  func index(
    _ what: String, where fits: @escaping @Sendable (Int, Element) -> Bool
  ) async throws -> Int {
    let place = Mutex(-1)
    _ = try await first(what) { element in
      place.withLock { place in
        place += 1
        return fits(place, element)
      }
    }
    return place.withLock { $0 }
  }

  /// Calls `take` for each, those that have come included, in order, and then `end`.
  func forEach(
    _ take: @escaping @Sendable (Element) -> Void, end: @escaping @Sendable () -> Void
  ) {
    state.withLock { state in
      for element in state.elements { take(element) }
      if state.isClosed { return end() }
      state.listener = (take, end)
    }
  }

  /// Returns when nothing more comes.
  func closed() async throws {
    let (stream, continuation) = AsyncStream.makeStream(of: Element.self)
    state.withLock { state in
      if state.isClosed {
        continuation.finish()
      } else {
        state.waiters.append(({ _ in false }, continuation))
      }
    }
    for await _ in stream {}
    try Task.checkCancellation()
  }
}
