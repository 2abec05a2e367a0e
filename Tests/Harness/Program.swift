// The built program, or another, as a child process: three pipes, and a fourth that only its end closes.
import Foundation
import JSONRPC
import Synchronization

/// One run of `tenantd`. Its processes inherit the writing end of a fourth pipe, so that the end
/// of that one tells when the last of them is gone, children in the bench included.
final class Program: Sendable {
  /// How it ended: an exit code, or the number of the signal that killed it.
  enum End: Sendable, Equatable {
    case exit(Int32)
    case signal(Int32)
  }

  let pid: pid_t
  let lines = Inbox<[UInt8]>()
  let errors = Inbox<[UInt8]>()
  private let input: Mutex<Int32?>
  private let output: Int32
  /// The numbers of the three pipes that are the program's own.
  let wire: Set<UInt64>
  private let ended = Inbox<End>()
  private let allGone = Inbox<Bool>()

  /// The built program, found beside the tests.
  static let path: String = {
    // On Linux the tests are an executable there themselves, on macOS a bundle that another loads.
    let bundles = Bundle.allBundles.filter { $0.bundlePath.hasSuffix(".xctest") }
    for start in bundles.map(\.bundleURL) + [Bundle.main.executableURL].compactMap({ $0 }) {
      let program = start.deletingLastPathComponent().appendingPathComponent("tenantd").path
      if FileManager.default.isExecutableFile(atPath: program) { return program }
    }
    return "tenantd-was-not-found-beside-the-tests"
  }()

  /// What every program of the tests gets from this one's environment.
  static let environment: [String: String] = {
    var own = ProcessInfo.processInfo.environment.filter {
      ["PATH", "HOME", "TMPDIR", "LANG"].contains($0.key)
    }
    // A manager of versions puts a shell script before Python, which would be a third of what the
    // start of an agent costs.
    if let python = Tool.interpreter {
      let folder = (python as NSString).deletingLastPathComponent
      own["PATH"] = [folder, own["PATH"]].compactMap(\.self).joined(separator: ":")
    }
    return own
  }()

  private static let spawning = Mutex(())

  /// - Parameters:
  ///   - executable: a path, or a name that PATH knows.
  ///   - environment: beside PATH, HOME and the like.
  init(
    executable: String = Program.path, _ arguments: [String], environment: [String: String] = [:]
  ) throws {
    // Most tests look at what one job leaves, and at steps that fail: the pool works only where it
    // is asked for, and no step is optional.
    let own = ["TENANTD_POOL": "0", "TENANTD_OPTIONAL": "none"].merging(environment) { $1 }
    let all = Program.environment.merging(own) { $1 }.map { "\($0.key)=\($0.value)" }
    // One at a time: another child must not be born between the making of a pipe and its mark.
    let (pid, pipes) = try Program.spawning.withLock { _ in
      let pipes = try (0..<4).map { _ in try Pipe() }
      return (try Program.spawn([executable] + arguments, all, pipes), pipes)
    }
    self.pid = pid
    wire = Set(pipes.prefix(3).map(\.number))
    for descriptor in [pipes[0].reading, pipes[1].writing, pipes[2].writing, pipes[3].writing] {
      close(descriptor)
    }
    input = Mutex(pipes[0].writing)
    output = pipes[1].reading
    let (lines, errors) = (lines, errors)
    _ = startThread { Program.read(pipes[1].reading, lines) }
    _ = startThread { Program.read(pipes[2].reading, errors) }
    _ = startThread { [ended] in
      var status: Int32 = 0
      while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
      let signal = status & 0x7f
      ended.add(signal == 0 ? .exit((status >> 8) & 0xff) : .signal(signal))
    }
    _ = startThread { [allGone] in
      var byte: UInt8 = 0
      while Foundation.read(pipes[3].reading, &byte, 1) < 0 && errno == EINTR {}
      close(pipes[3].reading)
      allGone.add(true)
    }
  }

  /// Writes to its standard input; nothing when that was closed, or when nobody reads it.
  func write(_ bytes: [UInt8]) {
    input.withLock { descriptor in
      guard let descriptor else { return }
      bytes.withUnsafeBytes { buffer in
        var done = 0
        while done < buffer.count, let start = buffer.baseAddress {
          let count = Foundation.write(descriptor, start + done, buffer.count - done)
          if count < 0 && errno == EINTR { continue }
          if count <= 0 { return }
          done += count
        }
      }
    }
  }

  func closeInput() {
    input.withLock { descriptor in
      if let open = descriptor.take() { close(open) }
    }
  }

  /// Takes the reader of its standard output away, once the read has ended that is under way.
  func closeOutput() {
    let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
    dup2(null, output)
    close(null)
  }

  func signal(_ number: Int32) { kill(pid, number) }

  /// How it ended, when it has.
  func end() async throws -> End { try await ended.first() }

  /// Returns when no process is left of it, in the bench neither.
  func gone() async throws { _ = try await allGone.first() }

  deinit { closeInput() }

  private static func read(_ descriptor: Int32, _ inbox: Inbox<[UInt8]>) {
    var rest: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Foundation.read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { break }
      // Each byte is looked at once, by what the C library looks with: lines may be long, and many.
      buffer.withUnsafeBytes { bytes in
        guard let start = bytes.baseAddress else { return }
        var done = 0
        while let end = memchr(start + done, 0x0A, count - done) {
          let length = UnsafeRawPointer(end) - (start + done)
          rest.append(contentsOf: UnsafeRawBufferPointer(start: start + done, count: length))
          inbox.add(rest)
          rest = []
          done += length + 1
        }
        rest.append(contentsOf: UnsafeRawBufferPointer(start: start + done, count: count - done))
      }
    }
    if !rest.isEmpty { inbox.add(rest) }
    close(descriptor)
    inbox.close()
  }

  private static func spawn(
    _ arguments: [String], _ environment: [String], _ pipes: [Pipe]
  ) throws -> pid_t {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
    #else
      var actions = posix_spawn_file_actions_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let ends = [pipes[0].reading, pipes[1].writing, pipes[2].writing, pipes[3].writing]
    for (target, end) in ends.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, end, Int32(target))
    }
    let argv = arguments.map { strdup($0) } + [nil]
    let envp = environment.map { strdup($0) } + [nil]
    defer { for string in argv + envp { free(string) } }
    #if canImport(Darwin)
      var attributes: posix_spawnattr_t?
    #else
      var attributes = posix_spawnattr_t()
    #endif
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // The threads of the tests block signals, and a child would inherit that.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var pid: pid_t = 0
    let code = posix_spawnp(&pid, arguments[0], &actions, &attributes, argv, envp)
    guard code == 0 else { throw Trouble("\(arguments[0]): \(String(cString: strerror(code)))") }
    return pid
  }
}

/// A pipe that no other child inherits, with ends above the four that the child gets.
private struct Pipe {
  let reading: Int32
  let writing: Int32

  /// The same at both ends, in whichever process.
  var number: UInt64 {
    var status = stat()
    return fstat(reading, &status) == 0 ? UInt64(status.st_ino) : 0
  }

  init() throws {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw Trouble("no pipe: \(errno)") }
    reading = fcntl(ends[0], F_DUPFD_CLOEXEC, 10)
    writing = fcntl(ends[1], F_DUPFD_CLOEXEC, 10)
    for end in ends { close(end) }
    guard reading >= 0, writing >= 0 else { throw Trouble("no pipe: \(errno)") }
  }
}

/// What went wrong in the harness itself.
struct Trouble: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
