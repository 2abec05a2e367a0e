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

  #if canImport(Darwin)
    var thread: pthread_t?
  #else
    var thread = pthread_t()
  #endif
  let box = Unmanaged.passRetained(ThreadBody(run: body))
  let failure = pthread_create(&thread, &attributes, { enterThread($0) }, box.toOpaque())
  if failure != 0 { box.release() }
  return failure
}

/// Whether this process may have so many more threads at once; those that were tried have ended by
/// then. Dispatch waits for ever for a thread that it cannot have, so whoever is about to need it asks
/// before.
package func canStartThreads(_ count: Int) -> Bool {
  let bells = (0..<count).map { _ in Bell() }
  var threads: [pthread_t] = []
  for bell in bells {
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    let waiting = Unmanaged.passRetained(ThreadBody { bell.wait() })
    guard pthread_create(&thread, nil, { enterThread($0) }, waiting.toOpaque()) == 0 else {
      waiting.release()
      break
    }
    #if canImport(Darwin)
      if let thread { threads.append(thread) }
    #else
      threads.append(thread)
    #endif
  }
  for bell in bells { bell.ring() }
  for thread in threads { pthread_join(thread, nil) }
  return threads.count == count
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
