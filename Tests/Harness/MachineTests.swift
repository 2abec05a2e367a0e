// What all the other tests need of the machine, looked at first: one failure with a sentence, where
// hundreds would fail for the same reason. It is of XCTest, whose tests run before the others.
import Foundation
import XCTest

final class MachineTests: XCTestCase {
  func testTheProgramIsBesideTheTests() {
    XCTAssertTrue(FileManager.default.isExecutableFile(atPath: Program.path), Program.path)
  }

  /// A sandbox is a program in Python. What only some tests need they ask for themselves (`.needs`).
  func testPythonIsThere() {
    let question = "-c 'import sqlite3, sys; print(sys.version_info >= (3, 10))'"
    XCTAssertEqual(
      Tool.firstLine(of: "python3", question), "True",
      "The tests need Python 3.10 or later, with sqlite3, as python3 in PATH.")
  }

  /// What holds a job at a point, and what is left in a bench, is seen in a folder of each test's own.
  func testTheTemporaryFolderTakesPipes() throws {
    let path = NSTemporaryDirectory() + "tenantd-pipe-\(UInt64.random(in: 0 ... .max))"
    XCTAssertEqual(mkfifo(path, 0o600), 0, "\(path): \(String(cString: strerror(errno)))")
    try FileManager.default.removeItem(atPath: path)
  }
}
