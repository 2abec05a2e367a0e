# What is on the bench: one record a site, read from the sites' own configs and kept fresh
# by comparing stat results, so that a look costs a directory scan and not a read of every file.
import os
from collections import Counter
from typing import Any, Iterator

from . import config

JSON = dict[str, Any]


class Index:
    """Call it in the bench's `sites` folder."""

    def __init__(self) -> None:
        self.entries: dict[str, tuple[tuple[int, int, int], JSON]] = {}
        self.by_key: dict[str, str] = {}
        self.by_owner: dict[str, str] = {}

    def refresh(self) -> None:
        fresh: dict[str, tuple[tuple[int, int, int], JSON]] = {}
        changed = False
        with os.scandir(".") as folder:
            for entry in folder:
                try:
                    stat = os.stat(config.path(entry.name))
                except OSError:
                    continue
                mark = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
                known = self.entries.get(entry.name)
                if known is None or known[0] != mark:
                    known = (mark, record(entry.name, config.read(entry.name)))
                    changed = True
                fresh[entry.name] = known
        changed = changed or len(fresh) != len(self.entries)
        self.entries = fresh
        if changed:
            active = [r for r in self.records() if r["state"] == "active"]
            self.by_key = {r["request"]: r["site"] for r in active if r["request"]}
            self.by_owner = {r["owner"]: r["site"] for r in active if r["owner"]}

    def records(self) -> Iterator[JSON]:
        return (entry[1] for entry in self.entries.values())

    def find(self, site: str) -> JSON | None:
        entry = self.entries.get(site)
        return entry[1] if entry else None

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
