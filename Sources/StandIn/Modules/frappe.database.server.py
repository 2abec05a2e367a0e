# The sandbox's stand-in for a MariaDB server: named locks, databases and users as files, and the
# statements that reach them. Anything else a root connection is asked is a clear error.
from __future__ import annotations

import glob
import hashlib
import json
import os
import re
import secrets
import sqlite3
from typing import Any, Callable, Iterable

import frappe
from frappe.database.inside import bytes_of, in_database
from frappe.database.locks import get_lock, is_free_lock, is_mine, release_lock
from frappe.utils import get_bench_path

Rows = list[tuple[Any, ...]]


class Error(Exception):
    """As in PyMySQL: the arguments are MariaDB's error number and a sentence."""


class OperationalError(Error): ...


class ProgrammingError(Error): ...


class IntegrityError(Error): ...


class Session:
    """Who is connected, with which locks and to which database."""

    def __init__(self, user: str, password: str) -> None:
        self.user = user
        self.folder = os.path.realpath(os.path.join(get_bench_path(), "databases"))
        self.locks: dict[str, int] = {}  # descriptors by path
        self.database: sqlite3.Connection | None = None
        if not os.path.isdir(self.folder):
            raise OperationalError(2003, "Can't connect to MySQL server: the sandbox has none")
        self.is_root = user == (frappe.get_conf().root_login or "root")
        found = _record(os.path.join(self.folder, "root") if self.is_root else self.path(user))
        fits = self.is_root if found is None else _hash(found["salt"], password) == found["hash"]
        if not fits:
            using = "YES" if password else "NO"
            told = f"Access denied for user '{user}'@'localhost' (using password: {using})"
            raise OperationalError(1045, told)

    def path(self, name: str, kind: str = "user") -> str:
        if not re.fullmatch(r"[\w$-]{1,64}", name):
            raise OperationalError(1102, f"Incorrect database name '{name}'")
        return os.path.join(self.folder, f"{name}.{kind}")

    def thread_id(self) -> int:
        return os.getpid()


def answer(session: Session, query: str, args: Any) -> tuple[bool, Rows | None]:
    """Whether the statement is one of the server's own, and then its rows if it has any."""
    text = query.rstrip("; \n")
    if args is not None and not isinstance(args, dict):
        text = text % tuple(_literal(value) for value in args)
    for pattern, act, for_root in STATEMENTS:
        if match := pattern.fullmatch(text):
            if not os.path.isdir(session.folder):
                raise OperationalError(2013, "Lost connection to MySQL server during query")
            if for_root and not session.is_root:
                raise OperationalError(1227, "Access denied; this needs the root user")
            return True, act(session, *(_unquoted(group or "") for group in match.groups()))
    return False, None


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return "NULL" if value is None else str(value)


def _unquoted(literal: str) -> str:
    is_string = literal.startswith("'")
    return re.sub(r"\\(.)", r"\1", literal[1:-1], flags=re.DOTALL) if is_string else literal


# Databases, and users: a file each, with a salted hash of the password.
def keep_password(path: str, password: str, host: str = "localhost") -> None:
    salt = secrets.token_hex(16)
    record = {"host": host, "salt": salt, "hash": _hash(salt, password)}
    new = f"{path}.{secrets.token_hex(4)}.new"
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(record, file)
    os.replace(new, path)


def _hash(salt: str, password: str) -> str:
    return hashlib.sha256(f"{salt}:{password}".encode()).hexdigest()


def _record(path: str) -> Any:
    """A user's; of one whose file a kill has cut short, one that no password fits."""
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return None
    except ValueError:
        return {"host": "%", "salt": "", "hash": ""}


def _names(session: Session, kind: str) -> list[str]:
    files = glob.glob(os.path.join(session.folder, f"*.{kind}"))
    return sorted(os.path.basename(file).removesuffix(f".{kind}") for file in files)


def _databases(session: Session) -> Rows:
    names = [n for n in _names(session, "sqlite") if session.is_root or n == session.user]
    return [(name,) for name in ["information_schema", *names]]


