# The login by a link that works once, as Frappe has it.
from __future__ import annotations

from typing import Any

import frappe


def login_via_key(key: str) -> dict[str, Any]:
    """Where the browser goes, and its session."""
    place = f"one_time_login_key:{key}"
    user = frappe.cache.get_value(place)
    if not user:
        raise frappe.PermissionError("The link you trying to login is invalid or expired.")
    frappe.cache.delete_value(place)
    sid = frappe.generate_hash()
    statement = "INSERT INTO `tabSessions` (user, sid, sessiondata) VALUES (%s, %s, '{}')"
    frappe.db.sql(statement, (user, sid))
    frappe.db.commit()
    return {"location": "/app", "sid": sid}
