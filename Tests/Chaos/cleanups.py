# Cleanups among signups: tenants of earlier rounds are dropped, and asked for again until they are.
from __future__ import annotations

import time
from random import Random

from daemon import JSON, Gone, Late
from kills import strike
from orders import Order
from world import World


def among_signups(world: World, random: Random) -> None:
    """A few tenants go while others come; in some rounds a process is killed as well."""
    standing = world.ledger.standing()
    doomed = random.sample(standing, min(len(standing), random.randint(1, 4)))
    waiting = world.sign_up(world.orders(random, random.randint(1, 3)))
    drop(world, doomed, random)
    world.finish(waiting)


def of_everything(world: World, random: Random) -> None:
    """Orphans and the pool too, while signups are made: nothing that stands may go."""
    waiting, asked = world.sign_up(world.orders(random, random.randint(1, 4))), []
    for _ in range(random.randint(1, 2)):
        params: JSON = {"orphans": True, "delay": 0, "pool": random.random() < 0.3}
        asked.append(world.main)
        ask(world, {**params, "dryRun": random.random() < 0.2})
    world.finish(waiting)
    if world.pool:
        for daemon in {*asked, world.main}:
            daemon.kill()  # one that was told to drop its pool makes no more


def drop(world: World, doomed: list[Order], random: Random | None = None) -> None:
    """Until each is told to be gone."""
    left = {order.site: order for order in doomed}
    for order in doomed:
        order.dropping = True
    deadline = time.monotonic() + world.place.patience
    while left and time.monotonic() < deadline:
        if random and random.random() < 0.4:
            world.customers.submit(later, world, random)
        told = ask(world, {"sites": list(left), "delay": 0})
        result = (told or {}).get("result") or {}
        gone = [item["name"] for item in result.get("dropped", [])]
        failed = result.get("failed", [])
        gone += [item["name"] for item in failed if "no such site" in item["reason"].lower()]
        gone += [item["name"] for item in failed if "there is no site" in item["reason"].lower()]
        for name in gone:
            if name in left:
                order = left.pop(name)
                order.is_dropped, order.dropping = True, False
    seconds = f"{world.place.patience:.0f} s"
    world.wrong += [f"{name} could not be dropped in {seconds}" for name in left]


def later(world: World, random: Random) -> None:
    time.sleep(random.uniform(0, 0.3))
    strike(world, random, world.main, random.choice(["agent", "child", "keeper"]), 9)


def ask(world: World, params: JSON) -> JSON | None:
    try:
        return world.main.ask("cleanup", params, world.place.patience)
    except Gone:
        return None
    except Late:
        world.wrong.append(f"a cleanup was not answered in {world.place.patience:.0f} s")
        return None
