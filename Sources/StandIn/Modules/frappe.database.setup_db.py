# Making and dropping a site's database and database user, as root.
from __future__ import annotations

import getpass
from typing import Any

import frappe
from frappe.database import Database, get_db

GRANT = "GRANT ALL PRIVILEGES ON `{0}`.* TO %s@%s"


def get_root_connection(root_login: str | None, root_password: str | None) -> Database:
    """The root connection; kept in `frappe.local.flags`, as Frappe keeps it."""
    if not frappe.local.flags.root_connection:
        password = root_password or frappe.conf.root_password
        frappe.local.flags.root_connection = get_db(
            socket=frappe.conf.db_socket,
            host=frappe.conf.db_host,
            port=frappe.conf.db_port,
            user=root_login or "root",
            password=password or getpass.getpass("MySQL root password: "),
        )
    connection: Database = frappe.local.flags.root_connection
    return connection


def setup_database(force: Any, verbose: bool, login_scope: str | None = None) -> None:
    """Makes the site's database and database user; what was there under the name goes."""
    frappe.local.session = frappe._dict(user="Administrator")
    name, password = frappe.conf.db_name, frappe.conf.db_password
    root = get_root_connection(frappe.flags.root_login, frappe.flags.root_password)
    host = login_scope or _own_host(root)
    if not force and name in root.sql("SHOW DATABASES", pluck=True):
        raise Exception(f"Database {name} already exists")
    root.sql("DROP USER IF EXISTS %s@%s", (name, host))
    root.sql_ddl(f"DROP DATABASE IF EXISTS `{name}`")
    root.sql("CREATE USER %s@%s IDENTIFIED BY %s", (name, host, password))
    root.sql(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
    root.sql(GRANT.format(name), (name, host))
    root.sql("FLUSH PRIVILEGES")
    root.close()
    if verbose:
        print(f"Created user and database {name}")


def _own_host(root: Database) -> str:
    return str(root.sql("select user()")[0][0]).rpartition("@")[2]
