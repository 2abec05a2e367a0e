# Which bench this is, and the proof that it is the one: the id stands in a file in the folder of
# sites, which can be copied. So the database server keeps a row for each bench, which says in which
# folder it lives, and a token that changes with each look; the file has the same token.
import ctypes
import os
import secrets
import socket
import sys
from typing import Any, NamedTuple

from . import config, methods, server
from .children import Work
from .wire import Trouble

JSON = dict[str, Any]
DATABASE = "tenantd"
TABLE = f"{DATABASE}.benches"
DEFINITION = (
    f"CREATE TABLE IF NOT EXISTS {TABLE} (id VARCHAR(8) PRIMARY KEY, token VARCHAR(32) NOT NULL,"
    " device BIGINT NOT NULL, inode BIGINT NOT NULL, born BIGINT NOT NULL,"
    " folder VARCHAR(255) NOT NULL, host VARCHAR(255) NOT NULL, seen VARCHAR(20) NOT NULL,"
    " others MEDIUMTEXT NOT NULL)"
)
COLUMNS = ("id", "token", "device", "inode", "born", "folder", "host", "seen", "others")
NO_TABLE = {1046, 1049, 1146}
UNSTABLE = ("9p", "fuse", "prl_fs", "vboxsf", "virtiofs", "vmhgfs")
"""Kinds of file systems that may number a folder anew each time they are mounted."""


class Place(NamedTuple):
    """Where a folder is, as far as the system can tell: a copy of it is elsewhere."""

    device: int
    inode: int
    """0 where it would not stay the same."""
    born: int
    """Nanoseconds since 1970; 0 where the file system does not know."""


class Row(NamedTuple):
    """What the database server keeps of a bench."""

    id: str
    token: str
    device: int
    inode: int
    born: int
    folder: str
    host: str
    seen: str
    others: str
    """Databases that sites of this bench name and tenantd did not make, one a word."""

    @property
    def place(self) -> Place:
        return Place(self.device, self.inode, self.born)


def place(folder: str = ".") -> Place:
    stat = os.stat(folder)
    if file_system(stat.st_dev).split(".")[0] in UNSTABLE:
        return Place(stat.st_dev, 0, 0)
    return Place(stat.st_dev, stat.st_ino & 2**63 - 1, born(folder, stat))


def born(folder: str, stat: os.stat_result) -> int:
    """The folder's time of birth: a copy has a later one, also where all volumes' first folders
    have the same inode."""
    if seconds_born := getattr(stat, "st_birthtime", None):
        return int(seconds_born * 1e9)
    statx = getattr(ctypes.CDLL(None), "statx", None) if sys.platform == "linux" else None
    answer = ctypes.create_string_buffer(256)
    wanted = 0x800  # STATX_BTIME; -100 is the current folder
    if statx is None or statx(-100, os.fsencode(folder), 0, wanted, answer):
        return 0
    if not int.from_bytes(answer.raw[:4], sys.byteorder) & wanted:
        return 0
    seconds = int.from_bytes(answer.raw[80:88], sys.byteorder, signed=True)
    return seconds * 1_000_000_000 + int.from_bytes(answer.raw[88:92], sys.byteorder)


def file_system(device: int) -> str:
    """The kind of the file system, as the kernel calls it; empty where it does not say."""
    number = f"{os.major(device)}:{os.minor(device)}"
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as file:
            for line in file:
                mount, _, kind = line.partition(" - ")
                if mount.split(" ")[2] == number:
                    return kind.split(" ")[0]
    except OSError:
        pass
    return ""


def is_same(known: Place, now: Place) -> bool:
    """A device's number alone may change, when a machine or a volume is started again."""
    if known.inode and now.inode and known.inode != now.inode:
        return False
    return not (known.born and now.born and known.born != now.born)


def prove(root: Any, renew: bool = False) -> None:
    """Returns when this folder is the bench of its id, for all that can be told, else it is a
    Trouble: then nothing may be dropped. The first folder that comes with an id has it. `renew`
    changes the token, by which a copy made earlier can be told."""
    name = config.bench_id()
    with Alone(root, name):
        # Both read here: another process of the bench may just have changed them.
        _, *tokens = config.bench_file()
        row = read(root, name)
        now = place()
        if row is None:
            write(root, name, now, row)
        elif why := contradiction(row, tokens, now):
            raise unproven(name, why)
        elif renew:
            try:
                write(root, name, now, row)
            except OSError as error:
                print(f"the bench's token stays as it is: {error}", file=sys.stderr)  # a full disk


def contradiction(row: Row, tokens: list[str], now: Place) -> str | None:
    if not is_same(row.place, now):
        return f"it is known as {row.folder} on {row.host}, which is another folder than this one"
    if row.token not in tokens:
        return (
            f"{row.folder} on {row.host} has been served since this copy of it was made"
            if tokens
            else f"it is known as {row.folder} on {row.host}, and this folder has no token of it"
        )
    return None


def unproven(name: str, why: str) -> Trouble:
    return Trouble("bench_unproven", f"This folder may be a copy of bench {name}: {why}.")


class Alone:
    """One process at a time looks at a bench's row and file."""

    def __init__(self, root: Any, name: str) -> None:
        self.root, self.name = root, name

    def __enter__(self) -> None:
        if not server.lock(self.root, "bench", self.name, wait=10):
            raise Trouble("database_unavailable", "The bench's row is held by another process.")

    def __exit__(self, *error: Any) -> None:
        server.unlock(self.root, "bench", self.name)


