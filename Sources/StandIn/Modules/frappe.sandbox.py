# What real Frappe does not have: making a sandbox bench, and the levers by which tests make a
# point of the stand-in fail, exit, die or wait (sites/sandbox.json; absent in normal life).
from __future__ import annotations

import fcntl
import json
import os
import secrets
import signal
import sys
from typing import Any

import frappe

FOLDERS = ("sites", "apps", "databases", "databases/locks", "logs", "queue", "cache")


class Refused(Exception):
    """The folder holds something else; nothing in it was touched."""


def create(path: str) -> str:
    """Makes a bench folder, or leaves one that is there as it is; returns its real path."""
    from frappe.database import locks

    path = os.path.realpath(path)
    config = os.path.join(path, "sites", "common_site_config.json")
    if os.path.lexists(path) and not os.path.isdir(path):
        raise Refused(f"{path} is not a folder")
    os.makedirs(path, mode=0o700, exist_ok=True)
    if not os.path.exists(config) and set(os.listdir(path)) - set(FOLDERS):
        raise Refused(f"{path} holds something that is not a sandbox")
    if os.path.exists(config):
        with open(config, encoding="utf-8") as file:
            if not json.load(file).get("sandbox"):
                raise Refused(f"{path} is a bench, but not a sandbox")
    for folder in FOLDERS:
        os.makedirs(os.path.join(path, folder), mode=0o700, exist_ok=True)
    whole = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(whole, fcntl.LOCK_EX)  # two that start at once make one bench
        if not os.path.exists(config):
            _fill(path, config)
    finally:
        os.close(whole)
    locks.free_dead_locks(os.path.join(path, "databases"))
    return path


def _fill(path: str, config: str) -> None:
    from frappe.database import server

    password = secrets.token_hex(16)
    server.keep_password(os.path.join(path, "databases", "root"), password)
    with open(os.path.join(path, "sites", "apps.txt"), "w", encoding="utf-8") as file:
        file.write("frappe\nnexus_core\n")
    package = os.path.join(path, "apps", "nexus_core", "nexus_core")
    os.makedirs(package, exist_ok=True)
    with open(os.path.join(package, "__init__.py"), "w", encoding="utf-8") as file:
        file.write('__version__ = "0.0.1-sandbox"\n')
    values = {"sandbox": 1, "db_type": "sqlite", "root_login": "root", "root_password": password}
    with open(os.open(config + ".new", os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        json.dump(values, file, indent=1, sort_keys=True)
    os.replace(config + ".new", config)  # last: with its config, the bench is whole


def point(name: str, *subjects: Any) -> None:
    """Passes a point that a test may have prepared. `subjects` (an e-mail address, an
    organisation) are remembered, so that a later point of the same work matches them too."""
    known = frappe.local.__dict__.setdefault("sandbox_subjects", [])
    known += [subject for subject in subjects if subject]
    try:
        with open(os.path.join(frappe.local.sites_path, "sandbox.json"), encoding="utf-8") as file:
            levers = json.load(file)
    except FileNotFoundError:
        return
    of = [getattr(frappe.local, "site", None) or "", *known]

    def pulled(lever: str) -> Any:
        """The lever's value for this point: given plainly, or in an object with `match`."""
        value = levers.get(lever, {}).get(name)
        if not isinstance(value, dict):
            return value
        match = value.get("match", "").lower()
        fits = any(match in str(subject).lower() for subject in of)
        return next((v for k, v in value.items() if k != "match"), True) if fits else None

    if path := pulled("run"):
        with open(path, encoding="utf-8") as file:
            exec(compile(file.read(), path, "exec"), {"frappe": frappe})  # as an app's hook
    if path := pulled("hold"):
        with open(path, "rb") as fifo:
            fifo.read()
    if pulled("crash"):
        os.kill(os.getpid(), signal.SIGKILL)
    if (code := pulled("exit")) is not None:
        sys.exit(code)
    if message := pulled("refuse"):
        frappe.throw(message, title="House rules")
    if message := pulled("fail"):
        raise (frappe.AuthenticationError if name == "auth" else RuntimeError)(message)


def forget() -> None:
    """The work was rolled back: what comes next on this connection is other work."""
    frappe.local.__dict__.pop("sandbox_subjects", None)
