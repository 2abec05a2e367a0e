# What is on the bench: one record a site, read from the sites' own configs. `refresh` asks each
# file whether it has changed; `glance`, for what a customer waits for, only those that may have.
import os
import time
from collections import Counter, defaultdict
from typing import Any, Callable, Iterator, NamedTuple

from . import config

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
        in the folder of sites: no signup changes a tenant, or a site tenantd did not make. A
        config that could not be read may be one that Frappe was writing."""
        return self.record["state"] in ("active", "foreign") and bool(self.record["database"])


class Index:
    """Call it in the bench's `sites` folder."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.tenants: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        """Active sites by what they were ordered with: an owner's address, a request's key."""
        self.seen = 0
        """The time of change of the folder of sites at the last look, when that can be relied on."""

    def refresh(self) -> None:
        """Looks at every site: a scan, a stat of each config, a read of those that differ."""
        self.scan(lambda entry: False)

    def glance(self) -> None:
        """As good as `refresh` for who has which name, key and address, at a cost that does not
        grow with the tenants while none comes or goes."""
        if self.seen and os.stat(".").st_mtime_ns == self.seen:
            for name, known in list(self.entries.items()):
                if not known.is_settled:
                    self.take(name, known.folder)
        else:
            self.scan(lambda entry: entry.is_settled)

    def scan(self, is_kept: Callable[[Entry], bool]) -> None:
        changed = os.stat(".").st_mtime_ns
        names = set()
        with os.scandir(".") as folder:
            for found in folder:
                names.add(found.name)
                known = self.entries.get(found.name)
                if known is None or known.folder != found.inode() or not is_kept(known):
                    self.take(found.name, found.inode())
        for name in self.entries.keys() - names:
            self.forget(name)
        self.seen = changed if time.time_ns() - changed > RACY_NS else 0

    def take(self, name: str, folder: int) -> None:
        known = self.entries.get(name)
        try:
            stat = os.stat(config.path(name))
        except OSError:
            self.forget(name)
            return
        stamp = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
        if known is None or (known.folder, known.stamp) != (folder, stamp):
            self.forget(name)
            new = record(name, config.read(name))
            self.entries[name] = Entry(folder, stamp, new)
            for order in orders(new):
                self.tenants[order].add(name)

    def forget(self, name: str) -> None:
        if known := self.entries.pop(name, None):
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
        plain = site not in ("", ".", "..") and "/" not in site
        conf = config.read(site) if plain else None
        return record(site, conf) if conf is not None else None

    def counts(self) -> dict[str, int]:
        """How many sites of tenantd's are in which state."""
        found = Counter(r["state"] for r in self.records() if r["made"])
        return dict(found)

    def of_job(self, job: str) -> list[JSON]:
        return [r for r in self.records() if r["job"] == job]

    def sharing(self, database: str, site: str) -> list[str]:
        """Other sites whose config names the same database."""
        return [r["site"] for r in self.records() if r["database"] == database and r["site"] != site]


def orders(record: JSON) -> list[tuple[str, str]]:
    """What an active site is looked up by."""
    if record["state"] != "active":
        return []
    found = [(field, record[field]) for field in ("owner", "request")]
    return [(field, value) for field, value in found if value and isinstance(value, str)]


def record(site: str, conf: JSON | None) -> JSON:
    """One site as tenantd sees it. `state` is `foreign` for a site tenantd did not make."""
    conf = conf or {}
    mark = conf.get("tenantd")
    made = isinstance(mark, dict)
    mark = mark if isinstance(mark, dict) else {}
    return {
        "site": site,
        "database": conf.get("db_name"),
        "made": made,
        "state": mark.get("state", "broken") if made else "foreign",
        "job": mark.get("job"),
        "session": mark.get("session"),
        "owner": mark.get("owner"),
        "organisation": mark.get("organisation"),
        "plan": mark.get("plan"),
        "created": mark.get("created"),
        "request": mark.get("request"),
        "build": mark.get("build"),
        "claimed": mark.get("claimed"),
        "tables": mark.get("tables"),
    }


bench = Index()
"""The one of this process. A child has its parent's, as fresh as that was when it was born."""
