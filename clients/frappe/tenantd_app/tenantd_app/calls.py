# How often the workspace's API is called: one number a day in Redis, and the plan's limit on it.
import time
from datetime import datetime, timedelta, timezone
from typing import Any

import frappe

from . import answers, record

DAYS = 92
STATUS = 429


def after_authentication() -> None:
    """Frappe has just found out whose key or token it is. Counted here, before the call does
    anything, so that no more than the limit are served however many come at once."""
    if not is_call():
        return
    number = count(1)
    if number is None:
        return
    frappe.flags.tenantd_counted = True
    allowed = record.limit("apiCalls")
    if allowed is not None and number > allowed:
        count(-1)  # nothing was done for it
        raise too_many(allowed)


def after_request(response: Any = None, **_: Any) -> None:
    """Those that another app's authentication let in, which may come after this one's."""
    flags = getattr(frappe.local, "flags", None)
    if flags is not None and not flags.get("tenantd_counted") and is_call():
        count(1)


def is_call() -> bool:
    """A request to `/api/…` with an Authorization header that Frappe has accepted. A person's own
    clicks in the desk come with a session's cookie instead."""
    request = getattr(frappe.local, "request", None)
    if request is None or request.method == "OPTIONS" or not request.headers.get("Authorization"):
        return False
    if not (request.path.startswith("/api/") or (frappe.local.form_dict or {}).get("cmd")):
        return False
    session: Any = getattr(frappe.local, "session", None) or {}
    return session.get("user") not in (None, "", "Guest")


def count(by: int) -> int | None:
    """The day's calls, or None where Redis is away: that stops nobody."""
    cache = frappe.cache()
    key = cache.make_key(f"tenantd_api_calls:{today().date().isoformat()}")
    try:
        number = int(cache.incrby(key, by))
        if number == by or number % 1000 == 0:
            cache.expire(key, DAYS * 24 * 3600)
        return number
    except Exception as error:
        frappe.logger("tenantd_app").warning(f"An API call was not counted: {error}")
        return None


def today() -> datetime:
    """Days are those of UTC, whatever the site's time zone."""
    return datetime.fromtimestamp(time.time(), timezone.utc)


def seconds_left() -> int:
    now = today()
    midnight = datetime(now.year, now.month, now.day, tzinfo=timezone.utc) + timedelta(days=1)
    return max(1, int((midnight - now).total_seconds()) + 1)


def too_many(allowed: int) -> Exception:
    seconds = seconds_left()
    plan = f" ({name})" if (name := record.plan_name()) else ""
    message = f"The plan{plan} has {allowed} API calls a day, and they are used up until midnight UTC."
    more = {"kind": "api_limit", "limit": allowed, "retryAfter": seconds}
    told = answers.told(message, "No more API calls today", "TooManyRequestsError", more)
    return answers.stop(STATUS, told, {"Retry-After": str(seconds)})
