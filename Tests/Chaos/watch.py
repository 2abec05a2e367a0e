# What is looked at all the while: how long `status` takes, and what command lines show.
from __future__ import annotations

import os
import threading
import time

from daemon import Daemon, Gone, Late
from orders import MARK
from processes import processes, waited
from world import World

LIMIT = 1.0
"""Seconds in which `status` is always answered."""
PAUSE = 0.15


class Watch:
    """A thread of its own. `slow` are the seconds of answers that took too long."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.slow: list[float] = []
        self.seen: set[str] = set()
        self.slowest = 0.0
        self.served: Daemon | None = None
        """Who has answered."""
        self.is_paused = False
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self) -> None:
        while True:
            before = time.monotonic()
            if self.ended.wait(PAUSE):
                return
            # This machine's own slowness is not tenantd's.
            late = max(0.0, time.monotonic() - before - PAUSE)
            self.look_at_processes()
            if not self.is_paused:
                self.ask(LIMIT + 2 * late)

    def ask(self, limit: float) -> None:
        daemon, start = self.world.current, time.monotonic()
        if daemon is None:
            return
        before = self.starved(daemon)
        try:
            daemon.ask("status", seconds=20)
        except (Gone, Late):
            if not daemon.is_alive or self.is_paused:
                return
        seconds = time.monotonic() - start
        starved = max(0.0, self.starved(daemon) - before)
        # The first answer of a new tenantd waits for its session to the bench.
        is_first, self.served = daemon is not self.served, daemon
        if is_first or self.is_paused:
            return
        self.slowest = max(self.slowest, seconds)
        if seconds > limit + starved:
            self.slow.append(seconds)

    def starved(self, daemon: Daemon) -> float:
        """Seconds in which tenantd, or this trial, had no processor: the machine's slowness too."""
        return waited(daemon.pid) + waited(os.getpid())

    def look_at_processes(self) -> None:
        told = [secret.encode() for secret in tuple(self.world.ledger.told)[-40:]]
        for process in processes():
            if MARK.encode() in process.words or any(secret in process.words for secret in told):
                self.seen.add(f"process {process.pid}: {process.words[:60]!r}…")

    def take(self) -> tuple[list[float], set[str]]:
        """What was found since the last time."""
        slow, self.slow = self.slow, []
        seen, self.seen = self.seen, set()
        return slow, seen

    def close(self) -> None:
        self.ended.set()
        self.thread.join()
