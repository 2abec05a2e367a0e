# Removes a site whole: folder, database, database users, cache keys, queued jobs. It can be
# ended at any moment and called again: the folder, which names the rest, goes last.
import errno
import os
import secrets
import shutil
from typing import TYPE_CHECKING, Any

import frappe

from . import aside_jobs, config, identity, methods, ownership, recent, remnants, server, versions
from .children import Work
from .index import bench
from .wire import Trouble

if TYPE_CHECKING:
    from .agent import Agent

JSON = dict[str, Any]


def let_go(agent: "Agent", request: Any, params: JSON) -> None:
    """A hot child of this session would hold the site's lock."""
    agent.standbys.let_go(params["site"])


@methods.root(
    "drop",
    takes=("job", "site"),
    may_take=("force", "master"),
    before=let_go,
    lasts="1.2 s, under its locks",
)
def drop_site(params: JSON, credentials: server.Credentials, work: Work) -> JSON:
    """A person's wish: a tenant, or, with `force`, any site but the master."""
    index = bench
    index.refresh()
    site, forced = params["site"], bool(params.get("force"))
    record = index.find(site)
    if record is None or site == params.get("master"):
        raise Trouble("no_such_site", f"There is no site {site} that could be dropped.", site=site)
    if record["state"] == "alias":
        raise Trouble("step_failed", f"{site} is a link to {record['of']}, and goes with it.", site=site)
    if os.path.islink(site):
        told = f"The folder of {site} is a link to {os.path.realpath(site)}, which is to be removed by hand."
        raise Trouble("step_failed", told, site=site)
    if not record["made"] and not forced:
        raise Trouble("step_failed", f"{site} was not made by tenantd.", site=site)
    return {"dropped": [drop(site, credentials, params["session"], forced)]}


def drop(
    site: str,
    credentials: server.Credentials,
    session: str,
    forced: bool = False,
    expected: JSON | None = None,
) -> str:
    """`expected`: the record for which the site is to go; another one of its name is left alone.
    Returns the site's name when it is gone, whoever has removed it."""
    root = server.connect(credentials)
    try:
        identity.prove(root)
        # Another process may be at the same drop: then this one finds nothing to do.
        wanted = (config.read(site) or {}).get("db_name") or site
        if not server.lock(root, "drop", f"{config.bench_id()}:{wanted}", wait=30):
            raise Trouble("site_held", f"{site} is being dropped by another process.", site=site)
        wait_for_session(root, site, config.read(site) or {}, session)
        if not os.path.isdir(site):
            return site
        conf = config.read(site) or {}
        if expected is not None and not is_same(conf, expected):
            return site
        target = ownership.target(root, site, conf, credentials.user, forced)
        named = (mark_of(conf) or {}).get("named", site)
        hidden = hide(site, conf, session)
        for alias in remnants.aliases(hidden, named):
            os.unlink(alias)
        if target.database:
            server.drop_database(root, target.database, target.users)
            forget_cache(target.database)
        for name in {site, hidden, named}:
            drop_queued_jobs(name)
        remnants.remove_folder(hidden)
        return site
    finally:
        root.close()
        server.bench_level()


def mark_of(conf: JSON) -> JSON | None:
    mark = conf.get("tenantd")
    return mark if isinstance(mark, dict) else None


def is_same(conf: JSON, record: JSON) -> bool:
    mark = mark_of(conf) or {}
    fields = ("job", "session") if record["made"] else ()
    return bool(conf.get("db_name") == record["database"]) and all(
        mark.get(field) == record[field] for field in fields
    )


def wait_for_session(root: Any, site: str, conf: JSON, session: str) -> None:
    """Whoever worked on the site, in a session that was lost a moment ago, must be gone: killed
    processes take a moment to let go. The site's own lock is kept until the drop is over."""
    mark = mark_of(conf) or {"state": "active"}
    before = mark.get("session") if mark.get("state") != "active" else None
    locks = [("site", site)] + ([("session", before)] if before not in (None, session) else [])
    for kind, value in locks:
        if not server.lock(root, kind, str(value), wait=5):
            raise Trouble("site_held", f"{site} is held by another session.", site=site)
        if kind == "session":
            server.unlock(root, kind, str(value))


def hide(site: str, conf: JSON, session: str) -> str:
    """Takes the site off its name, so that no request reaches a half-dropped site. The name is
    kept for a drop that has to be begun again: queued jobs carry it."""
    mark = {"named": site, **(mark_of(conf) or {}), "state": "dropping", "session": session}
    try:
        config.replace(site, {**conf, "tenantd": mark})
    except OSError as error:
        # On a full disk it goes unmarked: nobody but a drop gives a tenant a hidden name.
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
    if site.startswith(config.HIDDEN):
        return site
    hidden = config.HIDDEN + secrets.token_hex(16)
    os.rename(site, hidden)
    if isinstance(mark, dict) and mark.get("state") == "active":
        recent.note(site)
    return hidden


def forget_cache(database: str) -> None:
    """The cache of a site, which Frappe keeps by the database's name."""
    conf = frappe.local.conf
    own = conf.get("db_name")
    conf["db_name"] = database
    try:
        versions.cache().delete_keys("")
    finally:
        conf["db_name"] = own


def drop_queued_jobs(site: str) -> None:
    from frappe.utils.background_jobs import get_redis_conn

    connection = get_redis_conn()
    for job in list(versions.queued_jobs(site, connection)):
        delete_job(job, connection)
    connection.delete(aside_jobs.key(site))
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
