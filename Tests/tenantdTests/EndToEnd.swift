// The real binary over pipes on a sandbox: the suites in here run one test after another, because
// each has processes of its own.
import Testing

@testable import Harness

@Suite(.serialized, .oneAtATime, .timeLimit(.minutes(1))) enum EndToEnd {}

/// The points of the stand-in at which a lever can act, by the step that passes them.
let pointsOfSteps: [(step: Int64, point: String, match: String)] = [
  (1, "new_site", ""), (1, "create_database", ""), (2, "install_app", "nexus_core"),
  (3, "user_insert", "owner@acme.example"), (4, "settings", "owner@acme.example"),
  (5, "auth", "owner@acme.example"), (5, "commit", "owner@acme.example"),
  (5, "after_commit", "owner@acme.example"),
]
