# Makes a bench whole again after a crash: drops what dead provisions left. Who is alive is
# decided by the database server: a live session holds a named lock, a dead one cannot.
import os
import shutil
from typing import Any

import frappe

from . import config, drop, server, versions
from .index import Index, bench
from .wire import Trouble

JSON = dict[str, Any]


def reconcile(params: JSON, credentials: server.Credentials) -> JSON:
    """`live` are the jobs of this very session, `seen` what was in the folder of sites then. With `orphans`, also databases and users of this
    bench that no site names, which a crash alone cannot leave. `dryRun` only tells."""
    dry = bool(params.get("dryRun"))
    root = server.connect(credentials)
    dropped: list[JSON] = []
    failed: list[JSON] = []
    index = bench
    index.refresh()
    for record in list(index.records()):
        if record["site"] not in params["seen"] or not is_dead(record, params, root):
            continue
        item = {"kind": "site", "name": record["site"], "state": record["state"]}
        remove(item, dry, dropped, failed, lambda r=record: drop.drop(r["site"], credentials, params["session"]))
    for name in params["seen"]:
        if is_abandoned(name, params, root):
            item = {"kind": "folder", "name": name}
            remove(item, dry, dropped, failed, lambda n=name: shutil.rmtree(n))
    if params.get("orphans"):
        drop_unnamed(root, index, dry, dropped, failed)
    root.close()
    return {"dropped": dropped, "failed": failed}


def is_dead(record: JSON, params: JSON, root: Any) -> bool:
    hidden = record["site"].startswith(config.HIDDEN)
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
    return server.is_free(root, "session", session)


def drop_unnamed(
    root: Any, index: Index, dry: bool, dropped: list[JSON], failed: list[JSON]
) -> None:
    """A folder names its database before that exists: so the databases are listed first, and the
    folders read after. Read twice, because a scan can miss one that is renamed meanwhile."""
    prefix = f"tenantd_{config.bench_id()}_"
    databases, users = server.databases(root, prefix), server.users(root, prefix)
    named: set[str] = set()
    for _ in range(2):
        index.refresh()
        named |= {r["database"] for r in index.records()}
    for database in [d for d in databases if d not in named]:
        item = {"kind": "database", "name": database}
        remove(item, dry, dropped, failed, lambda d=database: drop_database(root, d))
    for user, host in [(u, h) for u, h in users if u not in named]:
        item = {"kind": "database_user", "name": f"{user}@{host}"}
        remove(item, dry, dropped, failed, lambda u=user, h=host: root.sql(f"DROP USER IF EXISTS '{u}'@'{h}'"))


def drop_database(root: Any, database: str) -> None:
    """With the cache that its site had, which Frappe keeps by the database's name."""
    root.sql_ddl(f"DROP DATABASE IF EXISTS `{database}`")
    frappe.local.conf["db_name"] = database
    try:
        versions.cache().delete_keys("")
    finally:
        del frappe.local.conf["db_name"]


def remove(item: JSON, dry: bool, dropped: list[JSON], failed: list[JSON], action: Any) -> None:
    """One thing's failure does not keep the others."""
    try:
        if not dry:
            action()
        dropped.append(item)
    except Exception as error:
        trouble = error if isinstance(error, Trouble) else server.trouble(error)
        failed.append({**item, "reason": trouble.message if trouble else str(error)})