def _users(session: Session, pattern: str) -> Rows:
    plain = re.sub(r"\\(.)|(%)|(_)|(.)", _like, pattern)
    found = [name for name in _names(session, "user") if re.fullmatch(plain, name)]
    return [(name, record["host"]) for name in found if (record := _record(session.path(name)))]


def _like(match: re.Match[str]) -> str:
    return ".*" if match[2] else "." if match[3] else re.escape(match[1] or match[4])


def _create_user(session: Session, user: str, host: str, password: str) -> None:
    if _record(session.path(user)):
        raise OperationalError(1396, f"Operation CREATE USER failed for '{user}'@'{host}'")
    keep_password(session.path(user), password, host)


def _alter_user(session: Session, user: str, host: str, password: str) -> None:
    if (_record(session.path(user)) or {}).get("host") != host:
        raise OperationalError(1396, f"Operation ALTER USER failed for '{user}'@'{host}'")
    keep_password(session.path(user), password, host)


def _drop_user(session: Session, user: str, host: str) -> None:
    if (_record(session.path(user)) or {}).get("host") == host:
        os.unlink(session.path(user))


def _create_database(session: Session, unless: str, name: str) -> None:
    path = session.path(name, "sqlite")
    if os.path.exists(path):
        if unless:
            return
        raise ProgrammingError(1007, f"Can't create database '{name}'; database exists")
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode=WAL")  # kept in the file: readers never block a writer
    database.close()


def _drop_database(session: Session, name: str) -> None:
    for file in glob.glob(session.path(name, "sqlite") + "*"):  # with its journal, if any
        os.unlink(file)


def _benches(session: Session, statement: str) -> Rows:
    """tenantd's own table, in its own database; each statement is a transaction."""
    path = session.path("tenantd", "sqlite")
    if not os.path.exists(path):
        raise OperationalError(1049, "Unknown database 'tenantd'")
    database = sqlite3.connect(path, 50, isolation_level=None)
    try:
        return database.execute(statement.replace("tenantd.benches", "benches")).fetchall()
    except sqlite3.OperationalError as error:
        raise ProgrammingError(1146, str(error)) from error
    finally:
        database.close()


def _tables(session: Session) -> Rows:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    return _database(session).execute(query).fetchall()


def _definitions(session: Session) -> Rows:
    """With the statement that made a table where MariaDB has the time when it was made."""
    return _database(session).execute(
        "SELECT name, 'BASE TABLE', sql FROM sqlite_master WHERE type = 'table'"
    ).fetchall()


def _columns(session: Session) -> Rows:
    """Table, name and type of each."""
    return _database(session).execute(
        "SELECT m.name, c.name, LOWER(REPLACE(SUBSTR(c.type || '(', 1, INSTR(c.type || '(', '(')), '(', ''))"
        " FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'"
    ).fetchall()


def _checksums(session: Session) -> Rows:
    """Of all tables, in the order in which they are listed."""
    found = _database(session)
    return [(name, hash(tuple(found.execute(f"SELECT * FROM `{name}`")))) for name, *_ in _definitions(session)]


def _database(session: Session) -> sqlite3.Connection:
    if session.database is None:
        raise OperationalError(1046, "No database selected")
    return session.database


def _tables_of(session: Session, name: str) -> Rows:
    database = sqlite3.connect(session.path(name, "sqlite"))
    query = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    try:
        return database.execute(query).fetchall()
    finally:
        database.close()


def copy_database(session: Session, source: str, target: str, emptied: Iterable[str]) -> None:
    """What the agent has MariaDB do by statements: the tables, without the rows of some. Views and
    triggers are in a SQLite file as its tables are."""
    from frappe.sandbox import point

    point("copy_database", source)
    origin = sqlite3.connect(session.path(source, "sqlite"))
    copy = sqlite3.connect(session.path(target, "sqlite"), isolation_level=None)
    copy.execute("PRAGMA synchronous=OFF")
    origin.backup(copy)
    present = {row[0] for row in copy.execute("SELECT name FROM sqlite_master")}
    for table in present.intersection(emptied):
        copy.execute(f"DELETE FROM `{table}`")
    copy.close()
    origin.close()


