// The real binary over pipes on a sandbox. The suites in here take turns, each with one test after
// another, because each test has processes of its own.
import JSONRPC
import Testing

@testable import Harness

@Suite(.timeLimit(.minutes(1))) enum EndToEnd {}

/// A point of the stand-in at which a lever can act, and the step that passes it.
struct Place: Sendable, CustomTestStringConvertible {
  let step: Int64
  let point: String
  /// What the work there mentions; nil: the owner of the site.
  private let mention: String?

  /// What keeps a lever from the work for anybody else, as far as the point knows whom it is for.
  func match(_ name: String = "Acme") -> String {
    mention ?? "owner@\(name.lowercased()).example"
  }

  var testDescription: String { point }

  /// All of them, in the order of a signup whose site is installed.
  static let all = [
    Place(step: 1, point: "new_site", mention: ""),
    Place(step: 1, point: "create_database", mention: ""),
    Place(step: 2, point: "install_app", mention: "nexus_core"),
    Place(step: 3, point: "user_insert", mention: nil),
    Place(step: 4, point: "settings", mention: nil),
    Place(step: 5, point: "auth", mention: nil), Place(step: 5, point: "commit", mention: nil),
    Place(step: 5, point: "after_commit", mention: nil),
  ]
}

/// The ways in which a signup's site comes: from a standby, by a copy of the template, by the
/// installer. What holds for one is to hold for each.
enum SitePath: String, CaseIterable, Sendable {
  case standby, copy, install

  /// Those that a signup passes: the first two steps of a copy and of a standby are the template's.
  var places: [Place] { self == .install ? Place.all : Place.all.filter { $0.step > 2 } }

  /// What a tenantd on it is started with.
  var flags: [String] { ["--pool=\(self == .standby ? 1 : 0)", "--log=debug"] }
}

extension Daemon {
  /// Returns when the next signup takes the path; the time limit ends it otherwise.
  func isReady(for path: SitePath) async throws {
    if path == .standby { try await poolIsFull(1) }
  }
}

/// Makes a bench ready for a path: a copy needs a template.
func prepare(
  _ bench: TestBench, for path: SitePath, environment: [String: String] = [:]
) async throws {
  guard path == .copy else { return }
  let maker = try Daemon(on: bench, SitePath.standby.flags, environment: environment)
  try await maker.isReady(for: .standby)
  try await maker.finish()
}

/// Runs a conversation on a bench of its own, on which signups take the path, and ends it in order.
func withDaemon(
  by path: SitePath, _ arguments: [String] = [], environment: [String: String] = [:],
  sourceLocation: SourceLocation = #_sourceLocation,
  _ body: (Daemon, TestBench) async throws -> Void
) async throws {
  let bench = try TestBench()
  try await prepare(bench, for: path, environment: environment)
  let daemon = try Daemon(on: bench, path.flags + arguments, environment: environment)
  try await daemon.isReady(for: path)
  try await body(daemon, bench)
  try await daemon.finish(sourceLocation: sourceLocation)
}
