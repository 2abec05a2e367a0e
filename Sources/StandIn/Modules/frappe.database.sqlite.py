# The sandbox's database driver: shaped like PyMySQL, over one SQLite file a database. SQL goes to
# SQLite; what a MariaDB server would answer itself goes to frappe.database.server.
from __future__ import annotations

import os
import re
import sqlite3
from typing import Any

from frappe.database.locks import release_all
from frappe.database.server import Error, IntegrityError, OperationalError, ProgrammingError
from frappe.database.server import Rows, Session, answer


class Connection(Session):
    def __init__(self, user: str, password: str, database: str | None = None, **place: Any) -> None:
        super().__init__(user, password)
        if database:
            self.select_db(database)

    def select_db(self, name: str) -> None:
        path = self.path(name, "sqlite")
        if not self.is_root and name != self.user:
            raise OperationalError(1044, f"Access denied for user '{self.user}' to '{name}'")
        if not os.path.exists(path):
            raise OperationalError(1049, f"Unknown database '{name}'")
        self.database = sqlite3.connect(path, 50, isolation_level=None, check_same_thread=False)
        # Atomic when a process dies, not when the machine does: a sandbox needs no more.
        self.database.execute("PRAGMA synchronous=OFF")

    def cursor(self) -> Cursor:
        return Cursor(self)

    def ping(self, reconnect: bool = True) -> None:
        pass

    def end(self, verb: str) -> None:
        """COMMIT or ROLLBACK, which is nothing where nothing was written."""
        if self.database and self.database.in_transaction:
            self.database.execute(verb)

    def commit(self) -> None:
        self.end("commit")

    def rollback(self) -> None:
        self.end("rollback")

    def close(self) -> None:
        release_all(self)
        if self.database:
            self.database.close()


connect = Connection
IMPLICIT_COMMITS = ("alter", "create", "drop", "rename", "truncate")
"""Verbs before which MariaDB ends the transaction; what they do themselves cannot be undone."""


class Cursor:
    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.description: Any = None
        self.rowcount = -1
        self._rows: Rows = []

    def execute(self, query: str, args: Any = None) -> int:
        self.description, self._rows, self.rowcount = None, [], 0
        verb = query.split(None, 1)[0].lower()
        if verb in ("commit", "rollback") and " " not in query.strip():
            self.connection.end(verb)
        elif verb not in ("start", "begin"):  # a transaction starts with its first write
            served, rows = answer(self.connection, query, args)
            if not served:
                self._execute(verb, query, args)
            elif rows is not None:
                self.description = [(f"column{i}",) for i in range(len(rows[0]) if rows else 1)]
                self._rows, self.rowcount = rows, len(rows)
        return self.rowcount

    def _execute(self, verb: str, query: str, args: Any) -> None:
        database = self.connection.database
        if database is None:
            kind = " ".join(query.split()[:2])  # no more of it: the rest may hold a password
            told = f"The sandbox's root connection has no such statement: {kind}"
            raise ProgrammingError(1064, told)
        if args is not None:
            query = re.sub(r"%%|%s|%\((\w+)\)s", _placeholder, query)
        try:
            if verb in IMPLICIT_COMMITS:
                self.connection.end("commit")
            elif verb != "select" and not database.in_transaction:
                database.execute("BEGIN IMMEDIATE")
            cursor = database.execute(query, args or ())
            self._rows = cursor.fetchall()
        except sqlite3.Error as error:
            raise _translated(error) from error
        self.description, self.rowcount = cursor.description, cursor.rowcount

    def fetchall(self) -> Rows:
        rows, self._rows = self._rows, []
        return rows

    def fetchone(self) -> tuple[Any, ...] | None:
        return self._rows.pop(0) if self._rows else None

    def close(self) -> None:
        pass


def _placeholder(match: re.Match[str]) -> str:
    return f":{match[1]}" if match[1] else {"%%": "%", "%s": "?"}[match[0]]


def _translated(error: sqlite3.Error) -> Error:
    text = str(error)
    subject = text.rpartition(": ")[2]
    if "no such table" in text:
        return ProgrammingError(1146, f"Table '{subject}' doesn't exist")
    if "no such column" in text or "has no column" in text:
        return OperationalError(1054, f"Unknown column: {text}")
    if "no such savepoint" in text:
        return OperationalError(1305, f"SAVEPOINT {subject} does not exist")
    if "UNIQUE" in text:
        return IntegrityError(1062, f"Duplicate entry for key {subject}")
    if "locked" in text:
        return OperationalError(1205, "Lock wait timeout exceeded; try restarting transaction")
    return ProgrammingError(1064, text)
