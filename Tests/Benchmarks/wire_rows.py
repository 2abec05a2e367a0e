# Rows of the wire: round trip, throughput, start and memory of tenantd beside Node by hand.
from __future__ import annotations

import json
import os
import select
import shutil
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Callable, Iterator

from report import NOTHING, NotRun, Row, duration, median, ratio, summary
from wire import ServerEnded, Wire

HERE = Path(__file__).parent
IN_FLIGHT = 1000
Start = Callable[[], Wire]


def ping(number: int) -> bytes:
    return b'{"jsonrpc":"2.0","id":%d,"method":"ping"}\n' % number


def node(script: str) -> Start:
    found = shutil.which("node")
    if not found:
        raise NotRun("no node")
    command = [found, str(HERE / script)]
    return lambda: Wire(command)


def round_trips(wire: Wire, count: int) -> list[float]:
    """One request at a time, as bytes, so that the driver adds as little as it can."""
    samples = []
    for number in range(count):
        line = ping(number)
        start = time.perf_counter()
        os.write(wire.input, line)
        data = os.read(wire.output, 1 << 16)
        while not data.endswith(b"\n"):
            data += os.read(wire.output, 1 << 16)
        samples.append(time.perf_counter() - start)
    return samples


@contextmanager
def on_one_core(wire: Wire) -> Iterator[None]:
    """Caller and server on the same core: what waking an idle core costs is the machine's."""
    if not hasattr(os, "sched_setaffinity"):
        raise NotRun("this system cannot keep processes on a core")
    tasks = [0, *map(int, os.listdir(f"/proc/{wire.process.pid}/task"))]
    everywhere = os.sched_getaffinity(0)

    def place(cores: set[int]) -> None:
        for task in tasks:
            try:
                os.sched_setaffinity(task, cores)
            except ProcessLookupError:
                pass  # a thread that has ended

    place({min(everywhere)})
    try:
        yield
    finally:
        place(everywhere)


def pipelined(wire: Wire, count: int) -> tuple[float, int]:
    """Keeps `IN_FLIGHT` requests unanswered; returns requests a second and how many replies were
    lost, doubled or wrong. Lines are made before and looked at after the time that is measured."""
    block = 50
    blocks = [b"".join(map(ping, range(i, i + block))) for i in range(0, count, block)]
    os.set_blocking(wire.input, False)
    received, sent, answered, following = [], 0, 0, 0
    rest = memoryview(b"")
    start = time.perf_counter()
    while answered < count:
        if not rest and following < len(blocks) and sent - answered <= IN_FLIGHT - block:
            rest, following, sent = memoryview(blocks[following]), following + 1, sent + block
        if rest:
            try:
                rest = rest[os.write(wire.input, rest) :]
                continue
            except BlockingIOError:
                pass
        if not select.select([wire.output], [], [], 10)[0]:
            break  # what is missing is lost
        data = os.read(wire.output, 1 << 20)
        if not data:
            raise ServerEnded("the server ended under load")
        answered += data.count(b"\n")
        received.append(data)
    seconds = time.perf_counter() - start
    os.set_blocking(wire.input, True)
    replies = [json.loads(line) for line in b"".join(received).splitlines()]
    good = {reply["id"] for reply in replies if reply.get("result") == "pong"}
    return count / seconds, max(count, len(replies)) - len(good & set(range(count)))


def starts(start: Start, count: int) -> list[float]:
    """From before the process is made to its first reply."""
    samples = []
    for _ in range(count):
        began = time.perf_counter()
        with start() as wire:
            round_trips(wire, 1)
            samples.append(time.perf_counter() - began)
    return samples


def rows(binary: Path, rounds: int) -> list[Row]:
    """tenantd on an idle sandbox without a pool: the wire alone, whatever the bench."""
    with tempfile.TemporaryDirectory(prefix="tenantd-bench-") as folder:
        command = [str(binary), f"--sandbox={folder}", "--pool", "0"]
        servers: dict[str, Start] = {"tenantd": lambda: Wire(command)}
        servers["pipe"] = lambda: Wire(["cat"])
        try:
            servers |= {"readline": node("ping_readline.mjs"), "bytes": node("ping_bytes.mjs")}
        except NotRun:
            pass
        return [*loads(servers, rounds), start_row(servers, rounds)]


def loads(servers: dict[str, Start], rounds: int) -> list[Row]:
    """Round trips and throughput of all servers, in turns."""
    trips: dict[str, list[float]] = {name: [] for name in servers}
    near: dict[str, list[float]] = {name: [] for name in servers}
    rates: dict[str, list[float]] = {name: [] for name in servers}
    lost = 0
    running = {name: start() for name, start in servers.items()}
    try:
        running["tenantd"].call("status")  # its bench is up, and will be quiet
        for name, wire in running.items():
            round_trips(wire, 500)
        for _ in range(2 * rounds):
            for name, wire in running.items():
                trips[name] += round_trips(wire, 2000)
                with on_one_core(wire):
                    near[name] += round_trips(wire, 2000)
            for name, wire in running.items():
                rate, wrong = pipelined(wire, 50_000) if name != "pipe" else (0.0, 0)
                rates[name].append(rate)
                lost += wrong if name == "tenantd" else 0
    finally:
        for wire in running.values():
            wire.close()
    rate50 = {name: median(samples) for name, samples in rates.items()}
    by_hand: list[str] = [name for name in ("readline", "bytes") if name in servers]
    flow = Row(
        "wire",
        f"ping pipelined, {IN_FLIGHT} in flight",
        " / ".join(thousands(rate50[name]) for name in by_hand) or "not run: no node",
        thousands(rate50["tenantd"]),
        ratio(rate50["tenantd"], max((rate50[name] for name in by_hand), default=0.0)),
        "≥ 300 k/s, 0 lost",
        rate50["tenantd"] >= 300e3 and lost == 0,
        f"{lost} lost of {2 * rounds * 50_000}",
        {**{name: summary(rates[name]) for name in rates if name != "pipe"}, "lost": lost},
    )
    return [
        trip_row("ping round trip on one core, p50", near, by_hand),
        trip_row("ping round trip wherever the system puts both, p50", trips, by_hand),
        flow,
    ]


def trip_row(title: str, trips: dict[str, list[float]], by_hand: list[str]) -> Row:
    p50 = {name: median(samples) for name, samples in trips.items()}
    return Row(
        "wire",
        title,
        " / ".join(duration(p50[name]) for name in by_hand) or "not run: no node",
        duration(p50["tenantd"]),
        ratio(min((p50[name] for name in by_hand), default=None), p50["tenantd"]),
        "≤ 15 µs",
        p50["tenantd"] <= 15e-6,
        f"Node readline / bytes; the pipe itself (cat): {duration(p50['pipe'])}",
        {name: summary(samples) for name, samples in trips.items()},
    )


def start_row(servers: dict[str, Start], rounds: int) -> Row:
    """In turns, so that what the machine does beside hits all alike."""
    names = [name for name in ("tenantd", "readline") if name in servers]
    samples: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(5 * rounds):
        for name in names:
            samples[name] += starts(servers[name], 1)
    mine, other = median(samples["tenantd"]), samples.get("readline")
    return Row(
        "wire",
        "start to first reply, p50",
        duration(median(other)) if other else "not run: no node",
        duration(mine),
        ratio(median(other), mine) if other else NOTHING,
        "≤ 10 ms",
        mine <= 10e-3,
        f"n={len(samples['tenantd'])}",
        {name: summary(found) for name, found in samples.items()},
    )


def thousands(rate: float) -> str:
    return f"{rate / 1000:.0f} k/s"