def write(root: Any, name: str, now: Place, row: Row | None) -> None:
    """A new token: into the file, which keeps the one before it, and then into the row. Ended in
    between, the row still has a token that is in the file."""
    token = secrets.token_hex(16)
    config.write_bench_file([name, token, *([row.token] if row else [])])
    new = Row(
        name, token, *now, os.path.realpath(".")[:255], socket.gethostname()[:255], config.now(),
        row.others if row else "",
    )
    if row is None:
        marks = ", ".join(["%s"] * len(COLUMNS))
        execute(root, f"INSERT INTO {TABLE} ({', '.join(COLUMNS)}) VALUES ({marks})", new)
    else:
        changes = ", ".join(f"{column} = %s" for column in COLUMNS[1:])
        execute(root, f"UPDATE {TABLE} SET {changes} WHERE id = %s", (*new[1:], name))


def read(root: Any, name: str) -> Row | None:
    found = rows(root, " WHERE id = %s", (name,))
    return found[0] if found else None


def rows(root: Any, where: str = "", values: tuple[str, ...] = ()) -> list[Row]:
    """Of all benches that tenantd has served on this database server. Makes the table at first."""
    query = f"SELECT {', '.join(COLUMNS)} FROM {TABLE}{where}"
    try:
        return [Row(*found) for found in execute(root, query, values)]
    except Exception as error:
        if server.number(error) not in NO_TABLE:
            raise
    execute(root, f"CREATE DATABASE IF NOT EXISTS `{DATABASE}`")
    execute(root, DEFINITION)
    return []


def execute(root: Any, statement: str, values: tuple[Any, ...] = ()) -> list[Any]:
    """Straight to the cursor, past Frappe's log of statements; committed at once, so that the next
    look sees what others have written."""
    root._cursor.execute(statement, values or None)
    found = list(root._cursor.fetchall() or []) if statement.startswith("SELECT") else []
    root._cursor.execute("COMMIT")
    return found


def note_others(root: Any, databases: set[str]) -> None:
    """Tells other benches on the server which databases sites here name that tenantd did not make."""
    name = config.bench_id()
    told = " ".join(sorted(databases))
    row = read(root, name)
    if row and row.others != told:
        execute(root, f"UPDATE {TABLE} SET others = %s WHERE id = %s", (told, name))


def user_of(root: Any, database: str) -> str | None:
    """Another bench on the server that uses the database: it made it, or names it in a site."""
    own = config.bench_id()
    for row in rows(root):
        if row.id != own:
            if database.startswith(f"tenantd_{row.id}_") or database in row.others.split(" "):
                return f"{row.folder} on {row.host}"
    return None


@methods.root("identity", may_take=("take",), lasts="0.05 s: a row and a file")
def answer(params: JSON, credentials: server.Credentials, work: Work) -> JSON:
    """Runs with root: `tenantd identity`, with `keep` or `new` where a person has said that."""
    root = server.connect(credentials)
    try:
        if act := {"keep": keep, "new": take_new}.get(params.get("take", "")):
            act(root)
        return describe(root)
    finally:
        root.close()


def describe(root: Any) -> JSON:
    """What a person is told: this bench, whether it is proven, and the others on the server."""
    name = config.bench_id() if os.path.lexists(config.BENCH) else None
    try:
        prove(root)
        name, why = config.bench_id(), None
    except Trouble as trouble:
        if trouble.kind != "bench_unproven":
            raise
        why = trouble.message
    others = [f"{row.id}: {row.folder} on {row.host}, seen {row.seen}" for row in rows(root)]
    return {"id": name, "why": why, "folder": os.path.realpath("."), "benches": others}


def keep(root: Any) -> None:
    """A person says that this folder is the bench, at another place or from a backup: it keeps its
    id, and with that its tenants. The folder that had it is not proven any more."""
    if not os.path.lexists(config.BENCH):
        known = config.ids_named()
        if len(known) > 1:
            told = ", ".join(known)
            raise Trouble("bench_unproven", f"Sites here name databases of several benches: {told}.")
        config.write_bench_file(known or [secrets.token_hex(4)])
    name = config.bench_id()
    with Alone(root, name):
        row, now = read(root, name), place()
        if row and not is_same(row.place, now) and not server.is_free(root, *life(name, row.place)):
            raise unproven(name, f"{row.folder} on {row.host} is being served at this moment")
        write(root, name, now, row)


def take_new(root: Any) -> None:
    """A person says that this folder is another bench than the one that it was copied from. Where
    it was no copy, the id that it had is nobody's any more."""
    try:
        prove(root)
        execute(root, f"DELETE FROM {TABLE} WHERE id = %s", (config.bench_id(),))
    except Trouble as trouble:
        if trouble.kind != "bench_unproven":
            raise
    config.write_bench_file([secrets.token_hex(4)])
    prove(root)


def life(name: str, where: Place) -> tuple[str, str]:
    """The named lock that a session of the bench holds, while one lives."""
    return "bench_alive", f"{name}:{where.inode}:{where.born}"


def show_life(root: Any) -> None:
    """Holds that lock with this connection, if no other session of the bench does."""
    server.lock(root, *life(config.bench_id(), place()))
