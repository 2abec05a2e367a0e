# A link that logs somebody in once, for a minute: Frappe's own, which it sends by mail otherwise.
import secrets
import time
from typing import Any

import frappe

from . import methods, secrecy, tenant, versions
from .wire import JSON, invalid

SECONDS = 60
MANY = 1000
"""Logins by link that one address may have in an hour: an office shares one. A link cannot be
guessed, so that no limit has to keep anybody from trying."""
LIMIT = "rate_limit_email_link_login"
PATH = "/api/method/frappe.www.login.login_via_key"


@methods.app(
    "login",
    takes=("job", "site", "url"),
    may_take=("user", "expires", "administrator"),
    locks="site",
    before=tenant.demand_serving,
    lasts="0.3 s",
)
def login(params: JSON, emit: methods.Emit) -> JSON:
    """For an enabled user of a tenant: its owner unless told. `administrator`: also for that one."""
    record = tenant.demand_here(params["site"])
    tenant.serving(record)
    user = str(params.get("user") or record["owner"])
    # Its own name: the database finds users whatever the case, the accents, the spaces behind.
    found = frappe.db.get_value("User", user, ["name", "enabled"], as_dict=True)
    if not found or not int(found.enabled or 0) or found.name == "Guest":
        raise invalid("user", "must be an enabled user of that site")
    if found.name == "Administrator" and not params.get("administrator"):
        raise invalid("user", "must not be Administrator, unless TENANTD_LOGIN_ADMINISTRATOR is 1")
    allow_many()
    frappe.db.commit()
    return {**issue(params["url"], str(found.name), params), "user": str(found.name)}


def allow_many() -> None:
    """In the transaction of whoever calls it."""
    if not frappe.get_meta("System Settings").get_field(LIMIT):
        return  # 14
    if int(frappe.get_system_settings(LIMIT) or 0) < MANY:
        frappe.db.set_single_value("System Settings", LIMIT, MANY)


def issue(url: str, user: str, wanted: Any) -> JSON:
    """At the site. The link is a secret: whoever has it is the user."""
    seconds = int((wanted.get("expires") if isinstance(wanted, dict) else None) or SECONDS)
    key = secrecy.remember(secrets.token_hex(32))
    cache = versions.cache()
    cache.set_value(f"one_time_login_key:{key}", user, expires_in_sec=seconds)
    ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))
    return {"url": f"{url}{PATH}?key={key}", "expires": ends}
