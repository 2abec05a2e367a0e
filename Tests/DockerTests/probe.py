# What the Docker tests ask the bench's container: what is in the bench and its services, which
# processes of an agent live, and a place where a job waits. Runs with the bench's own Python.
from __future__ import annotations

import json
import os
import select
import shutil
import signal
import stat
import sys
import threading
import urllib.error
import urllib.request
from glob import glob
from typing import Any, Callable

import pymysql
import redis

OWN_SITES = {"apps.txt", "common_site_config.json", "sandbox.json", ".tenantd-bench", ".tenantd-code",
             ".tenantd-changes"}
OWN_DATABASES = {"information_schema", "mysql", "performance_schema", "sys", "tenantd"}
OWN_USERS = {"root", "mariadb.sys", "mysql", "PUBLIC"}

os.chdir("/home/frappe/frappe-bench/sites")
with open("common_site_config.json", encoding="utf-8") as file:
    CONFIG: dict[str, Any] = json.load(file)


def sql(statement: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    connection = pymysql.connect(
        host=CONFIG["db_host"],
        user="root",
        password=CONFIG["root_password"],
        autocommit=True,
        connect_timeout=5,
        read_timeout=20,
    )
    with connection, connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return list(cursor.fetchall())


def keys(service: str) -> list[str]:
    found = redis.Redis.from_url(CONFIG[service], decode_responses=True).keys("*")
    return sorted(map(str, found))


def databases() -> list[str]:
    return [row[0] for row in sql("SHOW DATABASES") if row[0] not in OWN_DATABASES]


def users() -> list[str]:
    rows = sql("SELECT User, Host FROM mysql.user")
    return [f"{user}@{host}" for user, host in rows if user not in OWN_USERS]


def contents() -> list[str]:
    """Everything that a provision could leave anywhere, one word each: an empty list is a bare
    bench. Named locks are those that some connection holds."""
    locks = sql(
        "SELECT TABLE_SCHEMA FROM information_schema.METADATA_LOCK_INFO"
        " WHERE LOCK_TYPE = 'User lock'"
    )
    found = {
        "site": [name for name in os.listdir(".") if name not in OWN_SITES],
        "database": databases(),
        "user": users(),
        "lock": [row[0] for row in locks],
        "cache": keys("redis_cache"),
        "queue": keys("redis_queue"),
    }
    return sorted(f"{kind} {name}" for kind, names in found.items() for name in names)


def sites() -> dict[str, Any]:
    """The config of each site that tenantd made, by name."""
    found = {}
    for path in glob("*/site_config.json"):
        with open(path, encoding="utf-8") as file:
            config = json.load(file)
        if "tenantd" in config:
            found[os.path.dirname(path)] = config
    return found


def agents() -> list[int]:
    """The processes of agents, oldest first; a job's are forked from one of them."""
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
        except OSError:
            continue
        if words[1:3] == [b"-u", b"-c"]:
            found.append(int(entry))
    return sorted(found)


def parent(pid: int) -> int:
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        return int(file.read().rpartition(")")[2].split()[1])


def kill_agents(number: int = signal.SIGKILL) -> int:
    """The agents themselves, not their children: those must end by themselves."""
    found = agents()
    heads = [pid for pid in found if parent(pid) not in found]
    for pid in heads:
        os.kill(pid, number)
    return len(heads)


def stop_agents() -> int:
    """As they stand: they do not see the end of their input, and keep what they hold."""
    return kill_agents(signal.SIGSTOP)


def await_end() -> bool:
    """Whether no process of an agent is left, as soon as that is so; a hang ends in half a minute."""
    while found := agents():
        try:
            descriptor = os.pidfd_open(found[0])
        except ProcessLookupError:
            continue
        if not select.select([descriptor], [], [], 30)[0]:
            return False
    return True


def hold(path: str) -> None:
    """A place where jobs wait: says so when one has come, and lets go at the end of input."""
    if not os.path.exists(path):
        os.mkfifo(path)

    def end() -> None:
        sys.stdin.read()
        os._exit(0)

    threading.Thread(target=end).start()
    print('"waiting"', flush=True)
    writer = os.open(path, os.O_WRONLY)
    print('"reached"', flush=True)
    select.select([writer], [], [])


def wipe() -> None:
    """A bare bench, whatever the test before has left."""
    for pid in agents():
        os.kill(pid, signal.SIGKILL)
    for name in os.listdir("."):
        if name not in OWN_SITES or name in ("sandbox.json", ".tenantd-bench"):
            shutil.rmtree(name) if os.path.isdir(name) else os.unlink(name)
    for database in databases():
        sql(f"DROP DATABASE `{database}`")
    sql("DROP DATABASE IF EXISTS tenantd")
    for user in users():
        sql("DROP USER '{}'@'{}'".format(*user.rsplit("@", 1)))
    for service in ("redis_cache", "redis_queue"):
        redis.Redis.from_url(CONFIG[service]).flushall()
    for app in ("frappe", "nexus_core"):
        shutil.rmtree(f"../apps/{app}/{app}", ignore_errors=True)


def log_in(site: str, key: str, secret: str) -> list[Any]:
    """Status and user of a request with these keys, over HTTP, as a customer's would be."""
    url = "http://127.0.0.1:8000/api/method/frappe.auth.get_logged_user"
    headers = {"Host": site, "Authorization": f"token {key}:{secret}"}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20) as got:
            return [got.status, json.load(got)["message"]]
    except urllib.error.HTTPError as error:
        return [error.code, None]


