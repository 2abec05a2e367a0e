# Stops a tenant, and lets it go on. The record comes first; from there on it is suspended, whoever has
# to finish the rest.
import time

from . import change_plan, config, held, lifecycle, methods, server, suspension, tenant, versions
from .children import Work
from .lifecycle import LIFE, Place
from .wire import JSON


@methods.root(
    "suspend", takes=("job", "site", "mode"), may_take=("reason",), proven=True,
    before=tenant.demand, lasts="0.3 s",
)
def suspend(params: JSON, credentials: server.Credentials, work: Work) -> JSON:
    """`mode`: `blocked` or `read_only`."""
    mode, reason = params["mode"], params.get("reason")
    with lifecycle.at(params["site"], credentials) as place:
        mark = place.mark()
        now = mark.get("suspended")
        is_other = not now or (now["mode"], now["reason"]) != (mode, reason)
        told: list[str] = []
        if is_other:
            held.reach_queue()  # one that is away is found before anything is done
            begin(place, now, mode, reason)
        if is_other or LIFE in mark.get("pending", []):
            told = suspension.settle(place)
        suspended = place.mark()["suspended"]
        return {**(suspension.told(place.mark()) or {}), "changed": is_other,
                "warnings": told + weaknesses(suspended)}


def begin(place: Place, now: JSON | None, mode: str, reason: str | None) -> None:
    conf = place.conf()
    before = now["before"] if now else {k: conf[k] for k in suspension.SWITCHES if k in conf}
    since = now["since"] if now and now["mode"] == mode else config.now()
    suspended = {"mode": mode, "reason": reason, "since": since, "before": before}
    suspended["app"] = suspension.has_app(place)
    if not suspended["app"]:
        suspended.update(suspension.closing(time.time()))

    lifecycle.begin(
        place, LIFE, lambda conf: suspension.switch(conf, suspended, before), suspended=suspended
    )


@methods.root(
    "resume", takes=("job", "site"), proven=True, before=tenant.demand, lasts="0.2 s"
)
def resume(params: JSON, credentials: server.Credentials, work: Work) -> JSON:
    with lifecycle.at(params["site"], credentials) as place:
        mark = place.mark()
        suspended = mark.get("suspended")
        told: list[str] = []
        if suspended:
            before = suspended["before"]
            lifecycle.begin(
                place, LIFE, lambda conf: suspension.switch(conf, None, before), suspended=None
            )
            if versions.names_rest() and not suspended["app"]:
                told.append(
                    "Web workers of Frappe 16 keep a site's config for up to 60 s: until then some"
                    " may still answer that the site is being updated."
                )
        if suspended or LIFE in mark.get("pending", []):
            suspension.settle(place)
        change_plan.repair(place, params, work)
        return {"changed": bool(suspended), "warnings": told}


def weaknesses(suspended: JSON) -> list[str]:
    """What does not hold without the app."""
    if suspended["app"]:
        return []
    without = f"The site has no app {suspension.APP}: "
    told = [
        without + "people are told that it is being updated, with status 503, and not that it is"
        " suspended."
        if suspended["mode"] == suspension.BLOCKED
        else without + "nobody can log in anew; who is logged in can read."
    ]
    if "closed" in suspended:
        told.append(
            "Web workers of Frappe 16 keep a site's config for up to 60 s: until then they answer"
            " with status 500, for the database does not let them "
            + ("read." if suspended["mode"] == suspension.BLOCKED else "write.")
        )
    return told


def repair(place: Place, params: JSON, work: Work) -> None:
    """What a kill, or something that was away, has left unfinished; and what had to wait."""
    mark = place.mark()
    suspended = mark.get("suspended") or {}
    if LIFE in mark.get("pending", []) or time.time() > suspended.get("closed", float("inf")):
        suspension.settle(place)
    change_plan.repair(place, params, work)
