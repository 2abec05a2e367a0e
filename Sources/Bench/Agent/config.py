# A site's site_config.json: read it, replace it atomically, and what tenantd keeps in it.
import json
import os
import re
import secrets
import time
from collections import Counter
from typing import Any, Callable

from . import files
from .wire import Trouble

JSON = dict[str, Any]
NAME = "site_config.json"
HIDDEN = "tenantd-"
"""Prefix of the folder of a site that has no customer's name yet: `tenantd-<32 hex>`."""


TEXTS = ("db_name", "db_user", "db_password", "db_type")
MARKS: dict[str, type] = {
    **dict.fromkeys(("state", "job", "session", "owner", "organization", "created"), str),
    **dict.fromkeys(("idempotencyKey", "build", "claimed", "named", "asked", "ordered"), str),
    **dict.fromkeys(("plan", "profile", "setup", "suspended"), dict),
    "pending": list,
    "tables": int,
}
"""What is read in a site's config and in `tenantd` there, by type."""
OLD_NAMES = {"organisation": "organization", "request": "idempotencyKey"}
"""What a record written by 0.1 calls what now has the name that it has everywhere."""


def unfinished(job: str, session: str = "") -> str:
    """The folder of a site until it has its config; its name says which session is at it."""
    return f".{HIDDEN}{job}-{session}"


def path(site: str) -> str:
    return os.path.join(site, NAME)


def read(site: str) -> JSON | None:
    """The site's own config, or None when there is none that can be read."""
    return examine(site)[0]


def examine(site: str) -> tuple[JSON | None, str]:
    """The site's own config, or why there is none that can be used, as a sentence."""
    try:
        with open(path(site), encoding="utf-8") as file:
            value = json.load(file)
    except FileNotFoundError:
        return None, "It has no site_config.json."
    except OSError as error:
        return None, f"Its site_config.json cannot be read: {error.strerror}."
    except (ValueError, RecursionError):
        return None, "Its site_config.json is not JSON."
    if not isinstance(value, dict):
        return None, "Its site_config.json is not an object."
    wrong = [name for name in TEXTS if not isinstance(value.get(name), (str, type(None)))]
    mark: Any = value.get("tenantd") or {}
    if isinstance(mark, dict):
        for old, new in OLD_NAMES.items():
            if old in mark:
                mark.setdefault(new, mark.pop(old))
        for name, kind in MARKS.items():
            if not isinstance(mark.get(name), (kind, type(None))):
                wrong.append(f"tenantd.{name}")
    else:
        wrong.append("tenantd")
    if wrong:
        return None, f"Its site_config.json has an impossible value at {wrong[0]}."
    return value, ""


def replace(site: str, config: JSON) -> None:
    """Puts the whole config in place: a reader sees the old one or the new one."""
    files.replace(path(site), json.dumps(config, indent=1, sort_keys=True), mode=0o640)


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


BENCH = ".tenantd-bench"
"""The file in the folder of sites that says which bench it is: its id, and tokens that `identity`
compares with those on the database server, the newest first."""


def bench_id() -> str:
    """Eight hexadecimal digits that tell this bench from others on the same database server.

    They are part of every database name that tenantd makes, so that a clean-up never takes
    another bench's database for an orphan.
    """
    return bench_file()[0]


def bench_file() -> list[str]:
    """The lines of the bench's file, which is made when there is none and nothing here had one."""
    if not os.path.lexists(BENCH):
        if known := ids_named():
            raise Trouble(
                "bench_unproven",
                f"The bench has no file sites/{BENCH}, and databases of bench {', '.join(known)}.",
            )
        write_bench_file([secrets.token_hex(4)], is_new=True)
    with open(BENCH, encoding="utf-8", errors="replace") as file:
        lines = file.read(1000).split()
    if not lines or not re.fullmatch("[0-9a-f]{8}", lines[0]):
        raise Trouble("bench_unproven", f"The bench's file sites/{BENCH} does not begin with its id.")
    return lines


known: tuple[tuple[int, int], str] = ((0, 0), "none")


def known_id() -> str:
    """The same for who only looks: a word that is no id where there is none. Costs a stat."""
    global known
    try:
        stat = os.stat(BENCH)
        if known[0] != (stat.st_ino, stat.st_mtime_ns):
            known = ((stat.st_ino, stat.st_mtime_ns), bench_id())
    except (OSError, Trouble):
        return "none"
    return known[1]


def ids_named() -> list[str]:
    """Ids of benches whose databases sites here name, the most frequent first."""
    found: Counter[str] = Counter()
    for entry in os.scandir("."):
        database = (read(entry.name) or {}).get("db_name")
        if match := re.fullmatch("tenantd_([0-9a-f]{8})_[0-9a-f]{16}", str(database)):
            found[match[1]] += 1
    return [name for name, _ in found.most_common()]


def write_bench_file(lines: list[str], is_new: bool = False) -> None:
    """`is_new`: unless another process has made one."""
    try:
        files.replace(BENCH, "\n".join(lines) + "\n", is_new=is_new)
    except FileExistsError:
        pass
