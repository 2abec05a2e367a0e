# Lets a suspended tenant go on as it was. The record comes first here too.
from . import change_plan, lifecycle, methods, server, suspension, tenant, versions
from .children import Work
from .lifecycle import LIFE
from .wire import JSON


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
