// Behaviours through a real `docker compose exec` and a real MariaDB. The suites in here run one
// test after another: they share one bench, and stop and pause its services.
import JSONRPC
import Testing

@testable import Harness

@Suite(
  .enabled(if: Stack.isWanted, "TENANTD_TEST_DOCKER is not 1: no Docker is looked for"),
  .serialized, .alone, .timeLimit(.minutes(2)))
enum DockerTests {}

/// The points of the stand-in at which a lever can act, by the step that passes them.
struct Point: Sendable, CustomTestStringConvertible {
  let step: Int64
  let name: String
  /// Keeps the lever from work that is not the test's own signup: a rehearsal, a template.
  var match = ""

  var testDescription: String { name }

  static let claiming = [
    "user_insert": 3, "settings": 4, "auth": 5, "commit": 5, "after_commit": 5,
  ]
  .map { Point(step: $1, name: $0, match: "owner@acme.example") }.sorted { $0.step < $1.step }
  static let copying = [Point(step: 1, name: "create_database")] + claiming
  static let installing =
    [Point(step: 1, name: "new_site"), Point(step: 2, name: "install_app", match: "nexus_core")]
    + copying
}

/// Starts a tenantd on the stack.
func start(pool: Int = 0, _ environment: [String: String] = [:]) throws -> Daemon {
  let own = Stack.environment.merging(["TENANTD_POOL": "\(pool)"]) { $1 }
  return try Daemon([], environment: own.merging(environment) { $1 })
}

/// Runs a conversation on a bare bench, and expects that a clean-up leaves it bare again and that
/// nothing of the agent is left running.
func onBench(
  pool: Int = 0, _ environment: [String: String] = [:],
  sourceLocation: SourceLocation = #_sourceLocation, _ body: (Daemon) async throws -> Void
) async throws {
  try await bareBench()
  let daemon = try start(pool: pool, environment)
  try await body(daemon)
  try await daemon.dropAll()
  try await daemon.leave(sourceLocation: sourceLocation)
  try await expectBare(sourceLocation: sourceLocation)
}

/// The services run, and nothing is in the bench, whatever the test before has left.
func bareBench() async throws {
  do {
    try await Stack.ask("wipe")
  } catch {
    for service in ["db", "redis-cache", "redis-queue"] {
      _ = try? await Stack.compose("unpause", service)
    }
    try await Stack.compose("up", "--detach", "--wait")
    try await Stack.ask("wipe")
  }
}

/// Nothing that tenantd made is left anywhere.
func expectBare(sourceLocation: SourceLocation = #_sourceLocation) async throws {
  let left = try await Stack.contents()
  #expect(left == [], sourceLocation: sourceLocation)
}

/// A bench with a template, and with one standby, which an earlier tenantd has left.
func benchWithTemplate() async throws {
  try await bareBench()
  let maker = try start(pool: 1)
  try await maker.poolIsFull(1)
  try await maker.leave()
}

extension Daemon {
  /// Everything that tenantd has made goes, standbys and template included.
  func dropAll(sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let report = try await call(
      "cleanup", ["pattern": "*", "pool": true, "orphans": true, "delay": 0])
    #expect(report["failed"] == [], "\(report)", sourceLocation: sourceLocation)
  }

  /// Ends in order; nothing of its agent is left in the container then.
  func leave(sourceLocation: SourceLocation = #_sourceLocation) async throws {
    try await finish(sourceLocation: sourceLocation)
    #expect(try await Stack.ask("await_end") == true, sourceLocation: sourceLocation)
  }
}

/// What two looks at a bench differ in: a sign, and what it is.
func difference(_ before: [String], _ after: [String]) -> [String] {
  after.difference(from: before).map { change in
    switch change {
    case .insert(_, let element, _): "+ \(element)"
    case .remove(_, let element, _): "- \(element)"
    }
  }
}
