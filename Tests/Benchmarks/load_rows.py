# Rows of load: `status` and memory behind a full queue, several signups at once, a burst, and a
# bench with a thousand tenants.
from __future__ import annotations

import os
import threading
import time
from collections import Counter

from bench import Bench
from report import NOTHING, NotRun, Row, duration, median, megabytes, not_run, percentile
from report import ratio, summary
from signups import POOL, Signups, cancel_all, settle
from wire import CallFailed, Wire
from wire_rows import node

RUNNING, WAITING = 4, 100


def queue_rows(bench: Bench, signups: Signups, rounds: int) -> list[Row]:
    """`status` while 4 jobs run and 100 wait, kept so for a few seconds; and the memory then."""
    with bench.start(0) as wire:
        settle(wire, 0)
        idle = memory(wire)
        samples: list[float] = []
        in_flight: list[int] = []
        fewest, full = WAITING, None
        end = time.monotonic() + 5 * rounds
        while time.monotonic() < end:
            in_flight = [n for n in in_flight if not answered(wire, n)]
            while len(in_flight) < RUNNING + WAITING:
                in_flight.append(wire.send("provision", **signups.order()))
            status, seconds = wire.call("status")
            jobs = status["jobs"]
            if len(jobs["running"]) == RUNNING and len(jobs["queued"]) >= WAITING // 2:
                samples.append(seconds)
                fewest = min(fewest, len(jobs["queued"]))
            if full is None and len(jobs["queued"]) >= WAITING:
                full = memory(wire)
            wire.pause(0.01)
        cancel_all(wire, in_flight)
        signups.remove(wire)
    p99 = percentile(samples, 99)
    row = Row(
        "load",
        f"status, {RUNNING} running, {WAITING} waiting, p99",
        tenantd=duration(p99),
        needed="p99 ≤ 5 ms",
        met=p99 <= 5e-3,
        note=f"p50 {duration(median(samples))}, n={len(samples)}, at least {fewest} waiting",
        figures=summary(samples),
    )
    return [
        row,
        memory_row("memory, idle", idle, "≤ 12 MB", 12e6, *node_memory()),
        memory_row(f"memory, {WAITING} waiting", full, "≤ 20 MB", 20e6),
    ]


def answered(wire: Wire, number: int) -> bool:
    """Whether a provision has ended; a failure of one is a failure of the row."""
    if number not in wire.replies:
        return False
    message, _ = wire.take(number)
    if "error" in message:
        raise CallFailed(message["error"])
    return True


def memory(wire: Wire) -> dict[str, int] | None:
    return wire.memory() if os.path.exists("/proc/self/smaps_rollup") else None


def node_memory() -> tuple[str, float | None]:
    """The same of a Node readline server that has answered one ping."""
    try:
        with node("ping_readline.mjs")() as wire:
            wire.call("ping")
            found = memory(wire)
    except NotRun as why:
        return f"not run: {why}", None
    return (megabytes(found["rss"]), found["rss"]) if found else (NOTHING, None)


def memory_row(
    what: str,
    found: dict[str, int] | None,
    needed: str,
    limit: float,
    yardstick: str = NOTHING,
    node_rss: float | None = None,
) -> Row:
    if found is None:
        return not_run("load", what, "no /proc here, or never so many waited", needed)
    return Row(
        "load",
        what,
        yardstick,
        megabytes(found["rss"]),
        ratio(node_rss, found["rss"]),
        needed,
        found["rss"] <= limit,
        f"RSS; PSS {megabytes(found['pss'])}, private {megabytes(found['private'])}",
        {**found, "node_rss": node_rss},
    )


def sustained_row(bench: Bench, signups: Signups, rounds: int) -> Row:
    """Four callers, each with its next signup as soon as the last is answered; no pool. Today's
    script by as many callers, once each."""
    count, at_once = 8 * rounds, 4
    with bench.start(0) as wire:
        settle(wire, 0)
        paths: Counter[str] = Counter()
        start = time.perf_counter()
        in_flight = [wire.send("provision", **signups.order()) for _ in range(at_once)]
        for _ in range(count - at_once):
            paths[take_any(wire, in_flight)] += 1
            in_flight.append(wire.send("provision", **signups.order()))
        while in_flight:
            paths[take_any(wire, in_flight)] += 1
        rate = 60 * count / (time.perf_counter() - start)
        signups.remove(wire)
        try:
            script = today_at_once(signups, at_once)
            yardstick = f"{script:.1f} a minute"
        except NotRun as why:
            script, yardstick = None, f"not run: {why}"
        signups.remove(wire)
    return Row(
        "sustained",
        f"sustained, {at_once} at once, pool empty",
        yardstick,
        f"{rate:.0f} a minute",
        f"{rate / script:.1f} ×" if script else NOTHING,
        "≥ 30 a minute",
        rate >= 30,
        f"n={count}, paths {dict(paths)}",
        {"per_minute": rate, "today_per_minute": script, "n": count},
    )


