# New keys for a tenant whose request came again: the old ones were told once, and a secret that was
# lost on the way cannot be told twice.
from typing import TYPE_CHECKING, Any

import frappe

from . import config, folder, login, methods
from .claim import new_key
from .owner import prove_keys
from .wire import JSON, Trouble

if TYPE_CHECKING:
    from .agent import Agent


def refuse_suspended(agent: "Agent", request: Any, params: JSON) -> None:
    refuse(params["site"])


@methods.app(
    "reissue", takes=("job", "site", "owner"), may_take=("url", "login"), locks="site",
    before=refuse_suspended, lasts="0.5 s",
)
def reissue(params: JSON, emit: methods.Emit) -> JSON:
    take_over(params["site"])
    if params.get("login"):
        login.allow_many()
    answer = new_keys(params["owner"])
    mark = (config.read(params["site"]) or {}).get("tenantd") or {}
    answer["plan"] = mark.get("plan")
    answer["setup"] = mark.get("setup") or {"state": "wizard"}
    answer["roles"] = [row.role for row in frappe.get_doc("User", answer["user"]).roles]
    if params.get("login"):
        answer["login"] = login.issue(params["url"], answer["user"], params["login"])
    return answer


def new_keys(name: str) -> JSON:
    """Committed, and shown to work before that."""
    key, secret = new_key(), new_key()
    user = frappe.get_doc("User", name)
    user.api_key, user.api_secret = key, secret
    user.save(ignore_permissions=True)
    prove_keys(str(user.name), key, secret)
    frappe.db.commit()
    return {"user": str(user.name), "apiKey": key, "apiSecret": secret, "warnings": []}


def take_over(site: str) -> None:
    """From here on the tenant is no job's. Whoever made it may not have heard that it succeeded,
    and be about to undo it, while its customer has come again to another process."""
    mark = (config.read(site) or {}).get("tenantd") or {}
    if mark.get("state") != "active":
        raise Trouble("site_held", f"{site} was undone a moment ago.", site=site)
    refuse(site)
    folder.mark(site, job=None)


def refuse(site: str) -> None:
    mark = (config.read(site) or {}).get("tenantd")
    if isinstance(mark, dict) and mark.get("suspended"):
        raise Trouble("suspended", f"{site} is suspended.", site=site)
