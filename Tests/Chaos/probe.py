# What a trial asks a real bench from inside its container, with the bench's own Python and SQL of
# its own: runs as `python -c`, takes its words and the root password as JSON, and prints JSON.
from __future__ import annotations

import base64
import json
import os
import shutil
import sys
from typing import Any

GIVEN: dict[str, Any] = json.load(sys.stdin)
os.chdir(os.path.join(os.environ.get("FRAPPE_BENCH", os.getcwd()), "sites"))
with open("common_site_config.json", encoding="utf-8") as common:
    CONFIG: dict[str, Any] = json.load(common)


def connect() -> Any:
    try:
        import pymysql as driver
    except ImportError:
        import MySQLdb as driver  # type: ignore
    return driver.connect(
        host=CONFIG.get("db_host") or "127.0.0.1",
        port=int(CONFIG.get("db_port") or 3306),
        user=CONFIG.get("root_login") or "root",
        password=GIVEN["password"] or CONFIG.get("root_password") or "",
        autocommit=True,
        connect_timeout=10,
    )


def sql(*statements: str, values: tuple[Any, ...] | None = None) -> list[tuple[Any, ...]]:
    connection = connect()
    cursor = connection.cursor()
    for statement in statements:
        cursor.execute(statement, values)
    rows = list(cursor.fetchall())
    connection.close()
    return rows


def names(statement: str) -> list[str]:
    return [str(row[0]) for row in sql(statement)]


def keys(setting: str) -> list[str]:
    import redis

    store = redis.Redis.from_url(CONFIG[setting])
    return [key.decode(errors="replace") for key in store.scan_iter(match="*", count=1000)]


def facts() -> dict[str, Any]:
    databases = names("SHOW DATABASES")
    users = names("SELECT User FROM mysql.user")
    cached = [key.split("|")[0] for key in keys("redis_cache") if key.startswith("tenantd_")]
    jobs = [key.split(":", 2)[2] for key in keys("redis_queue") if key.startswith("rq:job:")]
    queued = [job.replace("||", "::").split("::")[0] for job in jobs]
    folders = [name for name in os.listdir(".") if os.path.isdir(name)]
    sites = {name: site(name) for name in folders if name not in GIVEN["no_sites"]}
    other = set(os.listdir(".")) - set(folders) - set(GIVEN["no_sites"])
    own = [name for name in users if name.startswith("tenantd_") or name == "precious"]
    return {
        "sites": sites,
        "databases": databases,
        "users": own,
        "cached": cached,
        "queued": [name for name in queued if name],
        "other": [f"sites/{name}" for name in sorted(other)],
    }


def site(name: str) -> dict[str, Any]:
    try:
        with open(os.path.join(name, "site_config.json"), encoding="utf-8") as file:
            config = json.load(file)
    except (OSError, ValueError):
        config = None
    try:
        files = os.listdir(name)
    except OSError:
        files = []
    target = os.readlink(name) if os.path.islink(name) else None
    whole = config if isinstance(config, dict) else None
    return {"config": whole, "files": files, "target": target}


def owner(database: str, email: str) -> str:
    enabled = sql(f"SELECT enabled FROM `{database}`.tabUser WHERE name = %s", values=(email,))
    roles = f"SELECT role FROM `{database}`.`tabHas Role` WHERE parent = %s"
    found = sorted(str(row[0]) for row in sql(roles, values=(email,)))
    is_enabled = bool(enabled) and enabled[0][0] == 1
    return f"{'enabled' if is_enabled else 'not enabled'} {', '.join(found)}"


def logs() -> dict[str, str]:
    """The last megabyte of each."""
    found = {}
    for name in os.listdir("../logs"):
        path = os.path.join("../logs", name)
        if os.path.isfile(path):
            with open(path, "rb") as file:
                file.seek(max(0, os.path.getsize(path) - (1 << 20)))
                found[name] = base64.b64encode(file.read()).decode()
    return found


def plant(name: str, config: str | None = None) -> None:
    os.mkdir(name)
    if config is not None:
        with open(os.path.join(name, "site_config.json"), "w", encoding="latin-1") as file:
            file.write(config)


def unplant(name: str) -> None:
    if os.path.islink(name):
        os.unlink(name)
    else:
        shutil.rmtree(name, ignore_errors=True)


def make_foreign(name: str) -> None:
    sql(f"CREATE DATABASE IF NOT EXISTS `{name}`", f"CREATE USER IF NOT EXISTS '{name}'@'%'")


def take_foreign(name: str) -> None:
    sql(f"DROP DATABASE IF EXISTS `{name}`", f"DROP USER IF EXISTS '{name}'@'%'")


def main(word: str, *rest: str) -> Any:
    acts: dict[str, Any] = {
        "facts": facts,
        "owner": owner,
        "logs": logs,
        "plant": plant,
        "link": lambda name, target: os.symlink(target, name),
        "unplant": unplant,
        "foreign": make_foreign,
        "nothing foreign": take_foreign,
    }
    return acts[word](*rest)


print(json.dumps(main(*GIVEN["words"])))
