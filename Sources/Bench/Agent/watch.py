# Sees what a rehearsal does that reaches beyond its transaction, and names the hook that did it.
# It stops what it can: a rehearsal connects to nobody and starts no program.
import errno
import os
import socket
import sys
from typing import Any, Callable
from urllib.parse import urlsplit

import frappe

COMMITS = (
    *("alter", "analyze", "begin", "commit", "create", "drop", "grant", "lock", "optimize"),
    *("rename", "repair", "revoke", "rollback", "start", "truncate"),
)
"""First words of statements that end a transaction."""
REDIS = ("redis_cache", "redis_queue", "redis_socketio")
PROGRAMS = ("subprocess.Popen", "os.system", "os.posix_spawn", "os.exec", "os.fork")


class Watch:
    """Enter it around a rehearsal. `seen` has a sentence without its end for each thing, beginning
    with the hook; `outside` those that were stopped, or could not be undone had they been let be."""

    def __init__(self, site: str) -> None:
        self.site = os.path.realpath(site) + os.sep
        self.apps = set(frappe.get_all_apps()) - {"frappe"}
        conf = frappe.local.conf
        self.database = addresses(conf.get("db_host") or "127.0.0.1")
        self.servers = self.database.union(*(addresses(host(conf.get(key))) for key in REDIS))
        self.seen: list[str] = []
        self.outside: list[str] = []
        self.restore: list[Callable[[], None]] = []

    def __enter__(self) -> "Watch":
        global current
        db = frappe.local.db
        sql, connect = db.sql, type(db).connect

        def watched_sql(query: Any, *arguments: Any, **options: Any) -> Any:
            word = str(query).split(None, 1)[0].lower() if str(query).strip() else ""
            if word.rstrip(";") in COMMITS and "savepoint" not in str(query).lower():
                self.note(f"ended the transaction with {word.upper()}")
            return sql(query, *arguments, **options)

        def watched_connect(other: Any) -> None:
            self.note("opened another connection to the database")
            connect(other)

        db.sql = watched_sql
        type(db).connect = watched_connect
        self.restore += [lambda: vars(db).pop("sql"), lambda: setattr(type(db), "connect", connect)]
        install()
        current = self
        return self

    def __exit__(self, *error: Any) -> None:
        global current
        current = None
        for restore in self.restore:
            restore()

    def note(self, what: str) -> str | None:
        """Only what an app does: what Frappe itself does is part of every signup."""
        if hook := self.hook():
            self.seen.append(f"{hook} {what}")
        return hook

    def hook(self) -> str | None:
        """The innermost function of an app that is running."""
        frame: Any = sys._getframe(1)
        while frame is not None:
            module = str(frame.f_globals.get("__name__", ""))
            if module.partition(".")[0] in self.apps:
                return f"{module}.{frame.f_code.co_name}"
            frame = frame.f_back
        return None

    def raiser(self, error: BaseException) -> str:
        """The app's function that an error came from, or else Frappe."""
        found, trace = "Frappe", error.__traceback__
        while trace is not None:
            module = str(trace.tb_frame.f_globals.get("__name__", ""))
            if module.partition(".")[0] in self.apps:
                found = f"{module}.{trace.tb_frame.f_code.co_name}"
            trace = trace.tb_next
        return found

    def stop(self, what: str) -> None:
        """What Frappe itself tries is stopped as well, and is nobody's habit."""
        if hook := self.hook():
            self.outside.append(f"{hook} {what}")
        raise ConnectionRefusedError(errno.ECONNREFUSED, "This is a rehearsal.")

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, (str, os.PathLike)) and flags and flags & (os.O_WRONLY | os.O_RDWR):
                full = os.path.realpath(path)
                if full.startswith(self.site) and not self.is_log(full):
                    self.note(f"wrote the file {full.removeprefix(self.site)}")
        elif event in ("socket.connect", "socket.sendto"):
            address = arguments[1]
            if isinstance(address, tuple) and address[0] not in self.servers:
                self.stop(f"connected to {address[0]}:{address[1]}")
            if isinstance(address, tuple) and address[0] in self.database:
                self.note("opened another connection to the database")
        elif event == "socket.getaddrinfo":
            if arguments[0] and arguments[0] not in self.servers:
                self.stop(f"asked for the address of {arguments[0]}")
        elif event in PROGRAMS and self.hook():
            self.stop("started a program")

    def is_log(self, path: str) -> bool:
        return path.removeprefix(self.site).split(os.sep, 1)[0] in ("logs", "locks")


current: Watch | None = None
is_installed = False


def install() -> None:
    """Once in a process: Python has no way to take such a hook away again."""
    global is_installed
    if not is_installed:
        is_installed = True
        sys.addaudithook(lambda event, arguments: current.audit(event, arguments) if current else None)


def host(url: Any) -> str:
    """Of a Redis address, such as redis://:password@redis-cache:6379/1."""
    return urlsplit(str(url or "")).hostname or "127.0.0.1"


def addresses(name: str) -> set[Any]:
    try:
        return {name} | {answer[4][0] for answer in socket.getaddrinfo(name, None)}
    except OSError:
        return {name}
