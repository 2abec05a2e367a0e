// The entry point: reads the configuration and runs the command.

import JSONRPC

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

@main
struct Tenantd {
  /// What Dispatch, the log, the wire and the session need at least, beside what there is already.
  private static let threads = 6
  private static let descriptors = 24

  /// Not an async `main`: that leaves the first thread to Dispatch, which waits there with every
  /// signal unblocked, so that a SIGTERM would end the process at once. Nothing runs on the main
  /// actor, whose thread this is.
  static func main() {
    Signals.take()
    if !canOpenDescriptors(descriptors) {
      refuse("fewer than \(descriptors) file descriptors are left: raise `ulimit -n`")
    }
    if !canStartThreads(threads) {
      refuse("this user may not have \(threads) more threads: raise `ulimit -u`")
    }
    Task.detached {
      let code = await run(Array(CommandLine.arguments.dropFirst()))
      LogWriter.standardError.flush(within: .seconds(1))
      exit(code)
    }
    while true { pause() }
  }

  /// The log has a thread of its own, and descriptors.
  private static func refuse(_ why: String) -> Never {
    let told = Array("tenantd: \(why)\n".utf8)
    write(2, told, told.count)
    exit(2)
  }

  /// Returns the exit code: 0, 1 for what failed, 2 for a start that cannot go on.
  private static func run(_ words: [String]) async -> Int32 {
    do throws(ConfigurationError) {
      let line = try Invocation(words)
      switch line.command {
      case .help: return say(Help.text)
      case .version: return say("tenantd \(version)\n")
      case .describe: return say("\(Describe.document)\n")
      case .serve, .doctor, .selftest, .warm, .identity: break
      }
      let configuration = try Configuration(
        line, environment: ChildEnvironment.all(), isTerminal: isatty(2) == 1)
      switch line.command {
      case .doctor: return await Doctor.run(configuration, json: line.json)
      case .warm: return await Warm.run(configuration, json: line.json)
      case .selftest: return await Selftest.run(configuration, json: line.json)
      case .identity:
        return await Identity.run(configuration, take: line.identity, json: line.json)
      default: return await Serve.run(configuration)
      }
    } catch {
      LogWriter.standardError.write(Array("tenantd: \(error.sentence)\n".utf8), .text)
      return 2
    }
  }

  private static func say(_ text: String) -> Int32 {
    print(text, terminator: "")
    return 0
  }
}
