# Floods: more lines than anybody sends, broken ones among them, and readers that do not read.
from __future__ import annotations

import json
import time
from random import Random

from daemon import Daemon, Gone
from processes import memory
from world import World

PING = b'{"jsonrpc":"2.0","id":0,"method":"ping"}'
AFTER = 2.0
"""How many times the memory of before a tenantd may have after a flood."""
GRACE = 16 << 20
"""Bytes that it may have in any case."""


def of_lines(world: World, random: Random) -> None:
    """Tens of thousands of good and broken lines at once, beside signups."""
    kinds = [good, broken, batches, discoveries]
    flood(world, random, random.choice(kinds)(random))


def good(random: Random) -> bytes:
    method = random.choice([b"ping", b"status", b"cancel", b"nope"])
    return PING.replace(b"ping", method).join([b"", b"\n"]) * random.randint(5_000, 40_000)


def batches(random: Random) -> bytes:
    size = random.choice([10, 1000, 10_000])
    return (b"[" + b",".join([PING] * size) + b"]\n") * (20_000 // size)


def discoveries(random: Random) -> bytes:
    line = PING.replace(b"ping", b"rpc.discover")
    return (b"[" + b",".join([line] * random.choice([100, 1000])) + b"]\n") * 3


def broken(random: Random) -> bytes:
    """A good provision, mutated. It must not become a good one: it has no address."""
    line = b'{"jsonrpc":"2.0","id":1,"method":"provision","params":{"organizationName":"A"}}'
    lines = []
    for _ in range(random.randint(1000, 5000)):
        bytes_ = bytearray(line)
        for _ in range(random.randint(1, 8)):
            at = random.randrange(len(bytes_))
            bytes_[at : at + random.randint(0, 3)] = random.randbytes(random.randint(0, 4))
        lines.append(bytes(bytes_))
    return b"\n".join(lines) + b"\n"


def flood(world: World, random: Random, data: bytes) -> None:
    daemon = world.main
    before = memory(daemon.pid)
    waiting = world.sign_up(world.orders(random, 2))
    try:
        daemon.write(data)
        daemon.ask("ping")
    except Gone:
        world.wrong.append("a flood ended tenantd")
    world.finish(waiting)
    has_room(world, daemon, before)


def has_room(world: World, daemon: Daemon, before: int) -> None:
    """Its memory is back soon, and stays."""
    bound = max(int(before * AFTER), GRACE)
    deadline = time.monotonic() + 5
    while (size := memory(daemon.pid)) > bound and time.monotonic() < deadline:
        time.sleep(0.2)
    if daemon.is_alive and size > bound:
        world.wrong.append(f"after a flood tenantd has {size >> 20} MiB, {before >> 20} before it")


def unread(world: World, random: Random) -> None:
    """Nobody reads its output for a while; then all of it comes."""
    daemon = world.main
    before = memory(daemon.pid)
    daemon.reading.clear()
    try:
        waiting = world.sign_up(world.orders(random, random.randint(1, 3)))
        message = {"jsonrpc": "2.0", "id": "x", "method": random.choice(["rpc.discover", "status"])}
        data = (json.dumps(message).encode() + b"\n") * random.randint(50, 400)
        daemon.write(data)
        time.sleep(random.uniform(0.5, 2))
    except Gone:
        world.wrong.append("an unread output ended tenantd")
    finally:
        daemon.reading.set()
    world.finish(waiting)
    has_room(world, daemon, before)
