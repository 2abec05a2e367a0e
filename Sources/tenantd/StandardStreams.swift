// The wire on private descriptors, so that a stray print of a library cannot break the stream.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

enum StandardStreams {
  /// Moves standard input and output away: descriptor 0 becomes the null device, and what is
  /// written to 1 goes to standard error.
  /// - Returns: the wire's descriptors; nil when there are no descriptors left.
  static func takeWire() -> (input: Int32, output: Int32)? {
    let input = fcntl(0, F_DUPFD_CLOEXEC, 3)
    let output = fcntl(1, F_DUPFD_CLOEXEC, 3)
    let null = open("/dev/null", O_RDONLY)
    guard input >= 0, output >= 0, null >= 0 else { return nil }
    dup2(null, 0)
    dup2(2, 1)
    if null > 2 { close(null) }
    return (input, output)
  }
}
