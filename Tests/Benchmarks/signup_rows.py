# Rows of signups, one at a time: standby ready, pool empty, today's script, and the first login.
from __future__ import annotations

from collections import Counter
from typing import Any

from bench import Bench
from report import NOTHING, NotRun, Row, duration, median, not_run, percentile, ratio, summary
from signups import POOL, Signups, settle
from wire import JSON

READY = "signup, standby ready, p50"
EMPTY = "signup, pool empty, template there, p50"
LOGIN = "first HTTP login right after the reply, p50"


class Paths:
    """The seconds of signups, by the path that their sites took."""

    def __init__(self, wanted: str) -> None:
        self.wanted = wanted
        self.seconds: list[float] = []
        self.steps: dict[str, list[float]] = {}
        self.other: Counter[str] = Counter()

    def add(self, tenant: JSON, seconds: float) -> None:
        if tenant["path"] != self.wanted:
            self.other[tenant["path"]] += 1
            return
        self.seconds.append(seconds)
        for step in tenant["steps"]:
            self.steps.setdefault(step["title"], []).append(step["seconds"])

    def row(
        self, what: str, today: list[float], needed: str, limits: tuple[float, float, float]
    ) -> Row:
        """`limits`: p50 and p95 in seconds, and how many times faster than today at least."""
        if not self.seconds:
            why = f"no signup by {self.wanted}: {dict(self.other)}"
            return not_run("signup", what, why, needed)
        p50, p95 = median(self.seconds), percentile(self.seconds, 95)
        met: bool | None = p50 <= limits[0] and p95 <= limits[1]
        if met:  # half of what is asked for is the ratio, which takes today's script to know
            met = median(today) / p50 >= limits[2] if today else None
        note = f"p95 {duration(p95)}, n={len(self.seconds)}"
        if self.other:
            note += f"; left out, other path: {dict(self.other)}"
        steps = {title: median(found) for title, found in self.steps.items()}
        return Row(
            "signup",
            what,
            tenantd=duration(p50),
            ratio=ratio(median(today), p50) if today else NOTHING,
            needed=needed,
            met=met,
            note=note,
            figures={**summary(self.seconds), "steps": steps},
        )


def rows(bench: Bench, signups: Signups, rounds: int) -> list[Row]:
    """In each round: today's script once, then signups from the pool, then without one."""
    ready, empty = Paths("standby"), Paths("copy")
    logins: list[float] = []
    today: list[dict[str, Any]] = []
    absent = ""
    with bench.start(POOL) as pooled, bench.start(0) as bare:
        settle(bare, 0)
        for _ in range(rounds):
            settle(pooled)
            if not absent:
                try:
                    today.append(signups.today()[1])
                except NotRun as why:
                    absent = str(why)
            for _ in range(5):
                settle(pooled)
                tenant, seconds = signups.sign_up(pooled)
                ready.add(tenant, seconds)
                logins.append(login(bench, tenant))
            settle(pooled)
            for _ in range(3):
                empty.add(*signups.sign_up(bare))
            signups.remove(bare)
    script = [float(run["seconds"]) for run in today]
    yardstick = f"{duration(median(script))} (n={len(script)})" if script else f"not run: {absent}"
    ready_row = ready.row(READY, script, "p50 ≤ 0.25 s, p95 ≤ 0.5 s, ≥ 150 ×", (0.25, 0.5, 150))
    empty_row = empty.row(EMPTY, script, "p50 ≤ 2.5 s, ≥ 20 ×", (2.5, float("inf"), 20))
    for row in (ready_row, empty_row):
        row.yardstick = yardstick
    ready_row.figures["today"] = {"seconds": script, "steps": steps_of(today)}
    return [ready_row, login_row(logins), empty_row]


def login(bench: Bench, tenant: JSON) -> float:
    seconds, user = bench.login(tenant["site"], tenant["apiKey"], tenant["apiSecret"])
    if user != tenant["user"]:
        raise NotRun(f"{bench.web()} answered {user} for {tenant['site']}")
    return seconds


def login_row(samples: list[float]) -> Row:
    p50 = median(samples)
    note = f"p95 {duration(percentile(samples, 95))}, n={len(samples)}"
    return Row(
        "signup",
        LOGIN,
        tenantd=duration(p50),
        needed="p50 ≤ 0.1 s",
        met=p50 <= 0.1,
        note=note,
        figures=summary(samples),
    )


def steps_of(runs: list[dict[str, Any]]) -> dict[str, float]:
    """The median of each of the script's commands."""
    names = list(runs[0]["steps"]) if runs else []
    return {name: median([run["steps"][name] for run in runs]) for name in names}


