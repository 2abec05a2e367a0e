# Kills: each process in turn, at a random moment of a few signups, which are sent again.
from __future__ import annotations

import os
import signal
import time
from random import Random

from daemon import Daemon
from world import World

MOMENTS = (0.0, 0.5)
"""Seconds after the orders in which the blow falls."""
ENDING = 60.0
"""Seconds in which a tenantd that is told to end has ended, once its customers are through."""


def strike(world: World, random: Random, daemon: Daemon, role: str, number: int) -> bool:
    """One process of that role that works for the tenantd, if there is one by then."""
    found = world.place.victims(daemon).get(role, [])
    if not found:
        return False
    try:
        os.kill(random.choice(found), number)
    except ProcessLookupError:
        return False
    return True


def kill(world: World, random: Random, role: str, number: signal.Signals) -> None:
    """Some orders, and one to three blows while they are made."""
    waiting = world.sign_up(world.orders(random, random.randint(1, 4)))
    struck = []
    for _ in range(random.randint(1, 3)):
        time.sleep(random.uniform(*MOMENTS))
        daemon = world.main
        if strike(world, random, daemon, role, number) and role == "tenantd":
            struck.append(daemon)
    world.finish(waiting)
    if any(daemon.wait_end(ENDING) is None for daemon in struck):
        world.wrong.append(f"tenantd had not ended {ENDING:.0f} s after {number.name}")


def stop(world: World, random: Random, role: str) -> None:
    """A process that stands still for a while, as a paused container or a swapping machine."""
    waiting = world.sign_up(world.orders(random, random.randint(1, 3)))
    time.sleep(random.uniform(*MOMENTS))
    found = world.place.victims(world.main).get(role, [])
    victim = random.choice(found) if found else None
    try:
        if victim:
            os.kill(victim, signal.SIGSTOP)
            time.sleep(random.uniform(0.2, 2.5))
    except ProcessLookupError:
        pass
    finally:
        if victim:
            go_on(victim)
    world.finish(waiting)


def go_on(victim: int) -> None:
    try:
        os.kill(victim, signal.SIGCONT)
    except ProcessLookupError:
        pass
