# What must be true of a bench after every round, whatever was done to it.
from __future__ import annotations

import time
from collections import Counter
from typing import Iterable

from facts import Facts, Site
from orders import Order
from place import Place
from world import World, short

WHOLE = "enabled System Manager"


def settle(world: World, known: set[str]) -> list[str]:
    """What is still wrong when everything transient has had its time to go, and was not before."""
    deadline = time.monotonic() + world.place.seconds
    wrong = set(look(world)) - known
    while wrong and time.monotonic() < deadline:
        time.sleep(0.3)
        wrong &= set(look(world))
    return sorted(wrong)


def look(world: World) -> Iterable[str]:
    facts = world.place.facts()
    yield from of_orders(world, facts)
    yield from of_sites(world, facts)
    yield from of_remnants(facts, world.foreign)


def of_orders(world: World, facts: Facts) -> Iterable[str]:
    """Each answer is kept: a tenant that was told is there and whole, one that was not is not."""
    made = {site.mark.get("idempotencyKey"): site for site in facts.sites.values() if not site.target}
    for order in world.ledger.orders:
        yield from (f"{order.site} was told {wrong}" for wrong in order.wrong)
        site = facts.sites.get(order.site)
        if order.is_dropped or order.dropping:
            if order.is_dropped and order.key in made:
                yield f"{order.site} was told to be dropped, and is there"
        elif order.result:
            yield from of_tenant(order, site, facts)
        elif order.key in made and not order.is_open:
            state = made[order.key].mark.get("state")
            if order.is_undone or state != "active":
                yield f"{order.site} was told {short(order.told)}, and is there, {state}"


def of_tenant(order: Order, site: Site | None, facts: Facts) -> Iterable[str]:
    if site is None:
        yield f"{order.site} was told to be made, and is not there"
        return
    wanted = {"state": "active", "owner": order.email, "idempotencyKey": order.key}
    for name, value in wanted.items():
        if site.mark.get(name) != value:
            yield f"{order.site} has {name} {site.mark.get(name)!r}"
    if site.database not in facts.databases:
        yield f"{order.site} has no database"
    if site.database not in facts.users:
        yield f"{order.site} has no database user"


def of_sites(world: World, facts: Facts) -> Iterable[str]:
    """Nobody is served twice; nothing stands there that nobody ordered."""
    ordered = {order.site for order in world.ledger.orders}
    seen = [site for name, site in facts.sites.items() if name not in world.planted]
    active = [site for site in seen if site.mark.get("state") == "active"]
    for name in ("owner", "idempotencyKey"):
        found = Counter(str(site.mark.get(name)) for site in active if not site.target)
        yield from (f"{n} tenants with {name} {value}" for value, n in found.items() if n > 1)
    for site in facts.sites.values():
        if site.name in ordered | world.planted:
            continue
        state = site.mark.get("state")
        if not (site.name.startswith("tenantd-") and state in ("standby", "template")):
            yield f"folder {site.name} is {state}"


def of_remnants(facts: Facts, foreign: set[str]) -> Iterable[str]:
    """Every database, user and key has its site; what is others' is there as it was."""
    named = {site.database for site in facts.sites.values()}
    yield from (f"database {name} is gone" for name in foreign - facts.databases)
    others = foreign | {"tenantd"}  # which has the benches' rows
    yield from (f"database {name} of no site" for name in facts.databases - named - others)
    yield from (f"database user {name} of no site" for name in facts.users - named - foreign)
    yield from (f"cache keys of {name}, no site's database" for name in facts.cached - named)
    yield from (f"queued jobs of {name}, no site" for name in facts.queued - set(facts.sites))
    yield from (f"file {name}" for name in facts.other)
    for site in facts.sites.values():
        left = [name for name in site.files if name.startswith("site_config.json.")]
        yield from (f"file {site.name}/{name}" for name in left)


def logins(place: Place, orders: list[Order], facts: Facts) -> Iterable[str]:
    """The keys of the last answer open the workspace, for its owner."""
    for order in orders:
        result, site = order.result, facts.sites.get(order.site)
        if result is None or site is None:
            continue
        told = order.results if order.senders > 1 else [result]
        users = [place.log_in(order.site, each["apiKey"], each["apiSecret"]) for each in told]
        if order.email not in users:
            user = users[-1]
            yield f"the keys of {order.site} are answered with {user}"
        found = place.owner(site, order.email)
        if found != WHOLE:
            yield f"the owner of {order.site} is {found}"