def checksums(one: str, other: str) -> list[list[Any]]:
    """Each table that either has: its name, engine or kind, checksum and definition in each."""

    def described(database: str) -> dict[str, list[Any]]:
        rows = sql(
            "SELECT table_name, COALESCE(engine, ''), table_type FROM information_schema.tables"
            " WHERE table_schema = %s",
            (database,),
        )
        found = {}
        for name, engine, kind in rows:
            quoted = f"`{database}`.`{name}`"
            if kind == "SEQUENCE":
                # CHECKSUM TABLE does not know sequences: the whole row, options and next value.
                found[name] = [kind, str(sql(f"SELECT * FROM {quoted}")), ""]
                continue
            create = sql(f"SHOW CREATE TABLE {quoted}")[0][1]
            found[name] = [engine, str(sql(f"CHECKSUM TABLE {quoted}")[0][1]), create]
        return found

    left, right = described(one), described(other)
    return [[name, left.get(name), right.get(name)] for name in sorted(left.keys() | right.keys())]


def leaks(*marks: str) -> list[str]:
    """Where one of the words can be read: command lines, environments and the bench's files. The
    words come hidden, so that this very process does not show them."""
    words = [bytes.fromhex(mark) for mark in marks]
    files = [f"/proc/{pid}/{name}" for pid in filter(str.isdigit, os.listdir("/proc"))
             for name in ("cmdline", "environ")]
    for folder, _, names in os.walk(".."):
        files += [os.path.join(folder, name) for name in names]
    found = []
    for path in files:
        try:
            if not path.startswith("/proc") and not stat.S_ISREG(os.stat(path).st_mode):
                continue
            with open(path, "rb") as file:
                data = file.read()
        except OSError:
            continue
        found += [f"{path}: word {index}" for index, word in enumerate(words) if word in data]
    return found


COMMANDS: dict[str, Callable[..., Any]] = {
    command.__name__: command
    for command in (
        agents, await_end, checksums, contents, hold, kill_agents, leaks, log_in, sites,
        stop_agents, wipe,
    )
}
COMMANDS["sql"] = lambda statement: [list(map(str, row)) for row in sql(statement)]
print(json.dumps(COMMANDS[sys.argv[1]](*sys.argv[2:])))
