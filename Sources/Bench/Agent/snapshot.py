# What a site is, exactly and cheaply: the sum of each table, and the site's files. Two that are
# equal were taken of the same site with the same content.
import json
import os
from typing import Any, NamedTuple

import frappe

from . import config

NOT_COMPARED = ("logs", "locks")
"""Folders of a site that say nothing about it."""


class Snapshot(NamedTuple):
    tables: dict[str, tuple[Any, ...]]
    files: dict[str, Any]

    def difference(self, other: "Snapshot") -> str:
        """What differs, for a person; empty when nothing does."""
        tables = changed(self.tables, other.tables)
        files = changed(self.files, other.files)
        parts = [f"rows in {', '.join(tables[:3])}"] if tables else []
        parts += [f"the file {files[0]}"] if files else []
        return " and ".join(parts)


def changed(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    return sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))


def take(site: str) -> Snapshot:
    """Of the site that this process is connected to: what every new connection would see. 50 ms
    for a site of Frappe, and its database's work, not this process's."""
    frappe.db.rollback()
    try:
        return Snapshot(tables(), files(site))
    finally:
        frappe.db.rollback()


def tables() -> dict[str, tuple[Any, ...]]:
    """Definition and content of each table and sequence."""
    made = {
        str(name): (kind, created)
        for name, kind, created in frappe.db.sql(
            "SELECT table_name, table_type, create_time FROM information_schema.tables"
            " WHERE table_schema = DATABASE()"
        )
    }
    summed = [name for name, (kind, _) in made.items() if kind != "VIEW"]
    quoted = ", ".join("`" + name.replace("`", "``") + "`" for name in summed)
    sums = frappe.db.sql(f"CHECKSUM TABLE {quoted}")
    return made | {
        name: (*made[name], total) for name, (_, total) in zip(summed, sums, strict=True)
    }


def files(site: str) -> dict[str, Any]:
    """Kind, size and time of change of each; of the config what it says beside tenantd's own."""
    conf = {**(config.read(site) or {}), "tenantd": None}
    found: dict[str, Any] = {}
    for folder, folders, names in os.walk(site):
        if folder == site:
            folders[:] = [name for name in folders if name not in NOT_COMPARED]
        for name in [*names, *folders]:
            path = os.path.join(folder, name)
            stat = os.lstat(path)
            is_folder = name in folders and not os.path.islink(path)
            found[os.path.relpath(path, site)] = (
                stat.st_mode,
                None if is_folder else (stat.st_size, stat.st_mtime_ns, stat.st_ino),
            )
    return {**found, config.NAME: json.dumps(conf, sort_keys=True)}
