# How many bytes of files the workspace has: one number in a table that no DocType, and so nobody's
# permission, reaches.
from typing import Any

import frappe

from . import database

TABLE = "__tenantd_usage"
ROW = "file_bytes"


def after_install() -> None:
    from . import files

    make()
    files.recount()


def after_migrate() -> None:
    make()


def before_uninstall() -> None:
    frappe.db.sql_ddl(f"DROP TABLE IF EXISTS `{TABLE}`")


def make() -> None:
    """Ends the transaction."""
    frappe.db.sql_ddl(
        f"CREATE TABLE IF NOT EXISTS `{TABLE}` ("
        "name VARCHAR(64) NOT NULL PRIMARY KEY, value BIGINT NOT NULL) ENGINE=InnoDB"
    )


def locked() -> int | None:
    """The number, which nobody else changes until the transaction ends; None before there is one."""
    try:
        found: Any = database.locking(
            f"SELECT value FROM `{TABLE}` WHERE name = %s FOR UPDATE", (ROW,)
        )
    except Exception as error:
        if frappe.db.is_table_missing(error):
            return None  # the app is in the bench, and the site was not migrated yet
        raise
    return int(found[0][0]) if found else None


def change(by: int) -> None:
    """In the transaction of whoever calls it: what is rolled back is not counted."""
    if not by:
        return
    statement = f"UPDATE `{TABLE}` SET value = GREATEST(0, value + %s) WHERE name = %s"
    try:
        database.locking(statement, (by, ROW))
    except Exception as error:
        if not frappe.db.is_table_missing(error):
            raise


def put(value: int) -> None:
    statement = f"INSERT INTO `{TABLE}` (name, value) VALUES (%s, %s) ON DUPLICATE KEY UPDATE value = %s"
    database.locking(statement, (ROW, value, value))
