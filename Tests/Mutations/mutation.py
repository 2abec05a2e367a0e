# One mistake, and which suites can see it: those that see nothing of each other's mistakes can run
# in one build.
from __future__ import annotations

from dataclasses import dataclass

RPC, TENANCY = "Sources/JSONRPC", "Sources/Tenancy"
BENCH, AGENT, EXECUTABLE = "Sources/Bench", "Sources/Bench/Agent", "Sources/tenantd"

SEEN: dict[str, tuple[str, ...]] = {
    "JSONRPCTests": (f"{RPC}/",),
    "TenancyTests.ReservationsTests": (f"{TENANCY}/Provisioning/Reservations", f"{TENANCY}/Signup/Order"),
    "TenancyTests.StandbyPoolTests": (f"{TENANCY}/Pool/S", f"{TENANCY}/Pool/Demand"),
    "TenancyTests.SharesTests": (f"{TENANCY}/Pool/S", f"{TENANCY}/Pool/Demand"),
    "TenancyTests.DemandTests": (f"{TENANCY}/Pool/Demand",),
    "TenancyTests.CleanupPlanTests": (f"{TENANCY}/Lifecycle/CleanupPlan", f"{TENANCY}/Lifecycle/Tenant", f"{TENANCY}/Signup/Subdomain"),
    "TenancyTests.ReconcilerTests": (f"{TENANCY}/Lifecycle/Reconciler",),
    "TenancyTests.JobQueueTests": (f"{TENANCY}/Provisioning/JobQueue",),
    "TenancyTests.JobTests": (f"{TENANCY}/Provisioning/Job.", f"{TENANCY}/Provisioning/Job+", f"{TENANCY}/Failure"),
    "TenancyTests.PasswordRulesTests": (f"{TENANCY}/Signup/PasswordRules", f"{TENANCY}/Signup/CommonPasswords"),
    "TenancyTests.SubdomainTests": (f"{TENANCY}/Signup/Subdomain", f"{TENANCY}/Signup/Folding"),
    "BenchTests.SessionState": (f"{BENCH}/Session/SessionState", f"{BENCH}/BenchError"),
    "BenchTests.SessionTests": (f"{BENCH}/", f"{RPC}/", "Sources/StandIn/"),
    "BenchTests.ChildProcess": (f"{BENCH}/Session/ChildProcess", f"{BENCH}/Session/ProcessWatch", f"{RPC}/Thread"),
    "BenchTests.Limit": (f"{BENCH}/Session/Limit", f"{BENCH}/BenchError"),
    "BenchTests.ProgressTable": (f"{BENCH}/Session/ProgressTable", f"{RPC}/Message"),
    "tenantdTests.LogQueue": (f"{EXECUTABLE}/Logging/", f"{RPC}/Bell", f"{RPC}/Thread"),
    "tenantdTests.LastOverview": (f"{EXECUTABLE}/LastOverview", f"{BENCH}/BenchOverview"),
    "tenantdTests.ChildEnvironment": (f"{EXECUTABLE}/ChildEnvironment", f"{EXECUTABLE}/Conf"),
    "tenantdTests.EndingSignals": (f"{EXECUTABLE}/Commands/LastResort", f"{EXECUTABLE}/Logging/"),
    "tenantdTests.ErrorMapping": (f"{EXECUTABLE}/Errors/ErrorMapping", f"{TENANCY}/Failure"),
    "EndToEnd.Starting.aBadValue": (f"{EXECUTABLE}/Conf", f"{TENANCY}/Signup/Plan"),
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
