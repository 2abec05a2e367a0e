# Mistakes in the session to a bench: its machine, its process, and who waits for it.
from __future__ import annotations

from mutation import BENCH, Mutation

STATE, SESSION = "BenchTests.SessionState", "BenchTests.SessionTests"
PROCESS = "BenchTests.ChildProcess"

OF_SESSION = [
    Mutation(
        "who waits patiently is forgotten when an attempt fails", f"{BENCH}/Session/SessionState.swift",
        "    waiters = patient\n", "    _ = patient\n", STATE,
    ),
    Mutation(
        "an agent that does not answer is kept", f"{BENCH}/Session/SessionState.swift",
        "return misses + 1 == Self.maximumMisses ? [.kill] : []", "return []", STATE,
    ),
    Mutation(
        "a setting's mistake is waited for", f"{BENCH}/Session/SessionState.swift",
        "let patient = hasWorked ? waiters.filter(\\.isPatient) : []\n"
        "    if hasWorked { waiters.removeAll",
        "let patient = waiters.filter(\\.isPatient)\n    if true { waiters.removeAll", STATE,
    ),
    Mutation(
        "a session that has ended is told as one that never was", f"{BENCH}/Session/SessionState.swift",
        "let told = hasWorked ? BenchError.lost(error) : error", "let told = error", STATE,
    ),
    Mutation(
        "attempts follow each other without a rest", f"{BENCH}/Session/SessionState.swift",
        "case .starting(let failed): attempt = failed + 1", "case .starting: attempt = 0", STATE,
    ),
    Mutation(
        "a call meets the end of the session before it", f"{BENCH}/Session/Session.swift",
        "      await ended(connection)\n      throw", "      throw", SESSION,
    ),
    Mutation(
        "who waits for a session cannot give up", f"{BENCH}/Session/Session.swift",
        "      Task { await self.giveUp(waiter) }\n", "", SESSION,
    ),
    Mutation(
        "a launcher that does not start keeps the process", f"{BENCH}/Session/Session.swift",
        "    if let launched { limit(launched.process, launched.watch, to: Self.closeLimit) }\n",
        "", SESSION,
    ),
    Mutation(
        "another child inherits a child's pipes", f"{BENCH}/Session/ChildProcess.swift",
        "    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }\n", "", PROCESS,
    ),
    Mutation(
        "a spawn that fails keeps its pipes", f"{BENCH}/Session/ChildProcess.swift",
        "for descriptor in [input.writing, output.reading, error.reading] { close(descriptor) }",
        "", PROCESS,
    ),
    Mutation(
        "pipes that are too few stay", f"{BENCH}/Session/ChildProcess.swift",
        "      for pipe in pipes { pipe.close() }\n", "", PROCESS,
    ),
    Mutation(
        "a child is deaf to signals", f"{BENCH}/Session/ChildProcess.swift",
        "POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP",
        "POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP", PROCESS,
    ),
    Mutation(
        "a child's children live on", f"{BENCH}/Session/ChildProcess.swift", "{ kill(-pid, number) }",
        "{ kill(pid, number) }", PROCESS,
    ),
    Mutation(
        "a line without an end is kept whole", f"{BENCH}/Session/ProcessWatch.swift",
        "} else if rest.count < Self.longest {", "} else {", PROCESS,
    ),
    Mutation(
        "all that a process says is kept", f"{BENCH}/Session/ProcessWatch.swift",
        "lines.suffix(Self.kept - 1) + [text]", "lines + [text]", PROCESS,
    ),
    Mutation(
        "what is not done in time goes on", f"{BENCH}/Session/Limit.swift",
        "    defer { group.cancelAll() }\n", "", "BenchTests.Limit",
    ),
    Mutation(
        "a failure in time is none", f"{BENCH}/Session/Limit.swift", "return try result?.get()",
        "return try? result?.get()", "BenchTests.Limit",
    ),
    Mutation(
        "a call that is over still hears of its job", f"{BENCH}/Session/ProgressTable.swift",
        "followers.withLock { _ = $0.removeValue(forKey: job) }", "_ = job",
        "BenchTests.ProgressTable",
    ),
]