def _statement(text: str, act: Callable[..., Any], root: bool = True) -> Any:
    """A statement's pattern: $S is a string, $N a database's name, $I a number, $U "unless it is
    there", $B one about tenantd's table of benches, $T and $R the two ends of one about a site's
    table, ... the rest."""
    parts = {r"\ ": r"\s+", r",\s+": r"\s*,\s*", r"\.\.\.": ".*", r"\$I": r"(-?[\d.]+)"}
    parts |= {r"\$S": r"('(?:[^'\\]|\\.)*')", r"\$N": r"`?([\w$-]+)`?"}
    parts |= {r"\$U": r"(IF NOT EXISTS )?"}
    parts |= {r"\$T": r"((?:SELECT|DELETE)\b[^'`]*?)", r"\$R": r"(tab\w+.*)"}
    parts |= {r"\$B": r"((?:SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE TABLE)\b[^']* tenantd\.benches\b.*)"}
    pattern = re.escape(text)
    for mark, part in parts.items():
        pattern = pattern.replace(mark, part)
    return re.compile(pattern, re.IGNORECASE | re.DOTALL), act, root


STATEMENTS = [
    _statement("SELECT GET_LOCK($S, $I)", get_lock, root=False),
    _statement("SELECT RELEASE_LOCK($S)", release_lock, root=False),
    _statement("SELECT IS_FREE_LOCK($S)", is_free_lock, root=False),
    _statement("SELECT IS_USED_LOCK($S) = CONNECTION_ID()", is_mine, root=False),
    _statement("SELECT IS_USED_LOCK($S)", lambda session, name: [(None,)]),
    _statement("SELECT VERSION()", lambda _: [("10.11.0-sandbox",)], root=False),
    _statement("SELECT 1", lambda _: [(1,)], root=False),
    _statement("SELECT USER()", lambda session: [(f"{session.user}@localhost",)], root=False),
    _statement("SELECT CONNECTION_ID()", lambda session: [(session.thread_id(),)], root=False),
    _statement("SET SESSION ...", lambda _: None, root=False),
    _statement("SHOW TABLES", _tables, root=False),
    _statement("CHECKSUM TABLE ...", _checksums, root=False),
    _statement(
        "SELECT table_name, table_type, create_time FROM information_schema.tables ...",
        _definitions,
        root=False,
    ),
    _statement(
        "SELECT table_name, column_name, data_type FROM information_schema.columns ...",
        _columns,
        root=False,
    ),
    _statement("SHOW TABLES FROM $N", _tables_of),
    _statement("SHOW DATABASES", _databases, root=False),
    _statement("SELECT User, Host FROM mysql.user WHERE User LIKE $S", _users),
    _statement("CREATE USER $S@$S IDENTIFIED BY $S", _create_user),
    _statement("ALTER USER $S@$S IDENTIFIED BY $S", _alter_user),
    _statement("DROP USER IF EXISTS $S@$S", _drop_user),
    _statement("ALTER USER $S@$S ACCOUNT LOCK", lambda *_: None),
    _statement("SELECT SUM(data_length + index_length) FROM information_schema.tables"
               " WHERE table_schema = $S", bytes_of),
    _statement("$T FROM $N.$R", in_database),
    _statement("SELECT ID FROM information_schema.PROCESSLIST WHERE USER = $S", lambda *_: []),
    _statement("SELECT Db FROM mysql.db WHERE User = $S", lambda *_: []),
    _statement("CREATE DATABASE $U$N", _create_database),
    _statement("CREATE DATABASE $U$N ...", _create_database),
    _statement("$B", _benches),
    _statement("DROP DATABASE IF EXISTS $N", _drop_database),
    _statement("GRANT ...", lambda _: None),
    _statement("REVOKE ...", lambda _: None),
    _statement("FLUSH PRIVILEGES", lambda _: None),
    _statement("KILL ...", lambda _: None),
]
