# A link that logs somebody in once: whoever redeems it first, and nobody else.
import json
from typing import Any

import frappe
from frappe.utils import cint

KEY = "tenantd_login:"
"""And then the key of the link; tenantd writes it, with a time to live, as JSON: `user`, `path`."""
LONGEST = 2000


@frappe.whitelist(allow_guest=True, methods=["GET"])
def redeem(key: str = "") -> None:
    """`/api/method/tenantd_app.login.redeem?key=…`. A key cannot be guessed, so trying is free."""
    found = take(str(key)) if key else None
    user = str((found or {}).get("user") or "")
    if not user or not cint(frappe.db.get_value("User", user, "enabled")):
        frappe.respond_as_web_page(
            "This link works no more",
            "It was used already, or its time is over. Ask for another one, or log in.",
            http_status_code=403,
            indicator_color="orange",
        )
        return
    frappe.local.login_manager.login_as(user)
    path = str((found or {}).get("path") or "")
    if not is_own(path):
        is_desk = frappe.db.get_value("User", user, "user_type") == "System User"
        path = "/app" if is_desk else "/me"
    frappe.local.response["type"] = "redirect"
    frappe.local.response["location"] = path


def take(key: str) -> dict[str, Any] | None:
    """Reads and deletes it in one transaction of Redis, which the first of two racing clicks gets."""
    cache = frappe.cache()
    name = cache.make_key(KEY + key)
    text, _ = cache.pipeline(transaction=True).get(name).delete(name).execute()
    try:
        found = json.loads(text) if text else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def is_own(path: str) -> bool:
    """A path of this very site. Browsers read `//host` and `/\\host` as another one."""
    return (
        path.startswith("/")
        and path[1:2] not in ("/", "\\")
        and len(path) <= LONGEST
        and "\\" not in path
        and all(" " < sign != "\x7f" for sign in path)
    )
