# Rows of the clients: what each adds to a call over the raw pipe in its own language.
from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import ROOT
from report import Row, duration, median, not_run, summary

HERE = Path(__file__).parent


def rows(binary: Path, rounds: int) -> list[Row]:
    return [
        *client("Node", "clients/node/src/index.mjs", 30e-6, binary, rounds,
                [shutil.which("node") or "", str(HERE / "node_client.mjs")]),
        *client("Python", "clients/python/tenantd/__init__.py", 60e-6, binary, rounds,
                [sys.executable, str(HERE / "python_client.py")]),
    ]  # fmt: skip


def client(
    name: str, source: str, limit: float, binary: Path, rounds: int, command: list[str]
) -> list[Row]:
    """The program measures both in turns and prints the samples."""
    call, flight = f"{name} client, added to a call, p50", f"{name} client, 10,000 in flight"
    needed = f"≤ {limit * 1e6:.0f} µs"
    why = f"{source} is absent" if not (ROOT / source).exists() else ""
    why = why or ("" if command[0] else "no node")
    if not why:
        with tempfile.TemporaryDirectory(prefix="tenantd-bench-") as folder:
            done = subprocess.run(
                [*command, str(binary), folder, str(2 * rounds)], capture_output=True, text=True
            )
        if done.returncode:
            why = "it failed: " + (done.stderr.strip().splitlines() or ["no word"])[-1]
    if why:
        return [not_run("clients", call, why, needed), not_run("clients", flight, why)]
    found = json.loads(done.stdout)
    raw, mine = median(found["raw"]), median(found["client"])
    seconds = median([run["seconds"] for run in found["inFlight"]])
    answered = min(run["answered"] for run in found["inFlight"])
    return [
        Row(
            "clients", call, f"{duration(raw)} raw pipe", f"+ {duration(max(mine - raw, 0))}",
            needed=needed, met=mine - raw <= limit, note=f"a whole call {duration(mine)}",
            figures={"raw": summary(found["raw"]), "client": summary(found["client"])},
        ),
        Row(
            "clients", flight, tenantd=duration(seconds), needed="all complete",
            met=answered == 10_000, figures={"runs": found["inFlight"]},
            note=f"{answered} answered, {10_000 / seconds / 1000:.0f} k/s",
        ),
    ]  # fmt: skip
