# Looks at a tenant the way its owner would: what is in the site.
import frappe

from . import config, methods
from .folder import reconnect
from .owner import ROLE
from .plan import fields
from .wire import JSON


@methods.app(
    "verify", takes=("site", "owner", "plan", "apiKey"), secrets=("apiKey",), lasts="a few reads"
)
def verify(params: JSON, emit: methods.Emit) -> JSON:
    """Each of the five steps, read back from the site by a connection of its own."""
    site, expected = params["site"], params
    conf = config.read(site) or {}
    reconnect(site)
    user = frappe.get_doc("User", expected["owner"])
    roles = sorted(row.role for row in user.roles)
    checks = [check("site", conf.get("tenantd", {}).get("state") == "active", "active")]
    installed = frappe.get_installed_apps()
    for app in params.get("apps", []):
        if app in frappe.get_all_apps():
            checks.append(check("app", app in installed, f"{app} is installed"))
        else:
            checks.append(check("app", True, f"{app} is not in this bench"))
    checks.append(check("owner", bool(user.enabled) and ROLE in roles, ", ".join(roles)))
    checks.append(settings(params))
    checks.append(check("keys", user.api_key == params["apiKey"], "the user's key is the issued one"))
    frappe.destroy()
    return {"checks": checks}


def settings(params: JSON) -> JSON:
    doctype, plan = params["settings"], params["plan"]
    if not frappe.db.exists("DocType", doctype):
        return check("settings", True, f"no DocType {doctype} in this bench")
    doc = frappe.get_doc(doctype)
    meta = frappe.get_meta(doctype)
    wanted = {name: value for name, value in fields(plan).items() if name != "plan"}
    wrong = [f for f, v in wanted.items() if meta.has_field(f) and float(doc.get(f) or 0) != v]
    users, storage = (plan[name] or "unlimited" for name in ("users", "storageGB"))
    text = f"{plan['name']}: {users} users, {storage} GB"
    return check("settings", not wrong, text if not wrong else f"{', '.join(wrong)} differ")


def check(step: str, ok: bool, detail: str) -> JSON:
    return {"step": step, "ok": ok, "detail": detail}
