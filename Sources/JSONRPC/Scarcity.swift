// Whether a process has what it cannot do without, asked before it is needed: Dispatch waits for ever
// for a thread that it cannot have, and traps where it cannot open the file that tells of one.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Whether this process may have so many more threads at once. Those that were tried have ended then.
package func canStartThreads(_ count: Int) -> Bool {
  let bells = (0..<count).map { _ in Bell() }
  var threads: [pthread_t] = []
  for bell in bells {
    guard let thread = createThread(nil, { bell.wait() }).thread else { break }
    threads.append(thread)
  }
  for bell in bells { bell.ring() }
  for thread in threads { pthread_join(thread, nil) }
  return threads.count == count
}

/// Whether this process may open so many more files at once. Those that were tried are closed then.
package func canOpenDescriptors(_ count: Int) -> Bool {
  var opened: [Int32] = []
  while opened.count < count {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { break }
    opened += ends
  }
  for descriptor in opened { closeDescriptor(descriptor) }
  return opened.count >= count
}
