// Who follows which job: the agent's `progress` notifications find their call here.

import JSONRPC
import Synchronization

/// Followers by job.
final class ProgressTable: Sendable {
  private let followers = Mutex<[String: @Sendable (JSON) -> Void]>([:])

  func add(_ job: String, _ follower: @escaping @Sendable (JSON) -> Void) {
    followers.withLock { $0[job] = follower }
  }

  func remove(_ job: String) { followers.withLock { _ = $0.removeValue(forKey: job) } }

  /// Hands a notification to the job's follower, in the order of arrival.
  func deliver(_ request: Request) {
    guard request.method == "progress", let params = request.params,
      let job = params["job"]?.string
    else { return }
    followers.withLock { $0[job] }?(params)
  }
}
