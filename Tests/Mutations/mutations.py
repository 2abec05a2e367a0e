# The mistakes: each one's file, the text that is there once, what stands there instead, and the
# tests of which one must fail. When the code changes, its mistakes change with it.
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    name: str
    file: str
    text: str
    instead: str
    suite: str


RPC, TENANCY = "Sources/JSONRPC", "Sources/Tenancy"
BENCH, AGENT, EXECUTABLE = "Sources/Bench", "Sources/Bench/Agent", "Sources/tenantd"
PATHS = "EndToEnd.Paths"

MUTATIONS = [
    # JSONRPC
    Mutation(
        "an id in flight is taken twice", f"{RPC}/RequestTable.swift",
        "guard open[id] == nil else { return nil }", "", "JSONRPCTests",
    ),
    Mutation(
        "a batch is answered before it is read", f"{RPC}/RequestTable.swift",
        "batch.isRead, batch.missing == 0", "batch.missing == 0", "JSONRPCTests",
    ),
    Mutation(
        "a held answer can be cancelled", f"{RPC}/RequestTable.swift",
        "let state = entries[ticket]?.state, state != .held else {",
        "entries[ticket] != nil else {", "JSONRPCTests",
    ),
    Mutation(
        "a line may be one byte too long", f"{RPC}/LineFramer.swift",
        "return last == 0x0D ? maximum + 1 : maximum", "return maximum + 1", "JSONRPCTests",
    ),
    Mutation(
        "the rest of a long line is served", f"{RPC}/LineFramer.swift",
        "state = end == nil ? .skipping : .inLine", "state = .inLine", "JSONRPCTests",
    ),
    Mutation(
        "one level too deep", f"{RPC}/JSONParser.swift",
        "static let maximumDepth = 64", "static let maximumDepth = 65", "JSONRPCTests",
    ),
    Mutation(
        "an overlong form of three bytes", f"{RPC}/JSONParser+Strings.swift",
        "case 0xE0: (length, second) = (3, 0xA0...0xBF)", "case 0xE0: length = 3", "JSONRPCTests",
    ),
    Mutation(
        "a message of another version is served", f"{RPC}/Message.swift",
        'text.utf8.count == 3 && text == "2.0"', "text.utf8.count == 3", "JSONRPCTests",
    ),
    # Tenancy
    Mutation(
        "a claim that succeeded during a cancel stands", f"{TENANCY}/Job.swift",
        "case .ending(.claim(let hidden), .cancelled):\n"
        "      return undo(failure(for: .cancelled), sites: [hidden, site])\n", "", "TenancyTests",
    ),
    Mutation(
        "a lost standby fails the job", f"{TENANCY}/Job+Ends.swift",
        "if case .standbyLost = failure {", "if case .standbyLost = failure, false {",
        "TenancyTests",
    ),
    Mutation(
        "the undo takes a name that is somebody else's", f"{TENANCY}/Job+Ends.swift",
        "if case .siteExists = cause { return undo(failure, sites: [hidden]) }", "", "TenancyTests",
    ),
    Mutation(
        "an undo that was not clean is told as complete", f"{TENANCY}/Job+Ends.swift",
        "if !undo.isClean {", "if false {", "TenancyTests",
    ),
    Mutation(
        "one more runs than may", f"{TENANCY}/JobQueue.swift",
        "if running.count < concurrency {", "if running.count <= concurrency {", "TenancyTests",
    ),
    Mutation(
        "the last who came is next", f"{TENANCY}/JobQueue.swift",
        "let next = waiting.removeFirst()", "let next = waiting.removeLast()", "TenancyTests",
    ),
    Mutation(
        "a cleanup takes a name that a job holds", f"{TENANCY}/Reservations.swift",
        "guard jobBySite[site] == nil else { return false }", "", "TenancyTests",
    ),
    Mutation(
        "a job lets go of another's address", f"{TENANCY}/Reservations.swift",
        "if uniqueEmail { jobByEmail[order.email] = job }", "", "TenancyTests",
    ),
    Mutation(
        "a reserved name is given", f"{TENANCY}/Subdomain.swift",
        'if reserved.contains(given) { return "is reserved" }', "", "TenancyTests",
    ),
    Mutation(
        "a hidden site's name is given", f"{TENANCY}/Subdomain.swift",
        "if given.hasPrefix(hiddenPrefix) {", "if given.hasPrefix(hiddenPrefix), false {",
        "TenancyTests",
    ),
    Mutation(
        "a common password is taken", f"{TENANCY}/PasswordRules.swift",
        "if CommonPasswords.contains(password) {", "if CommonPasswords.contains(password), false {",
        "TenancyTests",
    ),
    # The agent, on every path
    Mutation(
        "committed is set after the commit", f"{AGENT}/held.py",
        "        self.is_committed = True\n        type(self.db).commit(self.db)\n",
        "        type(self.db).commit(self.db)\n        self.is_committed = True\n", PATHS,
    ),
    Mutation(
        "a failed signup keeps its name", f"{AGENT}/claim.py",
        "            os.rename(site, hidden)\n", "            pass\n", PATHS,
    ),
    Mutation(
        "nothing is rolled back", f"{AGENT}/held.py",
        "            self.db.rollback()\n            run_all(self.undone)", "            pass", PATHS,
    ),
    Mutation(
        "a taken name is any error", f"{AGENT}/claim.py",
        "if os.path.lexists(site):", "if False:", "EndToEnd",
    ),
    Mutation(
        "no second look after the locks", f"{AGENT}/reservations.py",
        "        if found := self.existing(params):\n            self.release(params)\n",
        "        found: JSON | None = None\n        if found:\n            self.release(params)\n",
        "EndToEnd",
    ),
    Mutation(
        "keys are not proven", f"{AGENT}/owner.py",
        "        versions.validate_api_key_secret(key, secret)\n", "        pass\n", PATHS,
    ),
]
