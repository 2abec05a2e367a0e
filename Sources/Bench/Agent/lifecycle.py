# Work on a tenant's record with root: alone at the site, and what is not finished is marked, so that
# a later start finishes it. The record decides what the tenant is; all else follows it.
from contextlib import contextmanager
from typing import Any, Callable, Iterator, NamedTuple

from . import changes, config, identity, server, tenant
from .index import is_own
from .wire import JSON, Trouble

PLAN, LIFE = "plan", "life"
"""What may not follow the record yet: the settings in the site; whether it serves."""
LOCK_SECONDS = 5


class Place(NamedTuple):
    """A tenant whose lock is held on this connection."""

    root: Any
    site: str
    database: str
    user: str

    def conf(self) -> JSON:
        return config.read(self.site) or {}

    def mark(self) -> JSON:
        mark: JSON = self.conf()["tenantd"]
        return mark

    def hosts(self) -> list[str]:
        return server.hosts_of(self.root, self.user)


@contextmanager
def at(site: str, credentials: server.Credentials, wait: int = LOCK_SECONDS) -> Iterator[Place]:
    """Held by another session: `site_held`."""
    root = server.connect(credentials)
    try:
        identity.prove(root)
        if not server.lock(root, "site", site, wait=wait):
            raise Trouble("site_held", f"{site} is held by another session.", site=site)
        tenant.demand_here(site)
        conf = config.read(site) or {}
        database = str(conf.get("db_name"))
        if not is_own(database):
            told = f"The database of {site} is not of this bench's making."
            raise Trouble("not_a_tenant", told, site=site)
        yield Place(root, site, database, str(conf.get("db_user") or database))
    finally:
        root.close()
        server.bench_level()


def begin(
    place: Place, what: str, more: Callable[[JSON], None] = lambda conf: None, **values: Any
) -> None:
    """Changes the record; what it says of `what` is not everywhere yet. None removes a value.
    `more`: changes the rest of the config, in the same write."""

    def edit(conf: JSON) -> None:
        more(conf)
        mark = conf["tenantd"]
        put(mark, values)
        mark["pending"] = sorted({*mark.get("pending", []), what})

    config.change(place.site, edit)
    changes.note(place.site)


def end(place: Place, what: str, **values: Any) -> None:
    """What the record says of `what` is so. With values: and so are these."""

    def edit(conf: JSON) -> None:
        mark = conf["tenantd"]
        put(mark, values)
        mark["pending"] = [each for each in mark.get("pending", []) if each != what]
        if not mark["pending"]:
            del mark["pending"]

    config.change(place.site, edit)
    changes.note(place.site)


def put(mark: JSON, values: JSON) -> None:
    for name, value in values.items():
        if value is None:
            mark.pop(name, None)
        else:
            mark[name] = value
