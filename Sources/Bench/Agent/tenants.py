# The bench's tenants: found, sorted, and told a page at a time, from what the index knows.
import fnmatch
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Callable

from . import index, methods, tenant
from .wire import JSON

if TYPE_CHECKING:
    from .agent import Agent

FILTERS = ("state", "plan", "owner", "pattern", "search")
SEARCHED = ("site", "organization", "owner")


@methods.quick("tenants", takes=("limit",), may_take=(*FILTERS, "sort", "descending", "after"))
def tenants(agent: "Agent", request: Any, params: JSON) -> JSON:
    """`after`: the site that ended the page before, and what it was sorted by, so that a page begins
    where that one ended whatever has come and gone meanwhile. `total` counts what fits."""
    agent.index.glance()
    fits = filters(params)
    found = [r for r in agent.index.records() if is_told(r) and all(fit(r) for fit in fits)]
    key, is_descending = order(params.get("sort") or "site"), bool(params.get("descending"))
    found.sort(key=key, reverse=is_descending)
    first = 0
    if after := params.get("after"):
        last = (after["value"], after["site"])
        first = next(
            (n for n, r in enumerate(found) if (key(r) < last if is_descending else key(r) > last)),
            len(found),
        )
    page = found[first : first + params["limit"]]
    answer: JSON = {"tenants": [agent.index.fresh(r["site"]) or r for r in page], "total": len(found)}
    if page and first + len(page) < len(found):
        value, site = key(page[-1])
        answer["next"] = {"value": value, "site": site}
    return answer


def is_told(record: JSON) -> bool:
    """What tenantd made, under a name of its own."""
    return bool(record["made"]) and record["state"] != "alias" and not tenant.is_hidden(record)


def order(sort: str) -> Callable[[JSON], tuple[str, str]]:
    """By a member, and by the name where that is the same."""
    member = itemgetter(sort)
    return lambda record: (str(member(record) or ""), record["site"])


def filters(params: JSON) -> list[Callable[[JSON], bool]]:
    """What is not given fits everything."""
    fits: list[Callable[[JSON], bool]] = []
    if state := params.get("state"):
        fits.append(lambda record: index.shown_state(record) == state)
    if plan := params.get("plan"):
        fits.append(lambda record: plan_of(record) == plan)
    if owner := params.get("owner"):
        fits.append(lambda record: str(record["owner"] or "").lower() == owner.lower())
    if pattern := params.get("pattern"):
        fits.append(
            lambda record: fnmatch.fnmatchcase(record["site"], pattern)
            or fnmatch.fnmatchcase(record["site"].partition(".")[0], pattern)
        )
    if search := params.get("search"):
        words = search.casefold().split()
        fits.append(lambda record: all(word in text_of(record) for word in words))
    return fits


def plan_of(record: JSON) -> Any:
    plan = record["plan"]
    return plan.get("name") if isinstance(plan, dict) else None


def text_of(record: JSON) -> str:
    return "\n".join(str(record[name] or "") for name in SEARCHED).casefold()
