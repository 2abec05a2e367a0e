// Where a run of the tests begins: with those of Swift Testing, for there are no others. SwiftPM
// would run an empty suite of XCTest's first, and look for tests of its kind in the compiler's index.
import Testing

@main struct Run {
  static func main() async {
    let arguments = CommandLine.arguments
    let library = arguments.firstIndex(of: "--testing-library").map { arguments.index(after: $0) }
    if let library, arguments.indices.contains(library), arguments[library] == "xctest" { return }
    await Testing.__swiftPMEntryPoint() as Never
  }
}
