# The bench's own installer: a new site and its apps, in this process.
import secrets
from typing import Any

import frappe

from . import config, folder, methods, secrecy, server, versions
from .wire import Trouble

LESS_THAN_ALL = (
    "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, INDEX, ALTER, CREATE TEMPORARY TABLES,"
    " CREATE VIEW, EVENT, TRIGGER, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, EXECUTE, LOCK TABLES"
)
"""What Frappe grants where the server's root may not grant all, which is so on Amazon's RDS."""


def create_database(root: Any, conf: config.JSON, collation: str = "") -> None:
    """An empty database and its user, as a site's config names them. Any host of the bench may
    log in: the backend's address changes with its container. Passwords go to the cursor, because
    Frappe's `sql` logs statements; its `DbManager` would ask for all databases of the server."""
    run, name = root._cursor.execute, conf["db_name"]
    run("CREATE USER %s@%s IDENTIFIED BY %s", (name, "%", conf["db_password"]))
    # What Frappe's own installer chooses, unless the template's was changed.
    collation = collation or "utf8mb4_unicode_ci"
    charset = collation.split("_")[0]
    root.sql_ddl(f"CREATE DATABASE `{name}` CHARACTER SET {charset} COLLATE {collation}")
    # In a grant `_` is any character, and `%` any number of them.
    pattern = name.replace("_", "\\_")
    run(f"GRANT {rights()} ON `{pattern}`.* TO %s@%s", (name, "%"))


def rights() -> str:
    """What a site's own database user may do in its database."""
    return LESS_THAN_ALL if frappe.conf.get("rds_db") else "ALL PRIVILEGES"


@methods.stage("install", takes=("hidden", "adminPassword"), secrets=("adminPassword",))
def install_site(params: config.JSON, emit: methods.Emit) -> None:
    """What `bench new-site` does, for a folder that `folder.make` has made and a database that
    `create_database` has made. Runs without root."""
    hidden = params["hidden"]
    conf = config.read(hidden) or {}
    frappe.destroy()
    frappe.init(site=hidden, new_site=True)
    wanted = {
        "admin_password": params["adminPassword"] or secrecy.remember(secrets.token_urlsafe(24)),
        "install_apps": [],
        # The folder is ours already and its database is empty: nothing is overwritten.
        "force": True,
        "db_password": conf["db_password"],
        "db_type": conf["db_type"],
        "db_user": conf["db_name"],
    }
    with exits_are_errors("The bench's installer stopped"):
        versions.new_site(conf["db_name"], hidden, **wanted)


@methods.stage("install_apps", takes=("hidden", "apps"))
def install_apps(params: config.JSON, emit: methods.Emit) -> None:
    """Those of the apps that the bench has."""
    from frappe.installer import install_app

    hidden: str = params["hidden"]
    for app in [app for app in params["apps"] if app in frappe.get_all_apps()]:
        folder.reconnect(hidden)
        with exits_are_errors(f"Installing the app {app} stopped"):
            install_app(app, verbose=False)
        frappe.db.commit()
        folder.reconnect(hidden)
        # The installer returns normally in cases where it did nothing, so look.
        if app not in frappe.get_installed_apps():
            raise Trouble("step_failed", f"The bench's installer did not install the app {app}.")
    # What the installers made waits for that in Redis, and a copy has nothing of what is there.
    folder.reconnect(hidden)
    versions.index_search()


def change_database_password(hidden: str, credentials: server.Credentials) -> None:
    """The installer hands the database password to a command line and to logs/database.log.
    No customer's data is there yet: replace it, so that what was seen opens nothing."""
    password = secrecy.remember(secrets.token_hex(16))
    root = server.connect(credentials)
    server.change_password(root, (config.read(hidden) or {})["db_name"], password)
    config.change(hidden, lambda conf: conf.update(db_password=password))
    root.close()


class exits_are_errors:
    """Frappe's installer calls `sys.exit` where it gives up."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, SystemExit):
            raise Trouble("step_failed", f"{self.sentence} (exit {error.code}).") from error
