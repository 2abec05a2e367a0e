// A child process: what it gets, what comes back, how it ends, and that it always ends.
import Foundation
import Synchronization
import Testing

@testable import Bench

@Suite(.timeLimit(.minutes(1)))
struct ChildProcessTests {
  /// Runs a shell's command to its end.
  private func run(
    _ words: [String], input: String = "", environment: [String] = ["PATH=/usr/bin:/bin"]
  ) async throws -> (output: String, errors: [String], end: ProcessWatch.End) {
    let process = try ChildProcess.spawn(words, environment: environment)
    let errors = Lines()
    let watch = ProcessWatch(process, program: Array(input.utf8)) { errors.add($0) }
    await watch.programDelivered()
    close(process.standardInput)
    let output = FileHandle(fileDescriptor: process.standardOutput, closeOnDealloc: false)
    let data = try output.readToEnd() ?? Data()
    let end = await watch.end()
    close(process.standardOutput)
    #expect(watch.hasEnded)
    return (String(decoding: data, as: UTF8.self), errors.all, end)
  }

  @Test func exitCodeOutputAndErrors() async throws {
    let ran = try await run(
      [
        "sh", "-c", "read a; echo \"got $a\"; echo one >&2; printf '10%%\\r20%%\\rtwo' >&2; exit 7",
      ],
      input: "hello\n")
    #expect(ran.output == "got hello\n")
    #expect(ran.errors == ["one", "two"])
    #expect(ran.end.lastLines == ["one", "two"])
    #expect(ran.end.how == "exit code 7")
  }

  @Test func aSignal() async throws {
    #expect(try await run(["sh", "-c", "kill -KILL $$"]).end.how == "signal 9")
  }

  /// More than a pipe holds: an undrained standard error would block it.
  @Test func muchOnStandardError() async throws {
    let ran = try await run([
      "sh", "-c",
      "i=0; while [ $i -lt 5000 ]; do echo \"line $i of many words\" >&2; i=$((i+1)); done",
    ])
    #expect(ran.end.how == "exit code 0")
    #expect(ran.errors.count == 5000)
    #expect(ran.end.lastLines.count == 20 && ran.end.lastLines.last == "line 4999 of many words")
  }

  /// A line that never ends takes no more memory than another one.
  @Test func aLineWithoutAnEnd() async throws {
    let ran = try await run([
      "sh", "-c", "head -c 100000 /dev/zero | tr '\\0' x >&2; echo >&2; echo y >&2",
    ])
    #expect(ran.errors.map(\.utf8.count) == [4096, 1])
    #expect(ran.end.lastLines == ran.errors)
  }

  /// Before it reads: nobody waits for the other.
  @Test func muchOnStandardErrorBeforeItReads() async throws {
    let input = String(repeating: "x", count: 300_000) + "\n"
    let ran = try await run(
      ["sh", "-c", "dd if=/dev/zero bs=1000 count=300 >&2 2>/dev/null; head -n 1 | wc -c"],
      input: input)
    #expect(ran.output.trimmingCharacters(in: .whitespacesAndNewlines) == "300001")
    #expect(ran.end.how == "exit code 0")
  }

  @Test func itReadsAfterItHasClosedItsStandardError() async throws {
    let ran = try await run(
      ["sh", "-c", "exec 2>/dev/null; wc -c"], input: String(repeating: "x", count: 300_000))
    #expect(ran.output.trimmingCharacters(in: .whitespacesAndNewlines) == "300000")
  }

  @Test func onlyItsEnvironmentAndItsDescriptors() async throws {
    let ran = try await run(["env"], environment: ["PATH=/usr/bin:/bin", "A=b c"])
    #expect(Set(ran.output.split(separator: "\n")) == ["PATH=/usr/bin:/bin", "A=b c"])
    #if os(Linux)
      // Another child's pipes are open meanwhile. What this process was started with and does not
      // know of, it cannot mark.
      let other = try ChildProcess.spawn(["cat"], environment: ["PATH=/usr/bin:/bin"])
      let watch = ProcessWatch(other, program: []) { _ in }
      let unmarked = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        .compactMap { Int32($0) }.filter { fcntl($0, F_GETFD) & FD_CLOEXEC == 0 }
      let listed = try await run(["sh", "-c", "ls /proc/$$/fd"])
      let theirs = Set(listed.output.split(separator: "\n").compactMap { Int32($0) })
      #expect(theirs == Set(unmarked).union([0, 1, 2]))
      for pipe in [other.standardInput, other.standardOutput, other.standardError] {
        #expect(!theirs.contains(pipe) && pipe > 2)
      }
      close(other.standardInput)
      #expect(await watch.end().how == "exit code 0")
      close(other.standardOutput)
    #endif
  }

