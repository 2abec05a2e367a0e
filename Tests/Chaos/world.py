# A run's world: the bench, the tenantd that customers are served by, and the customers themselves.
from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from random import Random
from typing import Callable

from daemon import JSON, Daemon, Gone, Late
from orders import Ledger, Order
from place import Place

AGAIN = {
    "bench_unreachable",
    "database_unavailable",
    "timeout",
    "step_failed",
    "queue_full",
    "shutting_down",
    "internal_error",
}
"""Kinds after which a customer's server sends the same order again."""


class World:
    def __init__(self, place: Place, pool: int) -> None:
        self.place, self.pool = place, pool
        self.ledger = Ledger()
        self.lock = threading.Lock()
        self.current: Daemon | None = None
        self.stopped = False
        self.planted: set[str] = set()
        """Names under `sites` that are the trial's own."""
        self.foreign: set[str] = set()
        """Databases and users that nobody may drop."""
        self.tried = self.survived = 0
        """Requests that are nobody's orders, and those that were answered as they should."""
        self.wrong: list[str] = []
        """What an action found itself."""
        self.customers = ThreadPoolExecutor(max_workers=32)

    @property
    def main(self) -> Daemon:
        """The tenantd that is there for everybody; one that has ended is started again."""
        with self.lock:
            if self.current is None or not self.current.is_alive:
                self.current = self.place.start(f"--pool={self.pool}", "--log=debug")
            return self.current

    def orders(self, random: Random, count: int) -> list[Order]:
        return [self.ledger.order(random) for _ in range(count)]

    def sign_up(
        self, orders: list[Order], serving: list[Callable[[], Daemon]] | None = None
    ) -> list[Future[None]]:
        """Each order is sent, and sent again, until it is made, to one of `serving` after the
        other."""
        chosen = serving or [lambda: self.main]
        return [self.customers.submit(self.insist, order, chosen) for order in orders]

    def insist(self, order: Order, serving: list[Callable[[], Daemon]]) -> None:
        deadline, tries = time.monotonic() + self.place.patience, 0
        while time.monotonic() < deadline and not self.stopped:
            tries += 1
            try:
                daemon = serving[tries % len(serving)]()
                told = daemon.ask("provision", order.params, self.place.patience)
            except Gone:
                time.sleep(0.02)
                continue
            except Late:
                break
            self.ledger.note(order, told)
            kind = ((order.error or {}).get("data") or {}).get("kind")
            if kind is None:
                break
            if order.is_rival and kind in ("site_exists", "email_in_use"):
                break
            if kind not in AGAIN:
                order.wrong.append(f"{kind}: {(order.error or {}).get('message')}")
            time.sleep(0.05)
        if order.result is None and not order.is_rival:
            seconds = f"{self.place.patience:.0f} s"
            order.wrong.append(f"not made in {seconds}; last told: {short(order.told)}")
        order.is_open = False

    def others(self, count: int, *arguments: str) -> list[Daemon]:
        """More tenantd on the same bench. Whoever starts them closes them."""
        return [self.place.start("--log=debug", *arguments) for _ in range(count)]

    def settled_status(self, seconds: float = 60) -> JSON:
        """The main tenantd's own word, from whichever is alive by then; it has its session then."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                return self.main.ask("status", seconds=max(0.0, deadline - time.monotonic()))
            except Gone:
                time.sleep(0.02)

    def take_wrong(self) -> list[str]:
        wrong, self.wrong = self.wrong, []
        return wrong

    def warm_up(self, seconds: float = 900) -> None:
        """Until the pool is full: the trial begins with a bench as it is on a usual day."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if (self.settled_status()["result"]["pool"].get("ready") or 0) >= self.pool:
                return
            time.sleep(0.2)
        self.wrong.append(f"the pool was not full after {seconds:.0f} s")

    def finish(self, waiting: list[Future[None]]) -> None:
        for customer in waiting:
            customer.result()

    def close(self) -> None:
        self.stopped = True
        if self.current and self.current.is_alive:
            self.current.close()
        self.customers.shutdown(wait=True, cancel_futures=True)


def short(told: JSON | None) -> str:
    error = (told or {}).get("error") or {}
    kind = (error.get("data") or {}).get("kind")
    return f"{kind}: {error.get('message')}" if error else "nothing"
