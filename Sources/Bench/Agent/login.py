# A link that logs somebody in once, for a minute: the project's own app's where the site has it, or
# else Frappe's, which it sends by mail otherwise.
import json
import secrets
import time
from typing import Any

import frappe

from . import build, methods, secrecy, tenant, versions
from .wire import JSON, invalid

SECONDS = 60
MANY = 1000
"""Logins by Frappe's link that one address may have in an hour: an office shares one. A link cannot
be guessed, so that no limit has to keep anybody from trying."""
LIMIT = "rate_limit_email_link_login"
PATH = "/api/method/frappe.www.login.login_via_key"
OWN_PATH = "/api/method/tenantd_app.login.redeem"
"""Of two racing clicks one gets in, no limit an hour, and the link survives a cleared cache."""
LONGEST_PATH = 2000


@methods.app(
    "login",
    takes=("job", "site", "url"),
    may_take=("user", "expires", "path", "administrator"),
    locks="site",
    before=tenant.demand_serving,
    lasts="0.3 s",
)
def login(params: JSON, emit: methods.Emit) -> JSON:
    """For an enabled user of a tenant: its owner unless told. `administrator`: also for that one.
    `path`: where on the site the link leads."""
    check_path(params.get("path"))
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


def check_path(path: Any) -> None:
    """Browsers read `//host` and `/\\host` as another site. Frappe's own link leads nowhere else."""
    if path is None:
        return
    if (
        not isinstance(path, str)
        or not path.startswith("/")
        or path[1:2] == "/"
        or "\\" in path
        or not all(" " < sign != "\x7f" for sign in path)
        or len(path) > LONGEST_PATH
    ):
        raise invalid("path", "must be a path on that site, such as /app/user")
    if not has_own_app():
        raise invalid("path", f"needs the app {build.OWN_APP}, which that site does not have")


def has_own_app() -> bool:
    return build.OWN_APP in frappe.get_installed_apps()


def allow_many() -> None:
    """In the transaction of whoever calls it. The app's own link has no such limit."""
    if has_own_app():
        return
    if not frappe.get_meta("System Settings").get_field(LIMIT):
        return  # 14
    if int(frappe.get_system_settings(LIMIT) or 0) < MANY:
        frappe.db.set_single_value("System Settings", LIMIT, MANY)


def issue(url: str, user: str, wanted: Any) -> JSON:
    """At the site. The link is a secret: whoever has it is the user."""
    wanted = wanted if isinstance(wanted, dict) else {}
    seconds = int(wanted.get("expires") or SECONDS)
    key = secrecy.remember(secrets.token_hex(32))
    cache = versions.cache()
    if has_own_app():
        link, held = OWN_PATH, json.dumps({"user": user, "path": wanted.get("path")})
        name = cache.make_key(f"tenantd_login:{key}")
        cache.execute_command("SET", name, held.encode(), "EX", seconds)
    else:
        link = PATH
        cache.set_value(f"one_time_login_key:{key}", user, expires_in_sec=seconds)
    ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))
    return {"url": f"{url}{link}?key={key}", "expires": ends}
