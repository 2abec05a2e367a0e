# Reads what a site consists of: its database table by table, inside the database's container, its
# folder in the bench, and what its owner is answered by the web server.
from __future__ import annotations

import json
import os
import re
import subprocess
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from bench import Compose
from report import NotRun

JSON = dict[str, Any]
Row = dict[str, str | None]

FOLDER = '''
import json, os, sys
site = sys.argv[1]
files = {}
for folder, _, names in os.walk(site):
    for path in [folder + "/", *(os.path.join(folder, name) for name in names)]:
        files[path[len(site) + 1 :]] = oct(os.stat(path).st_mode)[-3:]
common = json.load(open("common_site_config.json"))
conf = json.load(open(os.path.join(site, "site_config.json")))
print(json.dumps(dict(files=files, conf=conf, host=conf.get("db_host", common["db_host"]))))
'''

JOBS = '''
import frappe, sys
from frappe.utils.background_jobs import get_redis_conn
from rq import Queue
frappe.init(site="", sites_path=".")
queues = Queue.all(connection=get_redis_conn())
found = [job for q in queues for job in [*q.job_ids, *q.started_job_registry.get_job_ids()]]
print(sum(job.startswith(sys.argv[1]) for job in found))
'''
"""Prints how many background jobs of a site, or of the whole bench, wait or run."""


@dataclass
class Site:
    """A site as it was read. Every value is text, or None."""

    name: str
    conf: JSON
    files: dict[str, str]
    """By path, the permissions."""
    database: str = ""
    """The definition of the database."""
    definitions: dict[str, str] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    answers: JSON = field(default_factory=dict)
    """By path, what HTTP answers the owner: what readers see through Frappe's caches."""


def read(bench: Compose, name: str) -> Site:
    """With the site's own credentials, which travel in the environment and not in arguments."""
    found = json.loads(bench.python(FOLDER, name))
    site = Site(name, found["conf"], found["files"])
    database = found["conf"]["db_name"]

    def ask(sql: str) -> list[list[str]]:
        # No value holds a tab or a line feed of its own: JSON and the client escape them.
        lines = client(bench, found["host"], found["conf"], sql).split("\n")
        return [line.split("\t") for line in lines if line]

    site.database = ask(f"SHOW CREATE DATABASE `{database}`")[0][1]
    kinds = dict(ask("SELECT table_name, table_type FROM information_schema.tables"
                     " WHERE table_schema = DATABASE()"))  # fmt: skip
    columns: dict[str, list[str]] = {}
    for table, column in ask("SELECT table_name, column_name FROM information_schema.columns"
                             " WHERE table_schema = DATABASE() ORDER BY 1, 2"):  # fmt: skip
        columns.setdefault(table, []).append(column)
    selects = []
    for table in sorted(kinds):
        pairs = ", ".join(f"{text(c)}, `{c}`" for c in columns[table])
        selects.append(f"SELECT {text(table)}, JSON_OBJECT({pairs}) FROM `{table}`;")
        site.rows[table] = []
    for table, row in ask("\n".join(selects)):
        values = json.loads(row, parse_float=str, parse_int=str)
        site.rows[table].append(values)
    shows = "\n".join(f"SHOW CREATE TABLE `{table}`;" for table in sorted(kinds))
    for table, definition in ask(shows):
        definition = definition.replace("\\n", "\n")
        site.definitions[table] = re.sub(r" AUTO_INCREMENT=\d+", "", definition)
    return site


def client(bench: Compose, service: str, conf: JSON, sql: str) -> str:
    command = [
        "docker", "compose", "exec", "-T", "-e", "MYSQL_PWD", service, "mariadb", "--batch",
        "--skip-column-names", "--default-character-set=utf8mb4", "-u", conf["db_name"],
        conf["db_name"],
    ]  # fmt: skip
    # The client would escape the backslashes of JSON once more; definitions need its escaping.
    if "JSON_OBJECT" in sql:
        command.insert(-3, "--raw")
    done = subprocess.run(
        command,
        cwd=bench.folder,
        input=sql,
        capture_output=True,
        text=True,
        env={**os.environ, "MYSQL_PWD": conf["db_password"]},
    )
    if done.returncode:
        raise OSError(f"the database {conf['db_name']} cannot be read: {done.stderr.strip()}")
    return done.stdout


def text(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def answers(bench: Compose, site: str, email: str, password: str) -> JSON:
    """Logs in with the password and asks. It leaves rows of its own: read the rows before."""
    parts = urlsplit(bench.web())
    connection = HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=60)

    def ask(method: str, path: str, body: str | None = None, cookie: str = "") -> Any:
        headers = {"Host": site, "Accept": "application/json", "Cookie": cookie}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        found = json.loads(answer.read(), parse_float=str, parse_int=str)
        cookies = [value.split(";")[0] for value in answer.headers.get_all("Set-Cookie") or []]
        return {"status": str(answer.status), **found}, "; ".join(cookies)

    paths = [
        "/api/method/frappe.auth.get_logged_user",
        f"/api/resource/User/{quote(email)}",
        "/api/resource/SaaS%20Settings/SaaS%20Settings",
        "/api/method/frappe.desk.desktop.get_workspace_sidebar_items",
        "/api/method/frappe.desk.form.load.getdoctype?doctype=User",
    ]
    login = "/api/method/login"
    found, cookie = ask("POST", login, urlencode({"usr": email, "pwd": password}))
    return {login: found, **{path: ask("GET", path, cookie=cookie)[0] for path in paths}}


def jobs(bench: Compose, site: str = "") -> int:
    """How many background jobs wait or run: a site's, or all."""
    return int(bench.python(JOBS, site))


def wait_for_jobs(bench: Compose, site: str = "", limit: float = 600) -> None:
    """Creating a user queues jobs, whose rows belong to what is compared; tenants whose scheduler
    runs always have some."""
    end = time.monotonic() + limit
    while jobs(bench, site):
        if time.monotonic() > end:
            raise NotRun(f"the bench's background jobs did not end in {limit:.0f} s")
        time.sleep(0.2)
