# Makes a bench whole again after a crash: drops what dead provisions left. Who is alive is
# decided by the database server: a live session holds a named lock, a dead one cannot.
import os
import shutil
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Callable, Iterator

from . import config, drop, identity, lifecycle, methods, ownership, remnants, server, suspend
from .children import Work
from .index import Index, bench, is_own
from .wire import Trouble

if TYPE_CHECKING:
    from .agent import Agent

JSON = dict[str, Any]


class Found:
    """What was found and removed, or would be; one thing's failure does not keep the others."""

    def __init__(self, is_dry: bool) -> None:
        self.is_dry = is_dry
        self.dropped: list[JSON] = []
        self.failed: list[JSON] = []

    def remove(
        self,
        item: JSON,
        action: Callable[[], Any],
        check: Callable[[], Any] = lambda: None,
    ) -> None:
        """`check` says, on a dry run too, what stands against it."""
        try:
            check()
            if not self.is_dry:
                action()
            self.dropped.append(item)
        except FileNotFoundError:
            pass  # another reconciliation was at it, and tells it
        except Exception as error:
            trouble = error if isinstance(error, Trouble) else server.trouble(error)
            self.failed.append({**item, "reason": trouble.message if trouble else str(error)})


def add_living(agent: "Agent", request: Any, params: JSON) -> None:
    """At one moment, so that nobody's leftover is what a job of a moment later has begun."""
    params.update(live=agent.live(), seen=os.listdir("."))


@methods.root(
    "reconcile",
    takes=("job",),
    may_take=("orphans", "dryRun"),
    before=add_living,
    lasts="1.2 s for each site that is dropped",
)
def reconcile(params: JSON, credentials: server.Credentials, work: Work) -> JSON:
    """`live` are the jobs of this very session, `seen` what was in the folder of sites then. With
    `orphans`, also what a crash alone cannot leave: databases and users of this bench that no site
    names, unfinished writes in sites. `dryRun` only tells."""
    found = Found(bool(params.get("dryRun")))
    root = server.connect(credentials)
    index = bench
    index.refresh()
    identity.prove(root, renew=not found.is_dry)
    for record in list(index.records()):
        if record["site"] in params["seen"] and is_dead(record, params, root):
            drop_dead(record, params, credentials, root, found)
    for name in params["seen"]:
        if remnants.is_emptied(name) or is_abandoned(name, params, root):
            item = {"kind": "folder", "name": name}
            found.remove(item, partial(shutil.rmtree, name))
        elif remnants.is_own_write(name):
            found.remove({"kind": "file", "name": name}, partial(os.unlink, name))
    for record in index.records():
        if params.get("orphans") or remnants.is_recent(record["site"]):
            for path in remnants.unfinished_writes(record["site"]):
                found.remove({"kind": "file", "name": path}, partial(os.unlink, path))
    if not found.is_dry:
        databases = (r["database"] for r in index.records() if not is_own(r["database"]))
        identity.note_others(root, {name for name in databases if isinstance(name, str)})
        repair(params, credentials, work, found)
    if params.get("orphans"):
        for name in params["seen"]:
            if remnants.is_spoilt(name) and server.is_free(root, "site", name):
                item = {"kind": "folder", "name": name}
                found.remove(item, partial(remnants.remove_folder, name))
        drop_unnamed(root, index, found)
    root.close()
    return {"dropped": found.dropped, "failed": found.failed}


def repair(params: JSON, credentials: server.Credentials, work: Work, found: Found) -> None:
    """Tenants whose record says what is not everywhere yet. One that somebody works on is theirs."""
    for record in list(index_of_tenants()):
        is_due = record["closed"] is not None and time.time() > record["closed"]
        if not (record["pending"] or is_due):
            continue
        try:
            with lifecycle.at(record["site"], credentials, wait=0) as place:
                suspend.repair(place, params, work)
        except Exception as error:
            trouble = error if isinstance(error, Trouble) else server.trouble(error)
            if not (trouble and trouble.kind in ("site_held", "no_such_site", "not_a_tenant")):
                item = {"kind": "tenant", "name": record["site"]}
                told = trouble.message if trouble else str(error)
                found.failed.append({**item, "reason": told})


def index_of_tenants() -> Iterator[JSON]:
    return (r for r in bench.records() if r["made"] and r["state"] == "active")


def drop_dead(
    record: JSON, params: JSON, credentials: server.Credentials, root: Any, found: Found
) -> None:
    site = record["site"]
    item = {"kind": "site", "name": site, "state": record["state"]}
    found.remove(
        item,
        lambda: drop.drop(site, credentials, params["session"], expected=record),
        lambda: ownership.target(root, site, config.read(site) or {}, credentials.user),
    )


def is_dead(record: JSON, params: JSON, root: Any) -> bool:
    hidden = record["site"].startswith(config.HIDDEN)
    if hidden and record["state"] == "active":
        return True  # a drop that could not mark it, since only a drop gives a tenant such a name
    if record["state"] == "broken" and not record["made"]:
        return False  # nobody knows whose it is: a person has to look
    if not (record["made"] or hidden) or record["state"] in ("active", "standby", "template"):
        return False
    if record["session"] == params["session"]:
        return record["job"] not in params["live"]
    return not record["session"] or server.is_free(root, "session", record["session"])


def is_abandoned(name: str, params: JSON, root: Any) -> bool:
    """A site's folder that was never finished, by a job that is over."""
    if not (name.startswith("." + config.HIDDEN) and os.path.isdir(name)):
        return False
    job, _, session = name[len(config.HIDDEN) + 1 :].partition("-")
    if session == params["session"]:
        return job not in params["live"]
    return bool(session) and server.is_free(root, "session", session)


def drop_unnamed(root: Any, index: Index, found: Found) -> None:
    """A folder names its database before that exists: so the databases are listed first, and the
    folders read after. Read twice, because a scan can miss one that is renamed meanwhile."""
    prefix = f"tenantd_{config.bench_id()}_"
    databases, users = server.databases(root, prefix), server.users(root, prefix)
    named: set[str] = set()
    unknown: set[str] = set()
    for _ in range(2):
        index.refresh()
        for record in index.records():
            named |= {record["database"], record["user"]}
            if record["state"] == "broken" and not record["made"]:
                unknown.add(record["site"])

    def check() -> None:
        if unknown:
            told = f"It may be that of {', '.join(sorted(unknown))}, whose config cannot be read."
            raise Trouble("step_failed", told)

    for database in [d for d in databases if d not in named and is_own(d)]:
        item = {"kind": "database", "name": database}
        found.remove(item, partial(drop_database, root, database), check)
    for user, host in [(u, h) for u, h in users if u not in named and is_own(u)]:
        item = {"kind": "database_user", "name": f"{user}@{host}"}
        found.remove(item, partial(drop_user, root, user, host), check)


def drop_user(root: Any, user: str, host: str) -> None:
    root.sql(f"DROP USER IF EXISTS '{user}'@'{host}'")


def drop_database(root: Any, database: str) -> None:
    """With the cache that its site had. Its user is an orphan of its own, with a line of its own."""
    server.end_connections(root, database)
    server.drop_database(root, database, [])
    drop.forget_cache(database)
