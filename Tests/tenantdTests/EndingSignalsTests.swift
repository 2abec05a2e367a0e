// The end by force, in processes of their own: by the clock, and by a third signal.
import Foundation
import JSONRPC
import Testing

@testable import tenantd

/// What ends with the process, if nothing ends that before.
private func silent() throws -> Log {
  var settings = try LogSettings(
    Values(line: Invocation([]), environment: [:]), isTerminal: false)
  settings.isSilent = true
  return Log(settings: settings)
}

@Suite(.timeLimit(.minutes(1)))
struct EndingSignalsTests {
  @Test func theThirdSignalIsTheEnd() async {
    await #expect(processExitsWith: .exitCode(1)) {
      let signals = EndingSignals(limit: .seconds(3600), log: try silent())
      for _ in 0..<3 { _ = signals.receive() }
      exit(EXIT_SUCCESS)
    }
  }

  @Test func anOrderlyEndHasATime() async {
    await #expect(processExitsWith: .exitCode(1)) {
      let signals = EndingSignals(limit: .milliseconds(10), log: try silent())
      guard signals.receive() == 1 else { exit(EXIT_SUCCESS) }
      Bell().wait(.seconds(20))
      exit(EXIT_SUCCESS)
    }
  }

  @Test func theFirstTwoLeaveTime() async {
    await #expect(processExitsWith: .success) {
      let signals = EndingSignals(limit: .seconds(3600), log: try silent())
      guard signals.receive() == 1 else { exit(EXIT_FAILURE) }
      // An end that came at once would come by then.
      Bell().wait(.milliseconds(300))
      exit(signals.receive() == 2 ? EXIT_SUCCESS : EXIT_FAILURE)
    }
  }
}
