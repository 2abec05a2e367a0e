# The tenants of a run: their orders, waiting for the pool, and removing every one of them.
from __future__ import annotations

import itertools
import secrets
import sys
import time
from typing import Any

from bench import Bench
from report import NotRun
from wire import JSON, CallFailed, Wire

POOL = 2
PATIENCE = 10
"""Seconds of trouble with the bench after which no row needs to be tried on it."""
PASSWORD = "Harbour-Kettle-42"
PLAN = {"name": "free", "users": 5, "storageGB": 1}


class Signups:
    """Each name is used once; `bench-<run>-*` finds them all."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.run = secrets.token_hex(3)
        self.numbers = itertools.count(1)
        self.by_script: list[str] = []

    def order(self) -> dict[str, str]:
        """The parameters of `provision`."""
        number = next(self.numbers)
        return {
            "organizationName": f"Bench {self.run} {number}",
            "fullName": "Jane Roe",
            "email": f"owner-{number}-{self.run}@example.com",
            "password": PASSWORD,
            "subdomain": f"bench-{self.run}-{number}",
        }

    def sign_up(self, wire: Wire) -> tuple[JSON, float]:
        result, seconds = wire.call("provision", **self.order())
        assert isinstance(result, dict)
        return result, seconds

    def today(self, order: dict[str, str] | None = None) -> tuple[str, dict[str, Any]]:
        """One site by today's script: its name, and the seconds."""
        order = order or self.order()
        site = order["subdomain"] + ".localhost"
        self.by_script.append(site)
        first, last = order["fullName"].split(" ")
        given = {
            "site": site,
            "app": "nexus_core",
            "email": order["email"],
            "firstName": first,
            "lastName": last,
            "password": PASSWORD,
            "adminPassword": secrets.token_hex(12),
            "organization": order["organizationName"],
            "plan": PLAN["name"],
            "users": PLAN["users"],
            "storageGB": PLAN["storageGB"],
        }
        return site, self.bench.today(given)

    def remove(self, wire: Wire) -> None:
        """Every tenant of this run; says on stderr what could not be removed."""
        report, _ = wire.call("cleanup", pattern=f"bench-{self.run}-*", delay=0)
        failed = report["failed"]
        if self.by_script:
            report, _ = wire.call("cleanup", sites=self.by_script, force=True, delay=0)
            # Of a site whose script failed early there may be nothing.
            failed += [f for f in report["failed"] if "no such site" not in f["reason"]]
            self.by_script = []
        for trouble in failed:
            print(f"not removed: {trouble['name']}: {trouble['reason']}", file=sys.stderr)


def settle(wire: Wire, pool: int = POOL, limit: float = 300) -> float:
    """Waits until the bench answers and the pool is full; returns the seconds."""
    start = well = time.monotonic()
    while True:
        status, _ = wire.call("status")
        bench, found = status["bench"], status["pool"]
        now, ready = time.monotonic(), found.get("ready", 0)
        if bench["state"] == "ready" and (pool == 0 or ready >= pool):
            return now - start
        if "error" not in bench:
            well = now
        elif now - well > PATIENCE:
            raise NotRun(str(bench["error"]))
        if now - start > limit:
            raise NotRun(f"{bench['state']}, with {ready} of {pool} standbys after {limit:.0f} s")
        time.sleep(0.05)


def cancel_all(wire: Wire, waiting: list[int]) -> None:
    """Cancels provisions in flight and takes all their replies."""
    calls = [wire.send("cancel", id=number) for number in reversed(waiting)]
    for number in [*calls, *waiting]:
        message, _ = wire.take(number)
        error = message.get("error")
        if error and (error.get("data") or {}).get("kind") != "cancelled":
            raise CallFailed(error)
