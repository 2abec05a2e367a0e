# What two transactions at once need: a read that waits and sees the newest, and one that does not wait.
import inspect
from typing import Any, Sequence

import frappe

SNAPSHOT = "innodb_snapshot_isolation"
UNKNOWN_VARIABLE = 1193
has_snapshot: bool | None = None
"""Whether the database server knows that variable; None before it was asked."""


def locking(statement: str, values: Sequence[Any] = ()) -> Any:
    """A statement that locks rows and sees them as they are. From 11.6 on MariaDB refuses that,
    unless told, for a row that changed since the transaction began."""
    if knows_snapshot():
        statement = f"SET STATEMENT {SNAPSHOT} = OFF FOR {statement}"
    return frappe.db.sql(statement, tuple(values))


def knows_snapshot() -> bool:
    global has_snapshot
    if has_snapshot is None:
        try:
            frappe.db.sql(f"SELECT @@{SNAPSHOT}")
            has_snapshot = True
        except Exception as error:
            if not error.args or error.args[0] != UNKNOWN_VARIABLE:
                raise
            has_snapshot = False
    return has_snapshot


def committed(statement: str) -> Any:
    """What is committed at this moment, through a connection of its own, which waits for no lock."""
    own = frappe.local.db
    kind = type(own)
    names = inspect.signature(kind.__init__).parameters
    other = kind(**{name: getattr(own, name) for name in names if hasattr(own, name)})
    try:
        return other.sql(statement)
    finally:
        other.close()
