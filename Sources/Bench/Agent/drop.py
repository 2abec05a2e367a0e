# Removes a site whole: folder, database, database users, cache keys, queued jobs. It can be
# ended at any moment and called again: the folder, which names the rest, goes last.
import os
import secrets
import shutil
from typing import Any

import frappe

from . import config, recent, server, versions
from .index import bench
from .wire import Trouble

JSON = dict[str, Any]


def drop_job(params: JSON, credentials: server.Credentials) -> JSON:
    """The undo of a provision: whatever the job made, under whichever name."""
    index = bench
    index.refresh()
    dropped = [drop(r["site"], credentials, params["session"]) for r in index.of_job(params["job"])]
    for name in os.listdir("."):
        if name.startswith(config.unfinished(params["job"])):
            shutil.rmtree(name, ignore_errors=True)
    return {"dropped": dropped}


def drop_site(params: JSON, credentials: server.Credentials) -> JSON:
    """A person's wish: a tenant, or, with `force`, any site but the master."""
    index = bench
    index.refresh()
    site = params["site"]
    record = index.find(site)
    if record is None or site == params.get("master"):
        raise Trouble("no_such_site", f"There is no site {site} that could be dropped.", site=site)
    if not record["made"] and not params.get("force"):
        raise Trouble("step_failed", f"{site} was not made by tenantd.", site=site)
    return {"dropped": [drop(site, credentials, params["session"])]}


def drop(site: str, credentials: server.Credentials, session: str) -> str:
    from frappe.database.db_manager import DbManager

    conf = config.read(site) or {}
    database = conf.get("db_name")
    root = server.connect(credentials)
    try:
        # Another process may be at the same drop: then this one finds nothing to do.
        if not server.lock(root, "drop", f"{config.bench_id()}:{database or site}", wait=30):
            raise Trouble("step_failed", f"{site} is being dropped by another process.", site=site)
        if not os.path.isdir(site):
            return site
        wait_for_session(root, site, conf, session)
        forbid_shared(site, database)
        hidden = hide(site, conf, session)
        # Frappe logs there, and does not make it.
        os.makedirs(os.path.join(hidden, "logs"), exist_ok=True)
        frappe.destroy()
        frappe.init(site=hidden)
        if database:
            DbManager(root).drop_database(database)
            drop_users(root, database)
            versions.cache().delete_keys("")
        for name in {site, hidden, conf["tenantd"].get("named", site)}:
            drop_queued_jobs(name)
        shutil.rmtree(hidden)
        return site
    finally:
        root.close()
        server.bench_level()


def wait_for_session(root: Any, site: str, conf: JSON, session: str) -> None:
    """Whoever worked on the site, in a session that was lost a moment ago, must be gone: killed
    processes take a moment to let go."""
    mark = conf.get("tenantd")
    before = mark.get("session") if isinstance(mark, dict) and mark.get("state") != "active" else None
    locks = [("site", site)] + ([("session", before)] if before not in (None, session) else [])
    for kind, value in locks:
        if not server.lock(root, kind, value, wait=5):
            raise Trouble("step_failed", f"{site} is held by another session.", site=site)
        server.unlock(root, kind, value)


def forbid_shared(site: str, database: str | None) -> None:
    index = bench
    index.refresh()
    others = index.sharing(database, site) if database else []
    if others:
        raise Trouble(
            "step_failed",
            f"{site} was kept: its database {database} is named by {', '.join(others)} as well.",
            site=site,
        )


def hide(site: str, conf: JSON, session: str) -> str:
    """Takes the site off its name, so that no request reaches a half-dropped site. The name is
    kept for a drop that has to be begun again: queued jobs carry it."""
    mark = conf.get("tenantd")
    conf["tenantd"] = {
        "named": site,
        **(mark if isinstance(mark, dict) else {}),
        "state": "dropping",
        "session": session,
    }
    config.replace(site, conf)
    if site.startswith(config.HIDDEN):
        return site
    hidden = config.HIDDEN + secrets.token_hex(16)
    os.rename(site, hidden)
    if isinstance(mark, dict) and mark.get("state") == "active":
        recent.note(site)
    return hidden


def drop_users(root: Any, database: str) -> None:
    """At whatever host the user exists."""
    for user, host in server.users(root, database):
        if user == database:
            root.sql(f"DROP USER IF EXISTS '{user}'@'{host}'")


def drop_queued_jobs(site: str) -> None:
    from frappe.utils.background_jobs import get_redis_conn

    connection = get_redis_conn()
    for job in list(versions.queued_jobs(site, connection)):
        delete_job(job, connection)
    # Results of jobs that have ended stay for ten minutes under keys of their own.
    if results := list(versions.job_keys(site, connection)):
        connection.delete(*results)


def delete_job(name: str, connection: Any) -> None:
    try:
        from rq.exceptions import NoSuchJobError
        from rq.job import Job
    except ImportError:  # the sandbox keeps its queue without rq
        for queue in connection.scan_iter(match="rq:queue:*"):
            connection.lrem(queue, 0, name)
        connection.delete(f"rq:job:{name}")
        return
    try:
        Job.fetch(name, connection=connection).delete()
    except NoSuchJobError:
        connection.delete(f"rq:job:{name}")
