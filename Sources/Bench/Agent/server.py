# The database server as its root user sees it: named locks, orphans, passwords. One connection
# each, made by Frappe's own database layer with the credentials tenantd was given or the bench knows.
import hashlib
import sys
import time
from typing import Any

import frappe

from . import secrecy, versions
from .wire import Trouble

DENIED = {1044, 1045, 1227, 1698, 1142}
NO_SUCH_THREAD, LOCK_WAIT = 1094, 1205
DROP_SECONDS = 20
"""For those who use a database that is to be dropped, and are not ended: a dump, a copy."""
END_SECONDS = 5.0
UNAVAILABLE = {1040, 1053, 1152, 1927, 2002, 2003, 2006, 2013, 2055}


class Credentials:
    """Root login: what the hello message brought, else what the bench's config says."""

    def __init__(self, user: str | None, password: str | None) -> None:
        conf = frappe.local.conf
        self.user: str = user or conf.get("root_login") or "root"
        self.password: str = secrecy.remember(password or conf.get("root_password") or "")


def bench_level() -> None:
    """Frappe without a site: the bench's own config only."""
    frappe.destroy()
    frappe.init(site="", sites_path=".")


def connect(credentials: Credentials) -> Any:
    """A root connection. Frappe would ask a terminal for a missing password; here it is an error."""
    kind = frappe.local.conf.get("db_type") or "mariadb"
    if kind not in ("mariadb", "sqlite" if versions.IS_STAND_IN else "mariadb"):
        raise Trouble(
            "database_unsupported", f"The bench's database is {kind}; tenantd serves MariaDB only."
        )
    if not credentials.password:
        raise Trouble(
            "database_denied",
            "No database root password: the bench's common_site_config.json has no root_password.",
        )
    server = versions.server_connection(credentials.user, credentials.password)
    server.sql("SELECT 1")
    return server


def lock_name(kind: str, value: str) -> str:
    """At most 64 characters, whatever the value is."""
    return f"tenantd:{kind}:{hashlib.sha1(value.encode()).hexdigest()}"


def lock(server: Any, kind: str, value: str, wait: int = 0) -> bool:
    return bool(server.sql("SELECT GET_LOCK(%s, %s)", (lock_name(kind, value), wait))[0][0] == 1)


def unlock(server: Any, kind: str, value: str) -> None:
    server.sql("SELECT RELEASE_LOCK(%s)", (lock_name(kind, value),))


def is_free(server: Any, kind: str, value: str) -> bool:
    """A session is dead when nobody holds its lock at two moments: a keeper whose connection was
    lost takes its locks again at once."""
    if not asked_free(server, kind, value):
        return False
    if kind == "session" and value not in known_dead:
        time.sleep(GRACE_SECONDS)
        if not asked_free(server, kind, value):
            return False
        known_dead.add(value)
    return True


GRACE_SECONDS = 1.5
"""A keeper tries to connect three times meanwhile."""
known_dead: set[str] = set()
"""Sessions that this process has looked at twice; a name is never used again."""


def asked_free(server: Any, kind: str, value: str) -> bool:
    return bool(server.sql("SELECT IS_FREE_LOCK(%s)", (lock_name(kind, value),))[0][0] == 1)


def holder(server: Any, kind: str, value: str) -> int | None:
    """The server's number of the connection that holds a lock."""
    found = server.sql("SELECT IS_USED_LOCK(%s)", (lock_name(kind, value),))[0][0]
    return None if found is None else int(found)


def end_connection(server: Any, number: int) -> None:
    try:
        server.sql(f"KILL {number}")
    except Exception as error:
        if not error.args or error.args[0] != NO_SUCH_THREAD:
            raise


def has_database(server: Any, database: str) -> bool:
    return database in databases(server, database)


def databases(server: Any, prefix: str) -> list[str]:
    return [row[0] for row in server.sql("SHOW DATABASES") if row[0].startswith(prefix)]


def users(server: Any, prefix: str) -> list[tuple[str, str]]:
    rows = server.sql("SELECT User, Host FROM mysql.user WHERE User LIKE %s", (prefix + "%",))
    return [(row[0], row[1]) for row in rows if row[0].startswith(prefix)]


def drop_database(server: Any, database: str, users_too: list[str]) -> None:
    """A database and users, in use or not: the users are locked out and their connections ended
    first, or an open transaction of theirs would be waited for. For what others do in it, such as
    a dump, it waits for a while."""
    from frappe.database.db_manager import DbManager

    cursor = server._cursor
    hosts = [(user, host) for user in users_too for host in hosts_of(server, user)]
    cursor.execute(f"SET SESSION lock_wait_timeout = {DROP_SECONDS}")
    for user, host in hosts:
        try:
            cursor.execute("ALTER USER %s@%s ACCOUNT LOCK", (user, host))
        except Exception as error:
            # MariaDB has it from 10.4 on; a server whose disk is full can still make room.
            print(f"{user}@{host} was not locked: {error}", file=sys.stderr)
    for user in users_too:
        end_connections(server, user)
    try:
        DbManager(server).drop_database(database)
    except Exception as error:
        if number(error) != LOCK_WAIT:
            raise
        raise Trouble("step_failed", f"The database {database} is in use by another user.") from error
    for user, host in hosts:
        cursor.execute("DROP USER IF EXISTS %s@%s", (user, host))


def end_connections(server: Any, user: str) -> None:
    """Returns when the user has none, or they do not end: what they hold is waited for then."""
    deadline = time.monotonic() + END_SECONDS
    query = "SELECT ID FROM information_schema.PROCESSLIST WHERE USER = %s"
    while True:
        server._cursor.execute(query, (user,))
        found = [row[0] for row in server._cursor.fetchall()]
        if not found or time.monotonic() > deadline:
            return
        for connection in found:
            end_connection(server, int(connection))
        time.sleep(0.01)


def hosts_of(server: Any, user: str) -> list[str]:
    return [host for name, host in users(server, user) if name == user]


def other_grants(server: Any, user: str, database: str) -> list[str]:
    """Other databases that a user may enter. A grant's database is a pattern."""
    server._cursor.execute("SELECT Db FROM mysql.db WHERE User = %s", (user,))
    return [row[0] for row in server._cursor.fetchall() if row[0].replace("\\", "") != database]


def change_password(server: Any, user: str, password: str) -> None:
    """Straight to the cursor: Frappe's `sql` would write the statement to logs/database.log."""
    for _, host in users(server, user):
        server._cursor.execute("ALTER USER %s@%s IDENTIFIED BY %s", (user, host, password))


def number(error: BaseException) -> int | None:
    """The server's number of an error, as its drivers put it; Frappe wraps some."""
    current: BaseException | None = error
    while current is not None:
        found = current.args[0] if current.args else None
        if isinstance(found, int):
            return found
        current = current.__cause__
    return None


def trouble(error: BaseException) -> Trouble | None:
    """What a database error means to the caller; None when it is not one."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        number = current.args[0] if current.args else None
        if isinstance(number, int) and not isinstance(current, (SystemExit, OSError)):
            text = str(current.args[1]) if len(current.args) > 1 else type(current).__name__
            if number in DENIED:
                return Trouble("database_denied", text)
            # What a driver says of a connection that was lost before.
            if number in UNAVAILABLE or (number == 0 and type(current).__name__ == "InterfaceError"):
                return Trouble("database_unavailable", text)
        current = current.__cause__ or current.__context__
    return None
