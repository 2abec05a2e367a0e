# Whether the workspace is suspended, and what a request to it gets then.
from typing import Any, TypedDict

import frappe

from . import answers, read_only, record

KEY = "tenantd_suspended"
"""Written by tenantd to the site's cache, for the very next request; the record has the same, for a
Redis that has lost it."""
BLOCKED, READ_ONLY = "blocked", "read_only"


class Suspension(TypedDict):
    mode: str
    reason: str | None
    since: str | None


def current() -> Suspension | None:
    found: Any = frappe.cache().get_value(KEY)
    if found is None:
        found = record.read().get("suspended")
    if not isinstance(found, dict):
        return None
    # A word that is not known here is no reason to let anybody in.
    mode = READ_ONLY if found.get("mode") == READ_ONLY else BLOCKED
    reason, since = found.get("reason"), found.get("since")
    return {
        "mode": mode,
        "reason": str(reason) if reason else None,
        "since": str(since) if since else None,
    }


def before_request() -> None:
    """Before anything of the request is done, but for who a session's cookie says it is."""
    found = current()
    if found is None:
        return
    if found["mode"] == READ_ONLY:
        read_only.enter(found)
    else:
        raise answers.blocked(found)


def on_login(**_: Any) -> None:
    """Frappe logs in before it runs `before_request`: without this, a blocked workspace would hand
    out sessions that work when it is resumed."""
    found = current() if getattr(frappe.local, "request", None) else None
    if found and found["mode"] == BLOCKED:
        raise answers.blocked(found)
