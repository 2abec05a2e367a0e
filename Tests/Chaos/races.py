# Several tenantd on one bench, after the same names, addresses and keys, some of them killed.
from __future__ import annotations

import signal
import time
from functools import partial
from random import Random
from typing import Callable

import kills
from daemon import Daemon
from orders import Order
from world import World


def race(world: World, random: Random, count: int) -> None:
    """`count` tenantd get the same few orders at once, in one of three senses of “the same”."""
    others = world.others(count - 1, f"--pool={random.randint(0, 1)}")
    serving: list[Callable[[], Daemon]] = [lambda: world.main]
    serving += [partial(or_main, world, daemon) for daemon in others]
    try:
        for daemon in others:
            daemon.ask("status")
        first = world.orders(random, random.randint(1, 3))
        same = random.choice(["key", "name", "address"])
        waiting = []
        for order in first:
            for at, served in enumerate(serving):
                rival = order if at == 0 or same == "key" else rivals(world, order, same)
                rival.senders = len(serving) if same == "key" else 1
                waiting += world.sign_up([rival], [served])
        if random.random() < 0.5:
            time.sleep(random.uniform(0, 0.4))
            daemon = random.choice([world.main, *others])
            role = random.choice(["agent", "keeper", "child"])
            kills.strike(world, random, daemon, role, signal.SIGKILL)
        world.finish(waiting)
        if same != "key":
            world.wrong += [wrong for order in first for wrong in judged(world, order)]
    finally:
        for daemon in others:
            if daemon.close() is None:
                world.wrong.append("a second tenantd did not end with its input in 60 s")


def or_main(world: World, daemon: Daemon) -> Daemon:
    """A customer whose tenantd was killed goes to the other."""
    return daemon if daemon.is_alive else world.main


def rivals(world: World, order: Order, same: str) -> Order:
    if same == "name":
        return world.ledger.again(order, order.name, None)
    return world.ledger.again(order, None, order.email)


def judged(world: World, first: Order) -> list[str]:
    """One of those who wanted the same has it."""
    of = [o for o in world.ledger.orders if o.name == first.name or o.email == first.email]
    made = [o.site for o in of if o.result]
    told = f"{len(of)} wanted what {first.site} wanted, {len(made)} got it"
    return [] if len(made) == 1 else [told]
