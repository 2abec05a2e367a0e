# Mistakes in the executable: what it waits for, what it tells and to whom, and how it ends.
from __future__ import annotations

from mutation import EXECUTABLE, Mutation

TESTS = "tenantdTests"

OF_EXECUTABLE = [
    Mutation(
        "a session that has ended is told as ready", f"{EXECUTABLE}/LastOverview.swift",
        "view.isCurrent && view.overview", "view.overview", f"{TESTS}.LastOverview",
    ),
    Mutation(
        "what was told once is told for ever", f"{EXECUTABLE}/LastOverview.swift",
        " && .now - view.since < Self.lifetime", "", f"{TESTS}.LastOverview",
    ),
    Mutation(
        "secrets reach Docker's environment", f"{EXECUTABLE}/ChildEnvironment.swift",
        "      !Configuration.secretNames.contains(name)\n        && (", "      (",
        f"{TESTS}.ChildEnvironment",
    ),
    Mutation(
        "an agent has the whole environment", f"{EXECUTABLE}/ChildEnvironment.swift",
        "(!launcher.prefix.isEmpty || isForPrograms(name))", "true", f"{TESTS}.ChildEnvironment",
    ),
    Mutation(
        "a secret setting is none", f"{EXECUTABLE}/Configuration/Configuration.swift",
        "Setting.all.filter { $0.flag == nil }", "Setting.all.filter { $0.flag == nil }.dropLast()",
        f"{TESTS}.ChildEnvironment",
    ),
    Mutation(
        "an outage is a failure", f"{EXECUTABLE}/Errors/ErrorMapping.swift",
        "case .lost: return .outage(failure)", "case .lost: return failure",
        f"{TESTS}.ErrorMapping",
    ),
    Mutation(
        "a lost reservation is a failure", f"{EXECUTABLE}/Errors/ErrorMapping.swift",
        '    "database_unavailable", "bench_changed", "reservation_lost", "site_held",',
        '    "database_unavailable", "bench_changed", "site_held",', f"{TESTS}.ErrorMapping",
    ),
    Mutation(
        "an undo that is still to come is told as done", f"{EXECUTABLE}/Errors/ErrorMapping.swift",
        '      data["rolledBack"] = false\n      data["pending"] = .string(reason)',
        '      data["rolledBack"] = true\n      data["pending"] = .string(reason)',
        f"{TESTS}.ErrorMapping",
    ),
    Mutation(
        "an address in use names the asker's site", f"{EXECUTABLE}/Errors/ErrorMapping.swift",
        'if case .emailInUse = failure {} else { data["site"]', 'do { data["site"]',
        f"{TESTS}.ErrorMapping",
    ),
    Mutation(
        "the log's queue has no bound", f"{EXECUTABLE}/Logging/LogQueue.swift",
        "guard size == 0 || size + line.count + Self.overhead <= room else {",
        "guard size == 0 || room > 0 else {", f"{TESTS}.LogQueue.*countsWhatIsDropped",
    ),
    Mutation(
        "room in the log's queue is never given back", f"{EXECUTABLE}/Logging/LogQueue.swift",
        "    if case .line(let line) = entry { size -= line.count + Self.overhead }\n", "",
        f"{TESTS}.LogQueue.*countsWhatIsDropped",
    ),
    Mutation(
        "lines are dropped and nobody is told", f"{EXECUTABLE}/Logging/LogQueue.swift",
        "    if missing > 0 { entries.append(.dropped(missing)) }\n", "",
        f"{TESTS}.LogQueue.*countsWhatIsDropped",
    ),
    Mutation(
        "a third signal ends nothing", f"{EXECUTABLE}/Commands/LastResort.swift",
        'default: LastResort.now(log: log, "a third signal came")', "default: break",
        f"{TESTS}.EndingSignals",
    ),
    Mutation(
        "an orderly end takes as long as it likes", f"{EXECUTABLE}/Commands/LastResort.swift",
        'case 1: LastResort.end(after: limit, log: log, "the orderly end took too long")',
        "case 1: break", f"{TESTS}.EndingSignals",
    ),
    Mutation(
        "the first signal is the end", f"{EXECUTABLE}/Commands/LastResort.swift",
        "      bell.wait(limit)\n", "", f"{TESTS}.EndingSignals",
    ),
    Mutation(
        "no provision may run at all", f"{EXECUTABLE}/Configuration/Configuration.swift",
        "values.number(.concurrency, in: 1...64)", "values.number(.concurrency, in: 0...64)",
        "EndToEnd.Starting.aBadValue",
    ),
    Mutation(
        "a thousand standbys may be asked for", f"{EXECUTABLE}/Configuration/Configuration.swift",
        "values.range(.pool, in: 0...100)", "values.range(.pool, in: 0...1000)",
        "EndToEnd.Starting.aBadValue",
    ),
    Mutation(
        "a range may be upside down", f"{EXECUTABLE}/Configuration/Values.swift",
        "      least <= most, bounds", "      bounds", "EndToEnd.Starting.aBadValue",
    ),
    Mutation(
        "a reader that went away ends the process", f"{EXECUTABLE}/Signals.swift",
        "    signal(SIGPIPE, SIG_IGN)\n", "", "EndToEnd.Endings.aReaderThatWentAway",
    ),
    Mutation(
        "a second signal waits for the grace period", f"{EXECUTABLE}/Commands/Shutdown.swift",
        "    hurry.finish()\n", "", "EndToEnd.Endings.aSecondSignal",
    ),
    Mutation(
        "what a job had reserved is never let go of", f"{EXECUTABLE}/Service.swift",
        "case .released(let attempt): isOver.yield(attempt)", "case .released: break",
        "EndToEnd.Neighbours.aNameIsFreeAgain",
    ),
    Mutation(
        "what a crash left stays", f"{EXECUTABLE}/Service.swift",
        "        reconciler.sessionStarted()\n", "", "EndToEnd.Deaths.betweenTheNameAndTheCommit",
    ),
    Mutation(
        "a key answers for another signup", f"{EXECUTABLE}/BenchBridge.swift",
        "case .sameKey(let tenant) where tenant.isSame(as: order):", "case .sameKey(let tenant):",
        "EndToEnd.Idempotency.theSameKeyForSomethingElse",
    ),
    Mutation(
        "a pool that works is told as failing", "Sources/Tenancy/Pool/PoolRun.swift",
        "      if isKept, noted != nil { await bench.note(nil) }\n",
        "      _ = isKept\n", "EndToEnd.PoolKeeping.aNote",
    ),
    Mutation(
        "half a template is left at the end", "Sources/Tenancy/Pool/PoolRun.swift",
        "    await task?.value\n", "", "EndToEnd.PoolKeeping.whatIsBeingMade",
    ),
]
