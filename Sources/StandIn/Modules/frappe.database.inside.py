# What a root connection of the sandbox does inside a site's database.
from __future__ import annotations

import glob
import os
import sqlite3
from typing import Any, Protocol

Rows = list[tuple[Any, ...]]


class Holder(Protocol):
    """A session, as far as it knows where databases and users are."""

    def path(self, name: str, kind: str = "user") -> str: ...


def in_database(session: Holder, head: str, name: str, rest: str) -> Rows:
    """`SELECT … FROM name.table …`, as if it began with `USE name`."""
    from frappe.database.server import ProgrammingError

    database = sqlite3.connect(session.path(name, "sqlite"), 50)
    try:
        with database:
            return database.execute(f"{head} FROM {rest}").fetchall()
    except sqlite3.OperationalError as error:
        raise ProgrammingError(1146, str(error)) from error
    finally:
        database.close()


def bytes_of(session: Holder, name: str) -> Rows:
    return [(sum(os.path.getsize(f) for f in glob.glob(session.path(name, "sqlite") + "*")),)]
