# Mistakes in the libraries that do no I/O: JSONRPC and Tenancy.
from __future__ import annotations

from mutation import RPC, TENANCY, Mutation

OF_LIBRARIES = [
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
        "nobody waits until the bench is in order", f"{TENANCY}/Lifecycle/Reconciler.swift",
        "      if !isPending { continuation.finish() }\n",
        "      _ = isPending\n      continuation.finish()\n", "TenancyTests.ReconcilerTests",
    ),
    Mutation(
        "who waits for order waits for ever", f"{TENANCY}/Lifecycle/Reconciler.swift",
        "    for continuation in waiting { continuation.finish() }\n", "    _ = waiting\n",
        "TenancyTests.ReconcilerTests",
    ),
    Mutation(
        "a claim that succeeded during a cancel stands", f"{TENANCY}/Provisioning/Job.swift",
        "case .ending(.claim(let hidden), .cancelled):\n"
        "      return undo(failure(for: .cancelled), sites: [hidden, site])\n", "",
        "TenancyTests.JobTests",
    ),
    Mutation(
        "a lost standby fails the job", f"{TENANCY}/Provisioning/Job+Ends.swift",
        "if case .standbyLost = failure {", "if case .standbyLost = failure, false {",
        "TenancyTests.JobTests",
    ),
    Mutation(
        "the undo takes a name that is somebody else's", f"{TENANCY}/Provisioning/Job+Ends.swift",
        "if case .siteExists = cause { return undo(failure, sites: [hidden]) }", "",
        "TenancyTests.JobTests",
    ),
    Mutation(
        "an undo that was not clean is told as complete", f"{TENANCY}/Provisioning/Job+Ends.swift",
        "if !undo.isClean {", "if false {", "TenancyTests.JobTests",
    ),
    Mutation(
        "one more runs than may", f"{TENANCY}/Provisioning/JobQueue.swift",
        "if running.count < concurrency {", "if running.count <= concurrency {",
        "TenancyTests.JobQueueTests",
    ),
    Mutation(
        "the last who came is next", f"{TENANCY}/Provisioning/JobQueue.swift",
        "let next = waiting.removeFirst()", "let next = waiting.removeLast()",
        "TenancyTests.JobQueueTests",
    ),
    Mutation(
        "a cleanup takes a name that a job holds", f"{TENANCY}/Provisioning/Reservations.swift",
        "guard jobBySite[site] == nil else { return false }", "", "TenancyTests.ReservationsTests",
    ),
    Mutation(
        "a job lets go of another's address", f"{TENANCY}/Provisioning/Reservations.swift",
        "if uniqueEmail { jobByOwner[order.owner] = job }", "", "TenancyTests.ReservationsTests",
    ),
    Mutation(
        "a reserved name is given", f"{TENANCY}/Signup/Subdomain.swift",
        'if reserved.contains(given) { return "is reserved" }', "", "TenancyTests.SubdomainTests",
    ),
    Mutation(
        "a hidden site's name is given", f"{TENANCY}/Signup/Subdomain.swift",
        "if given.hasPrefix(hiddenPrefix) {", "if given.hasPrefix(hiddenPrefix), false {",
        "TenancyTests.SubdomainTests",
    ),
    Mutation(
        "a common password is taken", f"{TENANCY}/Signup/PasswordRules.swift",
        "if CommonPasswords.contains(password) {", "if CommonPasswords.contains(password), false {",
        "TenancyTests.PasswordRulesTests",
    ),
    Mutation(
        "an order takes a name that a cleanup holds", f"{TENANCY}/Provisioning/Reservations.swift",
        "if cleanups.contains(order.site) {", "if false {", "TenancyTests.ReservationsTests",
    ),
    Mutation(
        "a pool with a site that cannot be dropped counts as kept", f"{TENANCY}/Pool/StandbyPool.swift",
        "\n      && leftAlone.isEmpty", "", "TenancyTests.StandbyPoolTests",
    ),
    Mutation(
        "a pool without a template counts as kept", f"{TENANCY}/Pool/StandbyPool.swift",
        "action == nil && survey.hasTemplate && survey.standbys",
        "action == nil && survey.standbys", "TenancyTests.StandbyPoolTests",
    ),
    Mutation(
        "a pool that is to be filled counts as kept", f"{TENANCY}/Pool/StandbyPool.swift",
        "isKept =\n      action == nil && survey", "isKept =\n      survey",
        "TenancyTests.StandbyPoolTests",
    ),
    Mutation(
        "its own are dropped for what a neighbour has too many", f"{TENANCY}/Pool/StandbyPool.swift",
        "survey.mine.count > wanted {", "!survey.mine.isEmpty {", "TenancyTests.StandbyPoolTests",
    ),
    Mutation(
        "the template waits for the customers", f"{TENANCY}/Pool/StandbyPool.swift",
        "    if hasTemplate {\n      let quiet", "    if true {\n      let quiet",
        "TenancyTests.StandbyPoolTests",
    ),
    Mutation(
        "a pool that fails does not rest", f"{TENANCY}/Pool/StandbyPool.swift",
        "    rest = now + min(longest, .seconds(1 << min(tries, 9)))\n", "    _ = longest\n",
        "TenancyTests.StandbyPoolTests",
    ),
    Mutation(
        "who comes once has a share", f"{TENANCY}/Pool/Shares.swift",
        "static let often = 2", "static let often = 1", "TenancyTests.SharesTests",
    ),
    Mutation(
        "shares are more than the pool", f"{TENANCY}/Pool/Shares.swift",
        "        left -= 1\n", "", "TenancyTests.SharesTests",
    ),
    Mutation(
        "a crowd is never forgotten", f"{TENANCY}/Pool/Demand.swift",
        "peak = max(owed, peak - (now - last) / Self.patience)", "peak = max(owed, peak)",
        "TenancyTests.DemandTests",
    ),
    Mutation(
        "a quiet hour is a stock for the next crowd", f"{TENANCY}/Pool/Demand.swift",
        "owed = max(0, owed - (now - last) / max(refill, .milliseconds(1)))",
        "owed -= (now - last) / max(refill, .milliseconds(1))", "TenancyTests.DemandTests",
    ),
    Mutation(
        "a pattern finds the master site", f"{TENANCY}/Lifecycle/CleanupPlan.swift",
        "if tenant.site == master {", "if false {", "TenancyTests.CleanupPlanTests",
    ),
    Mutation(
        "`force` is for all that a pattern finds", f"{TENANCY}/Lifecycle/CleanupPlan.swift",
        "tenant.reasonToKeep(isForced: false)", "tenant.reasonToKeep(isForced: request.force)",
        "TenancyTests.CleanupPlanTests",
    ),
    Mutation(
        "a link is dropped by force", f"{TENANCY}/Lifecycle/CleanupPlan.swift",
        "if state == .alias, let of {", "if !isForced, state == .alias, let of {",
        "TenancyTests.CleanupPlanTests",
    ),
    Mutation(
        "a cleanup takes what a job works on", f"{TENANCY}/Lifecycle/CleanupPlan.swift",
        "isBusy || reserved.contains(tenant.site)", "isBusy",
        "TenancyTests.CleanupPlanTests",
    ),
]