def take_any(wire: Wire, in_flight: list[int]) -> str:
    """Waits for the first reply to any of the provisions; returns the tenant's path."""
    while True:
        for number in in_flight:
            if number in wire.replies:
                in_flight.remove(number)
                message, _ = wire.take(number)
                if "error" in message:
                    raise CallFailed(message["error"])
                return str(message["result"]["path"])
        wire.receive()


def today_at_once(signups: Signups, count: int) -> float:
    """Sites a minute."""
    troubles: list[NotRun] = []

    def one() -> None:
        try:
            signups.today()
        except NotRun as why:
            troubles.append(why)

    start = time.perf_counter()
    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - start
    if troubles:
        raise troubles[0]
    return 60 * count / seconds


def burst_row(bench: Bench, signups: Signups) -> Row:
    """Twenty at once on a pool of two: all succeed, within their timeout, and none twice."""
    count = 20
    with bench.start(POOL) as wire:
        settle(wire)
        start = time.perf_counter()
        numbers = [wire.send("provision", **signups.order()) for _ in range(count)]
        samples, tenants, kinds = [], [], Counter[str]()
        for number in numbers:
            message, at = wire.take(number)
            samples.append(at - start)
            if "result" in message:
                tenants.append(message["result"])
            else:
                kinds[message["error"]["data"]["kind"]] += 1
        distinct = {(tenant["site"], tenant["apiKey"], tenant["apiSecret"]) for tenant in tenants}
        owners = {wire.call("status", site=t["site"])[0].get("owner") for t in tenants}
        signups.remove(wire)
    whole = len(tenants) == len(distinct) == len(owners) == count
    paths = Counter(tenant["path"] for tenant in tenants)
    return Row(
        "burst",
        f"burst of {count} at once, pool of {POOL}, p50",
        tenantd=duration(median(samples)),
        needed="all succeed, none twice",
        met=whole and max(samples) <= 120,
        note=f"{len(tenants)} succeeded, failed {dict(kinds)}, {len(owners)} owners,"
        f" max {duration(max(samples))}, paths {dict(paths)}",
        figures={**summary(samples), "succeeded": len(tenants)},
    )


def growth_rows(bench: Bench, signups: Signups, rounds: int) -> list[Row]:
    """Claims and looks at one tenant with 10 and with 1,000 tenants on the bench, in turns."""
    few, many = 10, 1000
    claims: dict[int, list[float]] = {few: [], many: []}
    looks: dict[int, list[float]] = {few: [], many: []}
    with bench.start(POOL) as wire:
        settle(wire)
        try:
            for _ in range(2 * rounds):
                for count in (few, many):
                    bench.fakes(count)
                    wire.call("status")
                    for _ in range(5):
                        settle(wire)
                        tenant, seconds = signups.sign_up(wire)
                        if tenant["path"] == "standby":
                            claims[count].append(seconds)
                    settle(wire)
                    for _ in range(100):
                        _, seconds = wire.call("status", site="bench-fake-0003.localhost")
                        looks[count].append(seconds)
        finally:
            bench.fakes(0)
            signups.remove(wire)
    found = [("claim", claims), ("status {site}", looks)]
    return [growth_row(what, samples[few], samples[many]) for what, samples in found]


def growth_row(what: str, few: list[float], many: list[float]) -> Row:
    title = f"{what} with 1,000 tenants, p50"
    if not few or not many:
        return not_run("growth", title, "no signup by standby", "within 20 % of 10 tenants")
    growth = median(many) / median(few)
    return Row(
        "growth",
        title,
        f"{duration(median(few))} with 10",
        duration(median(many)),
        f"{100 * (growth - 1):+.0f} %",
        "within 20 % of 10 tenants",
        growth <= 1.2,
        f"n={len(many)} each",
        {"10": summary(few), "1000": summary(many)},
    )
