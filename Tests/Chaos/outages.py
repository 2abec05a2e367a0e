# What the bench stands on goes away for a while, and comes back.
from __future__ import annotations

import time
from random import Random

from world import World


def outage(world: World, random: Random) -> None:
    """One of the outages that the place knows, at a random moment of a few signups."""
    name = random.choice(sorted(world.place.outages()))
    begin, end = world.place.outages()[name]
    waiting = world.sign_up(world.orders(random, random.randint(1, 3)))
    time.sleep(random.uniform(0, 0.6))
    begin()
    try:
        waiting += world.sign_up(world.orders(random, 1))
        time.sleep(random.uniform(0.2, world.place.longest_outage))
    finally:
        end()
    world.finish(waiting)
