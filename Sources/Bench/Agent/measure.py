# What a tenant uses: users, bytes, calls. Asked one tenant at a time, so that the server never has the
# tables of all of them open.
import os
import time
from typing import Any

from . import caches, config, server, suspension, versions
from .lifecycle import Place
from .wire import JSON

GB = 1 << 30
CALLS = "tenantd_api_calls:"
"""A key a day in the site's cache, which `tenantd_app` counts up."""
DAY = 86_400
UNSET_ZONE = "Asia/Kolkata"
"""Frappe's own, for a site whose wizard nobody has run."""


def users(place: Place) -> tuple[int, str | None]:
    """Those that count, and when one of them was last seen."""
    rows = place.root.sql(
        f"SELECT COUNT(*), MAX(last_active) FROM `{place.database}`.tabUser WHERE enabled = 1"
        " AND user_type = 'System User' AND name NOT IN ('Administrator', 'Guest')"
    )
    count, seen = rows[0]
    return int(count), str(seen)[:19] if seen else None


def time_zone(place: Place) -> str:
    rows = place.root.sql(
        f"SELECT value FROM `{place.database}`.tabSingles"
        " WHERE doctype = 'System Settings' AND field = 'time_zone'"
    )
    return str(rows[0][0]) if rows and rows[0][0] else UNSET_ZONE


def storage(place: Place, database: int | None = None) -> JSON:
    """Bytes; `database`: where that is known already."""
    own = os.path.join(place.site, "private", "backups")
    found = {
        "database": database_bytes(place) if database is None else database,
        "publicFiles": folder_bytes(os.path.join(place.site, "public"))
        + folder_bytes(suspension.aside(place.site)),
        "privateFiles": folder_bytes(os.path.join(place.site, "private"), without=own),
        "backups": folder_bytes(own),
    }
    return {**found, "total": sum(found.values())}


def database_bytes(place: Place) -> int:
    """As `all_bytes` has it; where the server does not tell, by opening the tables."""
    if (known := all_bytes(place.root, place.database).get(place.database)) is not None:
        return known
    rows = place.root.sql(
        "SELECT SUM(data_length + index_length) FROM information_schema.tables"
        " WHERE table_schema = %s",
        (place.database,),
    )
    return int(rows[0][0] or 0)


def all_bytes(root: Any, database: str = "") -> dict[str, int]:
    """The sizes of the files of all databases of this bench, or of one, as InnoDB knows them without
    opening a table; nothing where the server does not tell."""
    begins = database + "/" if database else f"tenantd_{config.bench_id()}_"
    form = begins.replace("_", "\\_") + "%"
    try:
        rows = root.sql(
            "SELECT SUBSTRING_INDEX(NAME, '/', 1), SUM(FILE_SIZE)"
            " FROM information_schema.INNODB_SYS_TABLESPACES WHERE NAME LIKE %s"
            " GROUP BY SUBSTRING_INDEX(NAME, '/', 1)",
            (form,),
        )
    except Exception as error:
        if server.trouble(error):
            raise
        return {}
    return {str(name): int(size) for name, size in rows}


def folder_bytes(folder: str, without: str = "") -> int:
    total = 0
    for at, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if os.path.join(at, name) != without]
        for name in names:
            try:
                total += os.lstat(os.path.join(at, name)).st_size
            except OSError:
                continue  # removed meanwhile
    return total


def calls(place: Place, days: int) -> list[JSON]:
    """Of each of the last days, today's last; nothing where no app counts."""
    own, now, found = place.database, time.time(), []
    with suspension.cache_of(own):
        for ago in range(days - 1, -1, -1):
            date = time.strftime("%Y-%m-%d", time.gmtime(now - ago * DAY))
            value = versions.cache().execute_command("GET", caches.cache_key(own, CALLS + date))
            if value is not None:
                found.append({"date": date, "count": int(value)})
    return found


def exceeding(place: Place, plan: JSON) -> list[JSON]:
    """Of a plan's limits those that the tenant is above, as far as that can be known."""
    used: JSON = {"users": users(place)[0]}
    if plan["storageGB"] is not None:
        used["storageGB"] = round(storage(place)["total"] / GB, 3)
    if (plan.get("limits") or {}).get("apiCalls") is not None:
        used["apiCalls"] = sum(day["count"] for day in calls(place, 1))
    allowed = {**(plan.get("limits") or {}), "users": plan["users"], "storageGB": plan["storageGB"]}
    return [
        {"limit": name, "used": count, "allowed": allowed[name]}
        for name, count in used.items()
        if allowed[name] is not None and count > allowed[name]
    ]
