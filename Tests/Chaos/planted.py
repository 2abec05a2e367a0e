# Hostile folders among the sites: others' databases in their configs, wrong types, broken JSON,
# links. Nothing of others may go by them, and no tenant suffers.
from __future__ import annotations

import json
import secrets
import time
from random import Random
from typing import Any

from cleanups import ask
from daemon import JSON
from orders import Order
from world import World

PRECIOUS = "precious"


def hostile(world: World, random: Random) -> None:
    """A few are planted; then come signups, a restart, and cleanups of several kinds."""
    standing = world.ledger.standing()
    if not standing:
        world.finish(world.sign_up(world.orders(random, 1)))
        standing = world.ledger.standing()
    if not standing:
        return
    world.place.make_foreign(PRECIOUS)
    world.foreign.add(PRECIOUS)
    planted = [plant(world, random, random.choice(standing)) for _ in range(random.randint(1, 4))]
    world.planted.update(planted)
    try:
        if random.random() < 0.6:
            world.main.kill()
        world.finish(world.sign_up(world.orders(random, random.randint(1, 2))))
        world.settled_status()
        for params in random.sample(wishes(planted), 2):
            ask(world, params)
    finally:
        for site in world.place.facts().sites.values():
            # A drop that was refused has taken it off its name, and may have left it so.
            if site.name in planted or site.mark.get("named") in planted:
                world.place.unplant(site.name)
        world.planted.difference_update(planted)


def wishes(planted: list[str]) -> list[JSON]:
    """Of no tenant, and without `force`: none of them may touch what is others'."""
    return [
        {"orphans": True, "delay": 0},
        {"pattern": "plant-*", "delay": 0},
        {"sites": planted, "delay": 0},
        {"pool": True, "orphans": True, "delay": 0},
    ]


def plant(world: World, random: Random, other: Order) -> str:
    """One folder, or a link, of a random kind; returns its name."""
    site = world.place.facts().sites.get(other.site)
    config: dict[str, Any] = dict((site and site.config) or {})
    token = secrets.token_hex(16)
    hidden, named = f"tenantd-{token}", f"plant-{token[:8]}.localhost"
    dead = {"state": "preparing", "job": token, "session": "0" * 16}
    mark = {**config.get("tenantd", {}), "owner": f"{token[:8]}@plants.example", "idempotencyKey": None}
    whole = {**config, "tenantd": mark}
    kinds: list[tuple[str, Any]] = [
        (hidden, {"db_name": PRECIOUS, "db_password": "x", "tenantd": dead}),
        (named, {"db_name": PRECIOUS, "tenantd": {**dead, "state": "claiming"}}),
        (hidden, {**config, "tenantd": {**dead, "state": "dropping"}}),
        (hidden, {**config, "tenantd": {**dead, "state": "broken"}}),
        (named, whole),
        (named, {**whole, "db_name": PRECIOUS}),
        (named, {"db_name": 7, "tenantd": dead}),
        (named, {**whole, "tenantd": {**mark, "owner": ["a"], "idempotencyKey": {"b": 1}}}),
        (named, {"tenantd": "active"}),
        (named, [1, 2]),
        (named, None),
        (named, "{"),
        (hidden, "\x00\xff"),
    ]
    name, content = random.choice(kinds)
    if random.random() < 0.15:
        world.place.plant_link(named, other.site)
        return named
    text = None if content is None else content if isinstance(content, str) else json.dumps(content)
    world.place.plant(name, text)
    time.sleep(0.01)
    return name
