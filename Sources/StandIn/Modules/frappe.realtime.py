# Messages to the browsers of a site's users: kept in a list of the queue's Redis, which nobody reads.
from __future__ import annotations

import json
from typing import Any

import frappe


def publish_realtime(
    event: str | None = None, message: Any = None, user: str | None = None, **options: Any
) -> None:
    room = f"user:{user}" if user else "all"
    if options.get("after_commit"):
        frappe.db.after_commit.add(lambda: emit_via_redis(event, message, room))
    else:
        emit_via_redis(event, message, room)


def emit_via_redis(event: str | None, message: Any, room: str) -> None:
    from frappe.utils.background_jobs import get_redis_conn

    told = {"event": event, "message": message, "room": room, "namespace": frappe.local.site}
    get_redis_conn().rpush("events", json.dumps(told))
