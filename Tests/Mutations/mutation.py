# One mistake, and which suites can see it: those that see nothing of each other's mistakes can run
# in one build.
from __future__ import annotations

from dataclasses import dataclass

RPC, TENANCY = "Sources/JSONRPC", "Sources/Tenancy"
BENCH, AGENT, EXECUTABLE = "Sources/Bench", "Sources/Bench/Agent", "Sources/tenantd"

SEEN: dict[str, tuple[str, ...]] = {
    "JSONRPCTests": (f"{RPC}/",),
    "TenancyTests.ReservationsTests": (f"{TENANCY}/Reservations", f"{TENANCY}/Order"),
    "TenancyTests.StandbyPoolTests": (f"{TENANCY}/StandbyPool", f"{TENANCY}/Demand"),
    "TenancyTests.DemandTests": (f"{TENANCY}/Demand",),
    "TenancyTests.CleanupPlanTests": (f"{TENANCY}/CleanupPlan", f"{TENANCY}/Subdomain"),
    "TenancyTests.JobQueueTests": (f"{TENANCY}/JobQueue",),
    "TenancyTests.JobTests": (f"{TENANCY}/Job.", f"{TENANCY}/Job+", f"{TENANCY}/Failure"),
    "TenancyTests.PasswordRulesTests": (f"{TENANCY}/PasswordRules", f"{TENANCY}/CommonPasswords"),
    "TenancyTests.SubdomainTests": (f"{TENANCY}/Subdomain", f"{TENANCY}/Folding"),
    "BenchTests.SessionState": (f"{BENCH}/SessionState", f"{BENCH}/BenchError"),
    "BenchTests.SessionTests": (f"{BENCH}/", f"{RPC}/"),
    "BenchTests.ChildProcess": (f"{BENCH}/ChildProcess", f"{BENCH}/ProcessWatch", f"{RPC}/Thread"),
    "BenchTests.Limit": (f"{BENCH}/Limit", f"{BENCH}/BenchError"),
    "BenchTests.ProgressTable": (f"{BENCH}/ProgressTable", f"{RPC}/Message"),
    "tenantdTests.LogQueue": (f"{EXECUTABLE}/Logging/", f"{RPC}/Bell", f"{RPC}/Thread"),
    "tenantdTests.Glance": (f"{EXECUTABLE}/Glance", f"{BENCH}/BenchSite"),
    "tenantdTests.ChildEnvironment": (f"{EXECUTABLE}/ChildEnvironment", f"{EXECUTABLE}/Conf"),
    "tenantdTests.EndingSignals": (f"{EXECUTABLE}/Commands/LastResort", f"{EXECUTABLE}/Logging/"),
    "tenantdTests.ErrorMapping": (f"{EXECUTABLE}/Errors/ErrorMapping", f"{TENANCY}/Failure"),
    "tenantdTests.Reconciler": (f"{EXECUTABLE}/Reconciler", f"{BENCH}/Session", f"{BENCH}/Limit"),
    "EndToEnd.Starting.aBadValue": (f"{EXECUTABLE}/Conf", f"{TENANCY}/Plan"),
}
"""What a suite runs of Sources, by how the files' names begin. Any other one runs all of it."""


@dataclass(frozen=True)
class Mutation:
    name: str
    file: str
    text: str
    """It is there once."""
    instead: str
    suite: str
    """A filter of Swift's tests, or a file of Python's and what it is given."""


def is_python(suite: str) -> bool:
    return suite.split(" ")[0].endswith(".py")


def sees(suite: str, file: str) -> bool:
    for name, beginnings in SEEN.items():
        if suite.startswith(name):
            return file.startswith(beginnings)
    return True


def independent(one: Mutation, other: Mutation) -> bool:
    """Whether neither one's suite can fail for the other's mistake. Python's suites have no build
    to share."""
    if is_python(one.suite) or is_python(other.suite):
        return False
    return not sees(one.suite, other.file) and not sees(other.suite, one.file)
