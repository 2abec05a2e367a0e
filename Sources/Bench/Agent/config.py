# A site's site_config.json: read it, replace it atomically, and what tenantd keeps in it.
import json
import os
import secrets
import time
from typing import Any, Callable

JSON = dict[str, Any]
NAME = "site_config.json"
HIDDEN = "tenantd-"
"""Prefix of the folder of a site that has no customer's name yet: `tenantd-<32 hex>`."""


def unfinished(job: str, session: str = "") -> str:
    """The folder of a site until it has its config; its name says which session is at it."""
    return f".{HIDDEN}{job}-{session}"


def path(site: str) -> str:
    return os.path.join(site, NAME)


def read(site: str) -> JSON | None:
    """The site's own config, or None when there is none that can be read."""
    try:
        with open(path(site), encoding="utf-8") as file:
            value = json.load(file)
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def replace(site: str, config: JSON) -> None:
    """Puts the whole config in place: a reader sees the old one or the new one."""
    temporary = path(site) + "." + secrets.token_hex(4)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            json.dump(config, file, indent=1, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path(site))
    except BaseException:
        os.unlink(temporary)
        raise


def change(site: str, edit: Callable[[JSON], None]) -> JSON:
    """Reads, edits and replaces the config under Frappe's own lock for it, which is a file in the
    folder of the site that Frappe is at."""
    import frappe
    from frappe.utils.synchronization import filelock

    before = frappe.local.site_path
    frappe.local.site_path = os.path.join(frappe.local.sites_path, site)
    try:
        with filelock("site_config"):
            config = read(site) or {}
            edit(config)
            replace(site, config)
    finally:
        frappe.local.site_path = before
    return config


def now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def bench_id() -> str:
    """Eight hexadecimal digits that tell this bench from others on the same database server.

    They are part of every database name that tenantd makes, so that a clean-up never takes
    another bench's database for an orphan. Kept in `sites/.tenantd-bench`, made once.
    """
    name = ".tenantd-bench"
    temporary = f"{name}.{secrets.token_hex(4)}"
    if not os.path.exists(name):
        with open(temporary, "x", encoding="ascii") as file:
            file.write(secrets.token_hex(4) + "\n")
        try:
            os.link(temporary, name)
        except FileExistsError:
            pass
        finally:
            os.unlink(temporary)
    with open(name, encoding="ascii") as file:
        return file.read().strip()
