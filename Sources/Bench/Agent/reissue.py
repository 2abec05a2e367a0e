# New keys for a tenant whose request came again: the old ones were told once, and a secret that was
# lost on the way cannot be told twice.
import frappe

from . import config, folder, login, methods
from .claim import new_key
from .owner import prove_keys
from .wire import JSON, Trouble


@methods.app("reissue", takes=("job", "site", "email"), may_take=("url", "login"), locks="site", lasts="0.5 s")
def reissue(params: JSON, emit: methods.Emit) -> JSON:
    take_over(params["site"])
    key, secret = new_key(), new_key()
    user = frappe.get_doc("User", params["email"])
    user.api_key, user.api_secret = key, secret
    user.save(ignore_permissions=True)
    prove_keys(str(user.name), key, secret)
    if params.get("login"):
        login.allow_many()
    frappe.db.commit()
    mark = (config.read(params["site"]) or {}).get("tenantd") or {}
    answer = {"user": str(user.name), "apiKey": key, "apiSecret": secret, "warnings": []}
    answer["setup"] = mark.get("setup") or {"state": "wizard"}
    answer["roles"] = [row.role for row in user.roles]
    if params.get("login"):
        answer["login"] = login.issue(params["url"], str(user.name), params["login"])
    return answer


def take_over(site: str) -> None:
    """From here on the tenant is no job's. Whoever made it may not have heard that it succeeded,
    and be about to undo it, while its customer has come again to another process."""
    mark = (config.read(site) or {}).get("tenantd") or {}
    if mark.get("state") != "active":
        raise Trouble("site_held", f"{site} was undone a moment ago.", site=site)
    folder.mark(site, job=None)
