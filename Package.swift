// swift-tools-version: 6.1
// The package: libraries with one room each, and the executable that composes them.
import PackageDescription

let settings: [SwiftSetting] = [.swiftLanguageMode(.v6)]

let package = Package(
  name: "tenantd",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "tenantd", targets: ["tenantd"])],
  targets: [
    .target(name: "JSONRPC", swiftSettings: settings),
    .target(
      name: "Bench", dependencies: ["JSONRPC", "Tenancy"],
      resources: [.embedInCode("Agent")], swiftSettings: settings),
    .target(
      name: "StandIn", resources: [.embedInCode("Modules")], swiftSettings: settings),
    .target(
      name: "Tenancy", resources: [.embedInCode("Resources")], swiftSettings: settings),
    .executableTarget(
      name: "tenantd", dependencies: ["JSONRPC", "Bench", "StandIn", "Tenancy"],
      swiftSettings: settings),
    .testTarget(name: "JSONRPCTests", dependencies: ["JSONRPC"], swiftSettings: settings),
    .testTarget(name: "TenancyTests", dependencies: ["Tenancy"], swiftSettings: settings),
    .testTarget(
      name: "BenchTests", dependencies: ["Bench", "Harness", "JSONRPC", "StandIn"],
      exclude: [
        "agent_case.py", "agent_test.py", "changes_test.py", "claim_test.py", "copy_test.py",
        "fuzz_test.py", "held_test.py", "identity_test.py", "life_test.py", "methods_test.py",
        "output_test.py", "ownership_case.py", "ownership_test.py", "profile_test.py",
        "reconcile_test.py", "refusal_test.py", "rehearsal_test.py", "remnants_test.py",
        "reservation_test.py", "sandbox_case.py", "sandbox_server_test.py", "sandbox_test.py",
        "secrecy_test.py", "standby_test.py", "starved_test.py", "tenants_test.py",
        "versions_test.py", "workspace_test.py",
      ],
      swiftSettings: settings),
    // A test target too: a release build has no `Testing` and leaves it out.
    .testTarget(
      name: "Harness", dependencies: ["JSONRPC"], path: "Tests/Harness", swiftSettings: settings),
    .testTarget(
      name: "tenantdTests",
      dependencies: ["tenantd", "Bench", "Harness", "JSONRPC", "StandIn", "Tenancy"],
      swiftSettings: settings),
    .testTarget(
      name: "ClientTests", dependencies: ["tenantd", "Harness"], swiftSettings: settings),
    .testTarget(
      name: "DockerTests", dependencies: ["tenantd", "Harness", "JSONRPC"], exclude: ["probe.py"],
      swiftSettings: settings),
  ]
)
