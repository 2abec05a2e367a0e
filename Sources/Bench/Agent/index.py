# What is on the bench: one record a site, read from the sites' own configs. `refresh` asks each
# file whether it has changed; `glance`, for what a customer waits for, only those that may have.
import os
import re
import time
from collections import Counter, defaultdict
from typing import Any, Iterator, NamedTuple

from . import changes, config

JSON = dict[str, Any]


RACY_NS = 1_000_000_000
"""A folder that was changed this recently may change again without its time of change showing it."""


class Entry(NamedTuple):
    """A site as it was read, by what tells whether it is still so."""

    folder: int
    """The folder's inode: another one is another site."""
    stamp: tuple[int, int, int]
    record: JSON

    @property
    def is_settled(self) -> bool:
        """Whether the record stays as it is until the folder is renamed or removed, which shows
        in the folder of sites, or is noted in `changes`: no signup changes a tenant, or a site
        tenantd did not make. A config that could not be read may be one that Frappe was writing."""
        if self.record["state"] == "alias":
            return True
        return self.record["state"] in ("active", "foreign") and bool(self.record["database"])


class Index:
    """Call it in the bench's `sites` folder."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.tenants: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        """Sites by state and by job; active ones also by what they were ordered with: an owner's
        address, a request's key."""
        self.unsettled: set[str] = set()
        self.folders: dict[str, int] = {}
        """All that was in the folder of sites at the last scan, with its inodes."""
        self.counted: Counter[str] = Counter()
        self.seen = 0
        """The time of change of the folder of sites at the last look, when that can be relied on."""
        self.heard = changes.Place()

    def refresh(self) -> None:
        """Looks at every site: a scan, a stat of each config, a read of those that differ."""
        self.heard, _ = changes.since(self.heard)
        self.scan(is_kept=False)

    def glance(self) -> None:
        """As good as `refresh` for who has which name, key and address, at a cost that does not
        grow with the tenants while none comes or goes."""
        self.heard, changed = changes.since(self.heard)
        if changed is None:
            self.scan(is_kept=False)
            return
        for name in {name for name in changed if name in self.entries}:
            self.take(name, self.entries[name].folder)
        if self.seen and os.stat(".").st_mtime_ns == self.seen:
            for name in list(self.unsettled):
                self.take(name, self.entries[name].folder)
        else:
            self.scan(is_kept=True)

    def scan(self, is_kept: bool) -> None:
        """`is_kept`: settled sites are looked at only where their folder is another one. What has
        changed is found by comparing whole tables, which costs half a millisecond for a thousand
        sites; a loop over them would cost ten times that."""
        changed = os.stat(".").st_mtime_ns
        with os.scandir(".") as found:
            folders = {entry.name: entry.inode() for entry in found}
        if is_kept:
            names = {name for name, _ in folders.items() ^ self.folders.items()}
            names |= self.unsettled | (folders.keys() - self.entries.keys())
        else:
            names = folders.keys() | self.entries.keys()
        for name in names:
            if name in folders:
                self.take(name, folders[name])
            else:
                self.forget(name)
        self.folders = folders
        self.seen = changed if time.time_ns() - changed > RACY_NS else 0

    def take(self, name: str, folder: int) -> None:
        known = self.entries.get(name)
        try:
            stat = os.stat(config.path(name))
            stamp = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
        except OSError:
            if not is_site(name):
                self.forget(name)
                return
            stamp = (0, 0, 0)
        if known is None or (known.folder, known.stamp) != (folder, stamp):
            self.forget(name)
            new = read(name)
            self.entries[name] = Entry(folder, stamp, new)
            for order in orders(new):
                self.tenants[order].add(name)
            self.counted[shown_state(new)] += is_counted(new)
            if not self.entries[name].is_settled:
                self.unsettled.add(name)

    def forget(self, name: str) -> None:
        self.unsettled.discard(name)
        if known := self.entries.pop(name, None):
            self.counted[shown_state(known.record)] -= is_counted(known.record)
            for order in orders(known.record):
                self.tenants[order].discard(name)
                if not self.tenants[order]:
                    del self.tenants[order]

    def tenant(self, field: str, value: str | None) -> str | None:
        """The active site, or one of them, whose `owner` or `request` that is."""
        return next(iter(self.tenants.get((field, value or ""), ())), None)

    def records(self) -> Iterator[JSON]:
        return (entry.record for entry in self.entries.values())

    def find(self, site: str) -> JSON | None:
        entry = self.entries.get(site)
        return entry.record if entry else None

    def look(self, site: str) -> JSON | None:
        """One site as it is now, whatever the size of the bench."""
        return read(site) if site and "/" not in site and is_site(site) else None

    def fresh(self, site: str) -> JSON | None:
        """A known site as it is now; its config is read only when it has changed."""
        if known := self.entries.get(site):
            self.take(site, known.folder)
        return self.find(site)

    def counts(self) -> dict[str, int]:
        """How many sites of tenantd's are in which state, and how many of anybody's are broken."""
        return {state: count for state, count in self.counted.items() if count}

    def of_state(self, *states: str) -> list[JSON]:
        return [r for state in states for r in self.named("state", state)]

    def of_job(self, job: str) -> list[JSON]:
        return self.named("job", job)

    def named(self, field: str, value: str) -> list[JSON]:
        return [self.entries[name].record for name in self.tenants.get((field, value), ())]

    def sharing(self, database: str, site: str) -> list[str]:
        """Other sites whose config names the same database, or a user of that name."""
        others = (r for r in self.records() if r["site"] != site)
        return [r["site"] for r in others if database in (r["database"], r["user"])]


