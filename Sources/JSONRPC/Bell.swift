// What one thread sleeps on until another has something for it.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Rung by anybody, and heard by one thread. A ring that comes while nobody waits is kept.
package final class Bell: Sendable {
  private nonisolated(unsafe) let lock: UnsafeMutablePointer<pthread_mutex_t>
  private nonisolated(unsafe) let condition: UnsafeMutablePointer<pthread_cond_t>
  /// Guarded by the lock.
  private nonisolated(unsafe) let isRung: UnsafeMutablePointer<Bool>

  package init() {
    lock = .allocate(capacity: 1)
    condition = .allocate(capacity: 1)
    isRung = .allocate(capacity: 1)
    lock.initialize(to: pthread_mutex_t())
    condition.initialize(to: pthread_cond_t())
    isRung.initialize(to: false)
    pthread_mutex_init(lock, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(lock)
    lock.deallocate()
    condition.deallocate()
    isRung.deallocate()
  }

  package func ring() {
    pthread_mutex_lock(lock)
    isRung.pointee = true
    pthread_cond_signal(condition)
    pthread_mutex_unlock(lock)
  }

  /// Returns at the next ring, or when the time is over. It blocks its thread.
  package func wait(_ limit: Duration? = nil) {
    var end = timespec()
    clock_gettime(CLOCK_REALTIME, &end)
    if let limit { end.add(limit) }
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    while !isRung.pointee {
      let result =
        limit == nil
        ? pthread_cond_wait(condition, lock) : pthread_cond_timedwait(condition, lock, &end)
      if result != 0 { return }
    }
    isRung.pointee = false
  }
}

extension timespec {
  fileprivate mutating func add(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    let nanoseconds = tv_nsec + Int(attoseconds / 1_000_000_000)
    tv_sec += Int(seconds) + nanoseconds / 1_000_000_000
    tv_nsec = nanoseconds % 1_000_000_000
  }
}
