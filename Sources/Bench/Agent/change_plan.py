# Another plan for a tenant: its limits, then the settings in the site in one transaction, then the
# record. Whatever a kill leaves of it, the record says which plan it is.
import frappe

from . import folder, lifecycle, measure, methods, optional, server, suspension, tenant
from .children import Work
from .lifecycle import Place
from .wire import JSON


@methods.root(
    "changePlan", takes=("job", "site", "plan"), may_take=("force", "dryRun"), proven=True,
    before=tenant.demand, lasts="0.5 s",
)
def change_plan(params: JSON, credentials: server.Credentials, work: Work) -> JSON:
    """`exceeds`: what the tenant uses above the plan's limits; with any, it changes with `force`
    only: `isRefused`. `dryRun` only tells."""
    plan = params["plan"]
    with lifecycle.at(params["site"], credentials) as place:
        mark = place.mark()
        previous = mark.get("plan")
        exceeds = measure.exceeding(place, plan)
        is_other = plan != previous
        answer: JSON = {"previous": previous, "exceeds": exceeds, "changed": is_other}
        if params.get("dryRun"):
            return answer
        if is_other and exceeds and not params.get("force"):
            return {**answer, "isRefused": True}
        if not is_other and lifecycle.PLAN not in mark.get("pending", []):
            return answer
        lifecycle.begin(place, lifecycle.PLAN)
        # What the signup asked for: it may come again with its idempotency key.
        first = mark.get("ordered") or (previous or {}).get("name")
        if suspension.is_closed(mark):
            # The database is shut for a moment; the settings follow when it is open.
            lifecycle.begin(place, lifecycle.PLAN, plan=plan, ordered=first)
            return answer
        told = work.app("apply_plan", stage(place, plan, params))
        lifecycle.end(place, lifecycle.PLAN, plan=plan, ordered=first)
        return {**answer, "warnings": [warning["message"] for warning in told]}


def stage(place: Place, plan: JSON, params: JSON) -> JSON:
    shared = {name: params.get(name) for name in ("settings", "optional")}
    return {"site": place.site, "plan": plan, **shared}


@methods.stage("apply_plan", takes=("site", "plan"))
def apply_plan(params: JSON, emit: methods.Emit) -> list[JSON]:
    """Runs at the site, whose lock the caller holds."""
    folder.reconnect(params["site"])
    warnings = optional.settings(params)
    frappe.db.commit()
    frappe.destroy()
    return warnings


def repair(place: Place, params: JSON, work: Work) -> None:
    """The settings in the site are the record's plan's, whatever a kill has left."""
    mark = place.mark()
    if lifecycle.PLAN in mark.get("pending", []) and not suspension.is_closed(mark):
        if mark.get("plan"):
            work.app("apply_plan", stage(place, mark["plan"], params))
        lifecycle.end(place, lifecycle.PLAN)
