// What tenantd is not asked for: who can log in where, read from the databases by a process beside it.
import Foundation
import JSONRPC
import Testing

@testable import Harness

/// One process for a whole test: to start one for each look takes longer than to look.
final class Witness: Sendable {
  private let program: Program

  init(_ bench: TestBench) throws {
    program = try Program(executable: "python3", ["-c", Self.text, bench.file("databases")])
  }

  /// Who can log in anywhere on the bench, but for each site's Administrator and Guest.
  func users() async throws -> Set<String> {
    let known = program.lines.all.count
    program.write([0x0A])
    _ = try await program.lines.index("what the witness says") { place, _ in place == known }
    let said = try JSON(parsing: program.lines.all[known]).array ?? []
    let users = said.compactMap(\.string)
    #expect(Set(users).count == users.count, "\(users)")
    return Set(users)
  }

  private static let text = """
    import glob, json, sqlite3, sys
    for line in sys.stdin:
        users = []
        for path in glob.glob(sys.argv[1] + "/*.sqlite"):
            # Whoever only reads leaves files beside the database.
            database = sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=20)
            if database.execute("SELECT 1 FROM sqlite_master WHERE name = 'tabUser'").fetchone():
                rows = database.execute("SELECT name FROM tabUser")
                users += [row[0] for row in rows if row[0] not in ("Administrator", "Guest")]
            database.close()
        print(json.dumps(users), flush=True)
    """
}

extension TestBench {
  /// The folders of sites.
  var sites: Set<String> {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: file("sites"))) ?? []
    return Set(all.filter { $0.contains("localhost") || $0.hasPrefix("tenantd-") })
  }

  /// What is in the bench beside what belongs to a bare one, random names made alike: the same before
  /// and after whatever leaves no trace, also where a standby stands for another.
  var shape: [String] {
    let all = Set(leftoversBesideLocks + ["databases/tenantd.sqlite"])
    // What a database has beside it while it is open comes and goes, and so do cache keys of a site.
    let lasting = all.filter { file in
      let owner = file.hasPrefix("cache/") ? file.dropFirst(6).split(separator: "%").first : nil
      let isOpen = ["-wal", "-shm"].contains {
        file.hasSuffix($0) && all.contains(String(file.dropLast(4)))
      }
      return !isOpen && !all.contains("databases/\(owner ?? "").sqlite")
    }
    return lasting.map { $0.replacing(/[0-9a-f]{16,}/, with: "…") }.sorted()
  }

  /// Expects what was there before, and that no process is at work on anything else.
  func expectNothing(beside shape: [String], of daemon: Daemon, by path: SitePath) async throws {
    // A standby's own process waits in the bench, and where one has died another is made.
    try await daemon.isReady(for: path)
    // What was just being written at that moment has got its name since.
    let before = shape.filter { !$0.contains(/\.tenantd-\w+\.[0-9a-f]+$/) }
    #expect(self.shape == before)
    if path != .standby { #expect(try await hasNoJob()) }
  }
}
