// One child process with its three descriptors: spawned clean, watched, and always ended.

import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A spawned process. Foundation's `Process` is not used: off the main thread its children inherit
/// a signal mask that makes them deaf to SIGTERM, and they keep descriptors that are not theirs.
struct ChildProcess: Sendable {
  let pid: pid_t
  /// Our ends of its pipes. Whoever uses one closes it.
  let standardInput: Int32
  let standardOutput: Int32
  let standardError: Int32

  /// Starts `arguments` in a process group of its own, so that a Ctrl-C meant for tenantd does not
  /// reach it, with default signal handling and no descriptor but its three.
  /// - Throws: `.dockerUnavailable` when `docker` is not there, `.unreachable` for anything else.
  static func spawn(_ arguments: [String], environment: [String]) throws(BenchError) -> ChildProcess
  {
    // One at a time: another child must not be born between the making of a pipe and its mark.
    try spawning.withLock { _ throws(BenchError) in try spawnAlone(arguments, environment) }
  }

  private static let spawning = Mutex(())

  private static func spawnAlone(
    _ arguments: [String], _ environment: [String]
  ) throws(BenchError) -> ChildProcess {
    let pipes = (0..<3).compactMap { _ in Pipe() }
    guard pipes.count == 3 else {
      let reason = "No pipe could be made: \(describe(errno))"
      for pipe in pipes { pipe.close() }
      throw .unreachable(reason: reason)
    }
    let (input, output, error) = (pipes[0], pipes[1], pipes[2])
    var pid: pid_t = 0
    var code = ENOENT
    if let program = arguments.first {
      let argv = CStrings(arguments)
      let envp = CStrings(environment)
      let settings = SpawnSettings(
        input: input.reading, output: output.writing, error: error.writing)
      code = settings.spawn(program, argv, envp, &pid)
    }
    close(input.reading)
    close(output.writing)
    close(error.writing)
    guard code == 0 else {
      for descriptor in [input.writing, output.reading, error.reading] { close(descriptor) }
      let program = arguments.first ?? ""
      let reason = "\(program) could not be started: \(describe(code))"
      throw program == "docker" && code == ENOENT
        ? .dockerUnavailable(reason: reason) : .unreachable(reason: reason)
    }
    return ChildProcess(
      pid: pid, standardInput: input.writing, standardOutput: output.reading,
      standardError: error.reading)
  }

  /// Sends a signal to the process's whole group.
  func signal(_ number: Int32) { kill(-pid, number) }

  /// Blocks until the process has ended, and says how: `exit code 1`, `signal 9`. Call it once, on
  /// a thread of its own.
  func waitForEnd() -> String {
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    let signal = status & 0x7f
    return signal == 0 ? "exit code \((status >> 8) & 0xff)" : "signal \(signal)"
  }
}

/// A pipe whose ends no other child inherits.
private struct Pipe {
  let reading: Int32
  let writing: Int32

  init?() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (reading, writing) = (ends[0], ends[1])
  }

  func close() {
    closeDescriptor(reading)
    closeDescriptor(writing)
  }
}

/// A null-terminated vector of C strings, freed with its owner.
private final class CStrings {
  let pointers: [UnsafeMutablePointer<CChar>?]

  init(_ strings: [String]) { pointers = strings.map { strdup($0) } + [nil] }

  deinit { for pointer in pointers { free(pointer) } }
}

/// What posix_spawn is told: three descriptors, a clean signal state, a group of its own.
private final class SpawnSettings {
  #if canImport(Darwin)
    private var actions: posix_spawn_file_actions_t?
    private var attributes: posix_spawnattr_t?
  #else
    private var actions = posix_spawn_file_actions_t()
    private var attributes = posix_spawnattr_t()
  #endif

  init(input: Int32, output: Int32, error: Int32) {
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, input, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, error, 2)
    posix_spawnattr_init(&attributes)
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
    posix_spawnattr_setflags(&attributes, Int16(flags))
  }

  deinit {
    posix_spawn_file_actions_destroy(&actions)
    posix_spawnattr_destroy(&attributes)
  }

  func spawn(_ program: String, _ argv: CStrings, _ envp: CStrings, _ pid: inout pid_t) -> Int32 {
    posix_spawnp(&pid, program, &actions, &attributes, argv.pointers, envp.pointers)
  }
}

private func closeDescriptor(_ descriptor: Int32) { close(descriptor) }

/// The C library's words for an error number.
func describe(_ code: Int32) -> String { String(cString: strerror(code)) }