  /// Signals are the child's own again, whatever the thread that has spawned it blocks or ignores.
  @Test func signalsAreAsAtTheStart() async throws {
    let process = try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, nil)
        continuation.resume(
          with: Result {
            try ChildProcess.spawn(["sleep", "1000"], environment: ["PATH=/usr/bin:/bin"])
          })
      }
    }
    let watch = ProcessWatch(process, program: []) { _ in }
    process.signal(SIGTERM)
    #expect(await watch.end().how == "signal 15")
    close(process.standardInput)
    close(process.standardOutput)
  }

  @Test func itsWholeGroupIsSignalled() async throws {
    let process = try ChildProcess.spawn(
      ["sh", "-c", "sleep 1000 & sleep 1000 & wait"], environment: ["PATH=/usr/bin:/bin"])
    // The standard error of both sleepers is the shell's: the watch ends when all are gone.
    let watch = ProcessWatch(process, program: []) { _ in }
    process.signal(SIGKILL)
    #expect(await watch.end().how == "signal 9")
    close(process.standardInput)
    close(process.standardOutput)
  }

  @Test func whatIsNotThere() async throws {
    #expect(throws: BenchError.self) {
      try ChildProcess.spawn(["/no/such/program"], environment: [])
    }
    #expect(throws: BenchError.self) { try ChildProcess.spawn([], environment: []) }
  }

  /// Where there is no Docker, its absence has a word of its own. In a process whose PATH has none.
  @Test func dockerIsNotThere() async {
    await #expect(processExitsWith: .success) {
      setenv("PATH", "/no/such/folder", 1)
      do throws(BenchError) {
        _ = try ChildProcess.spawn(["docker"], environment: [])
        exit(EXIT_FAILURE)
      } catch {
        guard case .dockerUnavailable = error else { exit(EXIT_FAILURE) }
      }
    }
  }

  #if os(Linux)
    /// In a process of its own, where nobody else opens any.
    @Test func noDescriptorIsLeft() async {
      await #expect(processExitsWith: .success) {
        let tests = ChildProcessTests()
        _ = try await tests.run(["true"])
        let before = try pipes()
        for _ in 0..<5 {
          _ = try await tests.run(["true"])
          _ = try? ChildProcess.spawn(["/no/such/program"], environment: [])
        }
        #expect(try pipes() == before)
      }
    }

    /// Wherever on its way a spawn runs out of them.
    @Test func noDescriptorIsLeftWhenThereAreTooFew() async {
      await #expect(processExitsWith: .success) {
        let free = dup(2)
        close(free)
        let before = try pipes()
        for spare in 0..<6 {
          var limit = rlimit()
          getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
          limit.rlim_cur = rlim_t(Int(free) + spare)
          setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
          #expect(throws: BenchError.self) {
            try ChildProcess.spawn(["true"], environment: ["PATH=/usr/bin:/bin"])
          }
          limit.rlim_cur = limit.rlim_max
          setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
          #expect(try pipes() == before)
        }
      }
    }
  #endif
}

private final class Lines: Sendable {
  private let lines = Mutex<[String]>([])

  var all: [String] { lines.withLock { $0 } }

  func add(_ line: String) { lines.withLock { $0.append(line) } }
}

#if os(Linux)
  /// How many ends of pipes this process has. The runtime's own descriptors, which come when they
  /// are first needed, are none.
  private func pipes() throws -> Int {
    let folder = "/proc/self/fd"
    return try FileManager.default.contentsOfDirectory(atPath: folder).count { name in
      let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)")
      return path?.hasPrefix("pipe:") == true
    }
  }
#endif
