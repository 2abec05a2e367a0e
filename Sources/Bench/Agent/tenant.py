# Whether the site that a request names is a tenant that can be worked on.
from typing import TYPE_CHECKING, Any

from . import config, index
from .wire import JSON, Trouble

if TYPE_CHECKING:
    from .agent import Agent

POOL = ("standby", "template")
"""States of what bears a hidden name and is nobody's yet."""


def demand(agent: "Agent", request: Any, params: JSON) -> None:
    """The hook of a method that works on a tenant: it is told apart from what is none before a
    child is begun."""
    judge(params["site"], agent.index.look(params["site"]))


def demand_open(agent: "Agent", request: Any, params: JSON) -> None:
    """The same for what writes into its database."""
    open_one(judge(params["site"], agent.index.look(params["site"])))


def demand_serving(agent: "Agent", request: Any, params: JSON) -> None:
    """The same for what lets somebody in."""
    serving(judge(params["site"], agent.index.look(params["site"])))


def demand_here(site: str) -> JSON:
    """The same under the site's lock, in the child that works on it: nobody has come between. Its
    record."""
    record = index.read(site) if index.is_site(site) else None
    return judge(site, record)


def serving(record: JSON) -> None:
    """Whether somebody who logs in there finds anything."""
    suspended = record["suspended"]
    if suspended and (suspended["mode"] == "blocked" or not record["serves"]):
        raise Trouble("suspended", f"{record['site']} is suspended.", site=record["site"])


def open_one(record: JSON) -> None:
    """Whether its database takes what is written there."""
    if record["closed"] is not None:
        told = f"{record['site']} was suspended a moment ago: its database is closed for a while."
        raise Trouble("site_busy", told, site=record["site"])


def is_hidden(record: JSON) -> bool:
    """Whether it is nobody's yet: a tenant's name has a suffix."""
    site = record["site"]
    return record["state"] in POOL or (site.startswith(config.HIDDEN) and "." not in site)


def judge(site: str, record: JSON | None) -> JSON:
    if record is None or is_hidden(record):
        raise Trouble("no_such_site", f"There is no site {site} on this bench.", site=site)
    if record["state"] == "alias":
        raise Trouble("not_a_tenant", f"{site} is a link to {record['of']}.", site=site)
    if record["state"] == "broken":
        why = record["reason"] or "Its config cannot be used."
        raise Trouble("not_a_tenant", f"{site} is broken. {why}", site=site)
    if not record["made"]:
        raise Trouble("not_a_tenant", f"tenantd did not make {site}.", site=site)
    if record["state"] != "active":
        raise Trouble("site_busy", f"{site} is {record['state']} now.", site=site)
    return record
