# The folder of a site that has no customer's name yet, and going from one site to another.
import base64
import os
import secrets
import shutil
from typing import Any

import frappe

from . import config

JSON = dict[str, Any]
FOLDERS = (
    os.path.join("private", "backups"),
    os.path.join("private", "files"),
    os.path.join("public", "files"),
    "locks",
    "logs",
)
"""What a site's folder has, as Frappe's installer makes it."""


def make(job: str, session: str) -> str:
    """Makes `tenantd-<job>`, whole at once, with a config that names the database before that
    exists: whatever a crash leaves from here on can be found and dropped by its folder."""
    hidden, temporary = config.HIDDEN + job, config.unfinished(job, session)
    conf = frappe.local.conf
    for name in FOLDERS:
        os.makedirs(os.path.join(temporary, name))
    config.replace(
        temporary,
        {
            "db_name": f"tenantd_{config.bench_id()}_{secrets.token_hex(8)}",
            "db_password": secrets.token_hex(16),
            "db_type": conf.get("db_type") or "mariadb",
            # A Fernet key, the site's own from the start: a secret stored earlier would be lost.
            "encryption_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "pause_scheduler": 1,
            "tenantd": {
                "state": "preparing",
                "job": job,
                "session": session,
                "created": config.now(),
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
    """The template's files, without what is its own: config, locks, logs and backups."""
    for name in ("public", "private"):
        shutil.copytree(
            os.path.join(template, name),
            os.path.join(hidden, name),
            ignore=shutil.ignore_patterns("backups"),
            dirs_exist_ok=True,
        )


def reconnect(site: str) -> None:
    """Leaves the site that this process is at, if any, and connects to another."""
    frappe.destroy()
    frappe.init(site=site)
    frappe.connect()
