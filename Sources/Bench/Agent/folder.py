# The folder of a site that has no customer's name yet, and going from one site to another.
import base64
import json
import os
import secrets
import shutil
from stat import S_ISREG
from typing import Any

import frappe

from . import config, secrecy
from .objects import Uncopyable

JSON = dict[str, Any]
LONGEST_SETTING = 16
"""Longer ones, as JSON, can be what nobody guesses."""
OWN_SETTINGS = (
    *("db_name", "db_user", "db_password", "db_type", "encryption_key", "tenantd"),
    *("pause_scheduler", "maintenance_mode", "host_name", "domains"),
)
"""Keys of a site's config that each site has for itself."""
FOLDERS = (
    os.path.join("private", "backups"),
    os.path.join("private", "files"),
    os.path.join("public", "files"),
    "locks",
    "logs",
)
"""What a site's folder has, as Frappe's installer makes it."""


def make(name: str, session: str, job: str | None = None, pool: bool = False) -> str:
    """Makes `tenantd-<name>` of the job, which is the name unless told, whole at once, with a config
    that names the database before that exists: whatever a crash leaves from here on can be found and
    dropped by its folder. `pool`: no customer is waiting for it."""
    hidden, temporary = config.HIDDEN + name, config.unfinished(name, session)
    conf = frappe.local.conf
    for each in FOLDERS:
        os.makedirs(os.path.join(temporary, each))
    config.replace(
        temporary,
        {
            "db_name": f"tenantd_{config.bench_id()}_{secrets.token_hex(8)}",
            "db_password": secrecy.remember(secrets.token_hex(16)),
            "db_type": conf.get("db_type") or "mariadb",
            # A Fernet key, the site's own from the start: a secret stored earlier would be lost.
            "encryption_key": secrecy.remember(
                base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
            ),
            "pause_scheduler": 1,
            "tenantd": {
                "state": "preparing",
                "job": job or name,
                "session": session,
                "created": config.now(),
                **({"pool": True} if pool else {}),
            },
        },
    )
    os.rename(temporary, hidden)
    return hidden


def mark(site: str, **values: Any) -> None:
    """Changes what tenantd keeps in the site's config; None removes a value."""

    def edit(conf: JSON) -> None:
        kept = {**conf["tenantd"], **values}
        conf["tenantd"] = {key: value for key, value in kept.items() if value is not None}

    config.change(site, edit)


def copy_files(template: str, hidden: str) -> None:
    """The template's files as they are, links and modes included, without what is its own:
    locks, logs and backups. Of its config those settings that an app has added. Raises where a file
    is neither a file, a folder nor a link."""
    if more := added_settings(template):
        config.change(hidden, lambda conf: conf.update(more))
    for name in ("public", "private"):
        source = os.path.join(template, name)
        own = os.path.join(template, "private", "backups")

        def is_own(at: str, names: list[str]) -> list[str]:
            return [n for n in names if os.path.join(at, n) == own]

        target = os.path.join(hidden, name)
        shutil.copytree(source, target, symlinks=True, ignore=is_own, dirs_exist_ok=True)
        move_links(target, template, hidden)


def added_settings(template: str) -> JSON:
    """What the installation of an app has put into the config, to be the same in a copy. Raises
    where that may be a secret of the one site."""
    found = {k: v for k, v in (config.read(template) or {}).items() if k not in OWN_SETTINGS}
    for key, value in found.items():
        if len(json.dumps(value)) > LONGEST_SETTING:
            raise Uncopyable(f"its site_config.json has {key}, which may be a secret of its own")
    return found


def contents(site: str) -> dict[str, tuple[int, int, str]]:
    """What `copy_files` copies: type and mode, size, and a link's goal, by path."""
    found: dict[str, tuple[int, int, str]] = {}
    for name in ("public", "private"):
        for at, folders, files in os.walk(os.path.join(site, name)):
            if at == os.path.join(site, "private"):
                folders[:] = [name for name in folders if name != "backups"]
            for path in [os.path.join(at, name) for name in (*folders, *files)]:
                stat, is_link = os.lstat(path), os.path.islink(path)
                # Where it leads, whichever way: a copy's links are relative.
                goal = os.path.join(os.path.realpath(at), os.readlink(path)) if is_link else ""
                goal = os.path.normpath(goal).replace(os.path.realpath(site), "")
                size = stat.st_size if S_ISREG(stat.st_mode) else 0
                found[os.path.relpath(path, site)] = (stat.st_mode, size, goal)
    return found


def move_links(folder: str, template: str, hidden: str) -> None:
    """A link into the template's folder by its full path leads into the copy's, by a path from
    where it is: the folder is renamed when the site gets its name."""
    here = os.path.realpath(template)
    for at, folders, files in os.walk(folder):
        for path in [os.path.join(at, name) for name in (*folders, *files)]:
            goal = os.readlink(path) if os.path.islink(path) else ""
            if goal == here or goal.startswith(here + os.sep):
                os.unlink(path)
                own = os.path.realpath(hidden) + goal[len(here) :]
                os.symlink(os.path.relpath(own, os.path.realpath(os.path.dirname(path))), path)


def empty(hidden: str) -> None:
    """Only the config stays, and the folders that every site has."""
    for name in os.listdir(hidden):
        path = os.path.join(hidden, name)
        is_folder = os.path.isdir(path) and not os.path.islink(path)
        if path != config.path(hidden):
            shutil.rmtree(path) if is_folder else os.unlink(path)
    for name in FOLDERS:
        os.makedirs(os.path.join(hidden, name), exist_ok=True)


def reconnect(site: str) -> None:
    """Leaves the site that this process is at, if any, and connects to another."""
    frappe.destroy()
    frappe.init(site=site)
    for key in ("db_password", "encryption_key"):
        secrecy.remember(frappe.local.conf.get(key) or "")
    frappe.connect()
