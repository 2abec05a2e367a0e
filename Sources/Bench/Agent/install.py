# The bench's own installer: a new site and its apps, in this process.
import secrets
from typing import Any

import frappe

from . import config, folder, server, versions
from .wire import Trouble


def create_database(root: Any, conf: config.JSON) -> None:
    """An empty database and its user, as a site's config names them. Any host of the bench may
    log in: the backend's address changes with its container."""
    from frappe.database.db_manager import DbManager

    manager, name = DbManager(root), conf["db_name"]
    # Without a password at first, and straight to the cursor then: Frappe's `sql` logs statements.
    manager.create_user(name, None, host="%")
    server.change_password(root, name, conf["db_password"])
    manager.create_database(name)
    manager.grant_all_privileges(name, name, host="%")


def install_site(params: config.JSON) -> None:
    """What `bench new-site` does, for a folder that `folder.make` has made and a database that
    `create_database` has made. Runs without root."""
    hidden = params["hidden"]
    conf = config.read(hidden) or {}
    frappe.destroy()
    frappe.init(site=hidden, new_site=True)
    wanted = {
        "admin_password": params["adminPassword"] or secrets.token_urlsafe(24),
        "install_apps": [],
        # The folder is ours already and its database is empty: nothing is overwritten.
        "force": True,
        "db_password": conf["db_password"],
        "db_type": conf["db_type"],
        "db_user": conf["db_name"],
    }
    with exits_are_errors("The bench's installer stopped"):
        versions.new_site(conf["db_name"], hidden, **wanted)


def install_apps(hidden: str, apps: list[str]) -> None:
    """Those of the apps that the bench has."""
    from frappe.installer import install_app

    for app in [app for app in apps if app in frappe.get_all_apps()]:
        folder.reconnect(hidden)
        with exits_are_errors(f"Installing the app {app} stopped"):
            install_app(app, verbose=False)
        frappe.db.commit()
        folder.reconnect(hidden)
        # The installer returns normally in cases where it did nothing, so look.
        if app not in frappe.get_installed_apps():
            raise Trouble("step_failed", f"The bench's installer did not install the app {app}.")


def change_database_password(hidden: str, credentials: server.Credentials) -> None:
    """The installer hands the database password to a command line and to logs/database.log.
    No customer's data is there yet: replace it, so that what was seen opens nothing."""
    password = secrets.token_hex(16)
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