def is_counted(record: JSON) -> bool:
    """What the pool is making is nobody's tenant yet, and not of the pool's either."""
    if record["pool"] and record["state"] not in ("standby", "template"):
        return False
    return bool(record["made"]) or record["state"] == "broken"


def orders(record: JSON) -> list[tuple[str, str]]:
    """What a site is looked up by."""
    fields = ["state", "job"] + ["owner", "idempotencyKey"] * (record["state"] == "active")
    found = [(field, record[field]) for field in fields]
    return [(field, value) for field, value in found if value and isinstance(value, str)]


def is_own(database: Any) -> bool:
    """Whether a database, or a user, has the form of the names that this bench makes."""
    form = f"tenantd_{config.known_id()}_[0-9a-f]{{16}}"
    return isinstance(database, str) and re.fullmatch(form, database) is not None


def is_site(name: str) -> bool:
    """Whether a folder is a site's, with a config or without: such a name is taken."""
    if name in ("", ".", "..") or name == "assets" or not os.path.isdir(name):
        return False
    if os.path.lexists(config.path(name)):
        return True
    if name.startswith(".") or name.startswith(config.HIDDEN):
        return False
    parts = ("private", "public", "locks", "logs")
    return "." in name or any(os.path.isdir(os.path.join(name, part)) for part in parts)


def read(site: str) -> JSON:
    """The record of a site's folder as it is now."""
    if of := alias_of(site):
        return {**record(site, {}), "state": "alias", "of": of}
    conf, why = config.examine(site)
    return record(site, conf, why)


def alias_of(name: str) -> str | None:
    """The site that a link in the folder of sites leads to: it has two names."""
    if not os.path.islink(name):
        return None
    folder, site = os.path.split(os.path.realpath(name))
    return site if folder == os.path.realpath(".") else None


def record(site: str, conf: JSON | None, why: str = "") -> JSON:
    """One site as tenantd sees it. `state` is `foreign` for a site tenantd did not make, `broken`
    for one whose config cannot be used."""
    is_broken = conf is None
    conf = conf or {}
    mark = conf.get("tenantd")
    made = isinstance(mark, dict)
    mark = mark if isinstance(mark, dict) else {}
    return {
        "site": site,
        "database": conf.get("db_name"),
        "user": conf.get("db_user"),
        "made": made,
        "own": not conf.get("db_name") or is_own(conf["db_name"]),
        "state": "broken" if is_broken else mark.get("state", "broken") if made else "foreign",
        "reason": why or None,
        "job": mark.get("job"),
        "session": mark.get("session"),
        "owner": mark.get("owner"),
        "organization": mark.get("organization"),
        "plan": mark.get("plan"),
        "created": mark.get("created"),
        "idempotencyKey": mark.get("idempotencyKey"),
        "build": mark.get("build"),
        "claimed": mark.get("claimed"),
        "uncopyable": mark.get("uncopyable"),
        "warnings": mark.get("warnings"),
        "pool": bool(mark.get("pool")),
        "profile": (mark.get("profile") or {}).get("id"),
        "asked": mark.get("asked"),
        "ordered": mark.get("ordered"),
        "pending": bool(mark.get("pending")),
        **suspension_of(mark),
    }


def suspension_of(mark: JSON) -> JSON:
    """What is told of it; `closed`: when the tenant's database is to be opened again; `serves`:
    whether the site itself knows of it, and lets people log in who may read."""
    found = mark.get("suspended")
    if not found:
        return {"suspended": None, "closed": None, "serves": True}
    told = {name: found.get(name) for name in ("mode", "reason", "since")}
    return {"suspended": told, "closed": found.get("closed"), "serves": bool(found.get("app"))}


def shown_state(record: JSON) -> str:
    """A suspended tenant is as whole as an active one; who looks at it is told apart."""
    return "suspended" if record["suspended"] else str(record["state"])


bench = Index()
"""The one of this process. A child has its parent's, as fresh as that was when it was born."""
