# What a tenant's record says of its suspension, carried out: the site's cache, its jobs, its sessions,
# its public files, its database user. All of it can be done again, from wherever a kill has left it.
import json
import os
import time
from contextlib import contextmanager
from typing import Any, Iterator

import frappe

from . import aside_jobs, lifecycle, server, versions
from .install import rights
from .lifecycle import Place
from .wire import JSON

APP = "tenantd_app"
"""With it the site itself refuses, with words and a status of its own; without, Frappe's
maintenance mode does."""
CACHED = "tenantd_suspended"
BLOCKED, READ_ONLY = "blocked", "read_only"
SWITCHES = ("maintenance_mode", "allow_reads_during_maintenance", "pause_scheduler")
"""Keys of a site's config that a suspension sets, and puts back."""
SPARE_SECONDS = 30
READING = "SELECT, SHOW VIEW, LOCK TABLES, EXECUTE, CREATE TEMPORARY TABLES"
NOTHING = "SHOW VIEW"
"""As good as none, and one of it: a web worker that cannot connect at all harms its other sites."""


def told(mark: JSON) -> JSON | None:
    """What the app reads, and everybody is told."""
    found = mark.get("suspended")
    return {name: found.get(name) for name in ("mode", "reason", "since")} if found else None


def is_closed(mark: JSON) -> bool:
    """Whether the tenant's own database user may not do all it may otherwise. On Frappe 16 that is
    so until the web workers have forgotten the config that they keep in memory."""
    return "closed" in (mark.get("suspended") or {})


def aside(site: str) -> str:
    """Where the public files of a blocked site are: nginx serves those of the other folder itself."""
    return os.path.join(site, ".public-suspended")


def has_app(place: Place) -> bool:
    rows = place.root.sql(
        f"SELECT defvalue FROM `{place.database}`.tabDefaultValue"
        " WHERE parent = '__global' AND defkey = 'installed_apps'"
    )
    installed = json.loads(rows[0][0]) if rows and rows[0][0] else []
    return APP in installed and APP in frappe.get_all_apps()


def switch(conf: JSON, suspended: JSON | None, before: JSON) -> None:
    """The config's switches: as they were before, but for what a suspension needs."""
    for name in SWITCHES:
        conf.pop(name, None)
    conf.update(before)
    if suspended is None:
        return
    conf["pause_scheduler"] = 1
    if suspended["app"]:
        return
    conf["maintenance_mode"] = 1
    conf.pop("allow_reads_during_maintenance", None)
    if suspended["mode"] == READ_ONLY:
        conf["allow_reads_during_maintenance"] = 1


def closing(now: float) -> JSON:
    """Until when the database user is kept out as well; nothing where the config is read at once."""
    rest = versions.names_rest()
    return {"closed": int(now) + rest + SPARE_SECONDS} if rest else {}


def settle(place: Place) -> list[str]:
    """Makes everything as the record says. Returns what a person should know."""
    suspended = place.mark().get("suspended")
    if suspended is None:
        return serve(place)
    told_to = told(place.mark())
    with cache_of(place.database):
        versions.cache().set_value(CACHED, told_to)
    is_blocked, is_over = suspended["mode"] == BLOCKED, time.time() > suspended.get("closed", 0)
    if not suspended["app"]:
        shut(place, is_blocked)
    stopped = aside_jobs.put_aside(place.site)
    server.end_connections(place.root, place.user)
    if is_blocked:
        end_sessions(place)
    move_public(place.site, is_away=is_blocked)
    server.end_connections(place.root, place.user)
    if suspended["app"] or is_over:
        open_again(place)
        suspended = {name: value for name, value in suspended.items() if name != "closed"}
    lifecycle.end(place, lifecycle.LIFE, suspended=suspended)
    return [f"{stopped} jobs that ran were ended, and are not begun again."] if stopped else []


def serve(place: Place) -> list[str]:
    move_public(place.site, is_away=False)
    open_again(place)
    with cache_of(place.database):
        versions.cache().delete_value(CACHED)
    aside_jobs.put_back(place.site)
    lifecycle.end(place, lifecycle.LIFE)
    return []


def shut(place: Place, is_blocked: bool) -> None:
    """Whoever has the old config in memory finds nothing, or cannot write. Where the config is read
    at once, only a job that has begun meanwhile has."""
    if is_blocked or versions.names_rest():
        grant(place, NOTHING if is_blocked else READING)


def open_again(place: Place) -> None:
    grant(place, rights())


def grant(place: Place, may: str) -> None:
    """These, and no others. For connections that come from here on."""
    run = place.root._cursor.execute
    pattern = place.database.replace("_", "\\_")
    for host in place.hosts():
        # Where there is nothing, nothing can be revoked.
        run(f"GRANT {NOTHING} ON `{pattern}`.* TO %s@%s", (place.user, host))
        if may != rights():
            run(f"REVOKE ALL PRIVILEGES ON `{pattern}`.* FROM %s@%s", (place.user, host))
        run(f"GRANT {may} ON `{pattern}`.* TO %s@%s", (place.user, host))


def end_sessions(place: Place) -> None:
    """In the database, and in the cache, where Frappe looks first."""
    place.root._cursor.execute(f"DELETE FROM `{place.database}`.tabSessions")
    place.root._cursor.execute("COMMIT")
    with cache_of(place.database):
        cache = versions.cache()
        for key in ("session", "last_db_session_update"):
            cache.delete_value(key)


def move_public(site: str, is_away: bool) -> None:
    """A rename. Where both folders are there, what has come meanwhile joins the rest."""
    here, there = os.path.join(site, "public"), aside(site)
    if is_away:
        if os.path.lexists(here):
            join(here, there)
    elif os.path.lexists(there):
        if os.path.lexists(here):
            join(here, there)
        os.rename(there, here)


def join(source: str, target: str) -> None:
    """Moves a folder into another; what is in that already stays as it is."""
    if not os.path.lexists(target):
        os.rename(source, target)
        return
    if os.path.isdir(source) and not os.path.islink(source):
        for name in os.listdir(source):
            join(os.path.join(source, name), os.path.join(target, name))
        os.rmdir(source)
    else:
        os.unlink(source)


@contextmanager
def cache_of(database: str) -> Iterator[None]:
    """Frappe's cache as that site has it: it keeps keys by the database's name."""
    conf = frappe.local.conf
    own = conf.get("db_name")
    conf["db_name"] = database
    try:
        yield
    finally:
        conf["db_name"] = own
