# What may be dropped. Root can drop anything on the database server, so nothing goes there that is
# not provably this bench's own, or meant by a person who named the very site.
import re
from typing import Any, NamedTuple

from . import config, identity, server
from .index import bench, is_own
from .wire import Trouble

JSON = dict[str, Any]
SERVERS_OWN = {"information_schema", "mysql", "performance_schema", "sys", identity.DATABASE}
USERS_OWN = {"", "PUBLIC", "mariadb.sys", "mysql", "root"}


class Target(NamedTuple):
    """What a site has on the database server, and may be dropped with it."""

    database: str | None
    users: list[str]


def target(root: Any, site: str, conf: JSON, root_user: str, forced: bool = False) -> Target:
    """The site's database and users, looked at for all that speaks against dropping them: then it
    is a Trouble that says what. `forced`: a person named this very site, and means also what
    tenantd did not make."""
    index = bench
    index.refresh()
    names = [conf.get("db_name"), conf.get("db_user") or conf.get("db_name")]
    database, user = (name if isinstance(name, str) and name else None for name in names)
    if database is None:
        return Target(None, [])
    if not (server.has_database(root, database) or server.hosts_of(root, database)):
        return Target(None, [])
    wrong = why_not(root, site, database, forced)
    if wrong:
        raise Trouble("step_failed", f"{site} was kept: its database {database} {wrong}.", site=site)
    users = [user] if user and is_droppable(root, site, user, database, root_user, forced) else []
    return Target(database, users)


def why_not(root: Any, site: str, database: str, forced: bool) -> str | None:
    """What follows the database's name in a sentence."""
    if others := bench.sharing(database, site):
        return f"is named by {', '.join(others)} as well"
    if is_own(database):
        return None
    if not forced:
        return "is not of this bench's making; name the site together with `force` to drop it"
    if database in SERVERS_OWN or not re.fullmatch(r"[\w$-]{1,64}", database):
        return "is no site's"
    if other := identity.user_of(root, database):
        return f"is used by another bench on this database server ({other})"
    return None


def is_droppable(
    root: Any, site: str, user: str, database: str, root_user: str, forced: bool
) -> bool:
    """A user goes with its database, unless somebody else may need it: then it stays."""
    if user != database and not (forced or is_own(user)):
        return False
    if user in USERS_OWN or user == root_user or bench.sharing(user, site):
        return False
    return is_own(user) or not server.other_grants(root, user, database)
