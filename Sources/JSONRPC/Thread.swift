// A thread of our own, for work that blocks and so must not be done in a task.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Runs `body` on a new thread. Returns 0, or the error number when there can be none.
package func startThread(_ body: @escaping @Sendable () -> Void) -> Int32 {
  var attributes = pthread_attr_t()
  guard pthread_attr_init(&attributes) == 0 else { return ENOMEM }
  defer { pthread_attr_destroy(&attributes) }
  pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  // Enough for values of the greatest depth everywhere: musl gives 128 KiB otherwise.
  pthread_attr_setstacksize(&attributes, 1 << 20)

  return createThread(&attributes, body).failure
}

/// The thread, or the error number when there can be none. Without attributes somebody joins it.
func createThread(
  _ attributes: UnsafePointer<pthread_attr_t>?, _ body: @escaping @Sendable () -> Void
) -> (thread: pthread_t?, failure: Int32) {
  #if canImport(Darwin)
    var thread: pthread_t?
  #else
    var thread = pthread_t()
  #endif
  let box = Unmanaged.passRetained(ThreadBody(run: body))
  let failure = pthread_create(&thread, attributes, { enterThread($0) }, box.toOpaque())
  if failure != 0 { box.release() }
  return (failure == 0 ? thread : nil, failure)
}

private final class ThreadBody: Sendable {
  let run: @Sendable () -> Void

  init(run: @escaping @Sendable () -> Void) { self.run = run }
}

private func enterThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  if let argument {
    Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run()
  }
  return nil
}
