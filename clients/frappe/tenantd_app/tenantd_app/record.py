# What tenantd says about this workspace, in the site's own site_config.json: nobody who works in the
# workspace can write there.
import json
import os
from typing import Any

import frappe

NAME = "site_config.json"
MANY = 10_000
Mark = tuple[int, int, int]
known: dict[str, tuple[Mark, dict[str, Any]]] = {}
"""By file: which one was read last, and what `tenantd` was in it."""


def read() -> dict[str, Any]:
    """`tenantd` in the site's config, or nothing. From the file itself, when that is another one than
    last time: a web worker of Frappe 16 keeps a config in memory for a minute."""
    path = os.path.join(str(frappe.local.site_path), NAME)
    try:
        mark = mark_of(os.stat(path))
        last = known.get(path)
        if last and last[0] == mark:
            return last[1]
        with open(path, encoding="utf-8") as file:
            mark = mark_of(os.fstat(file.fileno()))
            found = json.load(file).get("tenantd")
    except (OSError, ValueError, AttributeError):
        found, mark = (frappe.conf or {}).get("tenantd"), None
    record: dict[str, Any] = found if isinstance(found, dict) else {}
    if mark:
        if len(known) >= MANY:
            known.clear()
        known[path] = (mark, record)
    return record


def mark_of(stat: os.stat_result) -> Mark:
    return (stat.st_ino, stat.st_mtime_ns, stat.st_size)


def plan_name() -> str:
    plan = read().get("plan")
    return str(plan.get("name") or "") if isinstance(plan, dict) else ""


def limit(name: str) -> int | None:
    """A limit of the plan: `users`, `storageGB`, or one of the further ones by its name. None is
    unlimited, and so is what a plan does not say; a site that waits for its customer has no plan."""
    plan = read().get("plan")
    if not isinstance(plan, dict):
        return None
    further = plan.get("limits")
    value = plan.get(name, further.get(name) if isinstance(further, dict) else None)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
