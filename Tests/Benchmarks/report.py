# The table: rows, statistics of samples, and how figures are written.
from __future__ import annotations

import math
import statistics
from dataclasses import asdict, dataclass, field
from typing import Any, Sequence

NOTHING = "–"


@dataclass
class Row:
    """One line of the table. `met` is None where nothing is asked or nothing was measured."""

    group: str
    what: str
    yardstick: str = NOTHING
    tenantd: str = NOTHING
    ratio: str = NOTHING
    needed: str = NOTHING
    met: bool | None = None
    note: str = ""
    figures: dict[str, Any] = field(default_factory=dict)
    """Plain numbers, in seconds, bytes or as named, for programs."""

    def json(self) -> dict[str, Any]:
        return asdict(self)


def not_run(group: str, what: str, why: str, needed: str = NOTHING) -> Row:
    return Row(group, what, tenantd=f"not run: {why}", needed=needed)


class NotRun(Exception):
    """A row cannot be measured here; the message says why."""


def median(samples: Sequence[float]) -> float:
    return statistics.median(samples)


def percentile(samples: Sequence[float], rank: float) -> float:
    """The nearest-rank percentile: always a value that was measured."""
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(rank / 100 * len(ordered)) - 1)]


def summary(samples: Sequence[float]) -> dict[str, Any]:
    """The figures of a row's samples, and the samples where there are few."""
    figures: dict[str, Any] = {
        "n": len(samples),
        "p50": median(samples),
        "p95": percentile(samples, 95),
        "p99": percentile(samples, 99),
        "max": max(samples),
    }
    if len(samples) <= 100:
        figures["samples"] = [round(sample, 6) for sample in samples]
    return figures


def duration(seconds: float) -> str:
    """Three digits in the unit that fits."""
    for unit, factor in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if seconds * factor >= 1 or unit == "µs":
            value = seconds * factor
            return f"{value:.{max(0, 2 - int(math.log10(max(value, 1))))}f} {unit}"
    raise AssertionError("unreachable")


def megabytes(count: float) -> str:
    return f"{count / 1e6:.1f} MB"


def ratio(yardstick: float | None, measured: float) -> str:
    """How many times better than the yardstick, which is larger when it is worse."""
    if not yardstick or not measured:
        return NOTHING
    value = yardstick / measured
    return f"{value:.0f} ×" if value >= 10 else f"{value:.2f} ×"


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table, padded for a terminal."""
    marks = {True: "yes", False: "NO", None: NOTHING}
    head = ["what", "yardstick", "tenantd", "ratio", "needed", "met", "note"]
    lines = [
        [r.what, r.yardstick, r.tenantd, r.ratio, r.needed, marks[r.met], r.note] for r in rows
    ]
    widths = [max(len(line[i]) for line in [head, *lines]) for i in range(len(head))]
    widths[-1] = 4  # the last column needs no padding

    def text(cells: Sequence[str]) -> str:
        return "| " + " | ".join(c.ljust(w) for c, w in zip(cells, widths)) + " |"

    return "\n".join([text(head), text(["-" * w for w in widths]), *map(text, lines)])
