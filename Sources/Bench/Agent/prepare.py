# Makes a whole site that has no customer's name yet, with the bench's own installer.
import base64
import inspect
import os
import secrets
from typing import Any, Callable

import frappe

from . import config, server
from .steps import Steps
from .wire import Trouble

JSON = dict[str, Any]
Emit = Callable[[JSON], None]


def prepare(params: JSON, credentials: server.Credentials, emit: Emit) -> JSON:
    """Runs in a child. Leaves `tenantd-<job>` marked `ready`; a failure leaves it for the undo."""
    steps = Steps(emit)
    with steps.run(1):
        hidden = make_folder(params["job"], params["session"])
        install_site(hidden, params.get("adminPassword") or secrets.token_urlsafe(24), credentials)
    warnings = []
    apps = [app for app in params.get("apps", []) if app]
    with steps.run(2) as step:
        for app in apps:
            if app in frappe.get_all_apps():
                install_app(hidden, app)
            else:
                warnings.append(
                    {
                        "kind": "app_missing",
                        "message": f"The bench has no app {app}; the site was made without it.",
                    }
                )
        step.warning = warnings[-1]["message"] if warnings else None
    change_database_password(hidden, credentials)
    config.change(hidden, lambda conf: conf["tenantd"].update(state="ready"))
    return {"hidden": hidden, "warnings": warnings}


def make_folder(job: str, session: str) -> str:
    """The folder appears whole, with a config that names the database before that exists:
    whatever a crash leaves from here on can be found and dropped by its folder."""
    hidden, temporary = config.HIDDEN + job, "." + config.HIDDEN + job
    database = f"tenantd_{config.bench_id()}_{secrets.token_hex(8)}"
    conf = frappe.local.conf
    os.mkdir(temporary)
    config.replace(
        temporary,
        {
            "db_name": database,
            "db_password": secrets.token_hex(16),
            "db_type": conf.get("db_type") or "mariadb",
            # A Fernet key, the site's own from the start: a secret stored earlier would be lost.
            "encryption_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "pause_scheduler": 1,
            "tenantd": {
                "state": "preparing",
                "job": job,
                "session": session,
                "created": config.now(),
            },
        },
    )
    os.rename(temporary, hidden)
    return hidden


def install_site(hidden: str, admin_password: str, credentials: server.Credentials) -> None:
    from frappe.installer import _new_site

    conf = config.read(hidden) or {}
    frappe.destroy()
    frappe.init(site=hidden, new_site=True)
    wanted = {
        "db_root_username": credentials.user,
        "db_root_password": credentials.password,
        "admin_password": admin_password,
        "install_apps": [],
        # The folder is ours already and its database name is random: nothing is overwritten.
        "force": True,
        "db_password": conf["db_password"],
        "db_type": conf["db_type"],
        "db_user": conf["db_name"],  # 16
    }
    if conf["db_type"] == "mariadb":
        # Any host of the bench may log in: the backend's address changes with its container.
        wanted |= {"mariadb_user_host_login_scope": "%", "no_mariadb_socket": True}
    known = inspect.signature(_new_site).parameters
    arguments = {name: value for name, value in wanted.items() if name in known}
    with exits_are_errors("The bench's installer stopped"):
        _new_site(conf["db_name"], hidden, **arguments)


def install_app(hidden: str, app: str) -> None:
    from frappe.installer import install_app as install

    reconnect(hidden)
    with exits_are_errors(f"Installing the app {app} stopped"):
        install(app, verbose=False)
    frappe.db.commit()
    reconnect(hidden)
    # The installer returns normally in cases where it did nothing, so look.
    if app not in frappe.get_installed_apps():
        raise Trouble("step_failed", f"The app {app} was not installed by the bench's installer.")


def reconnect(site: str) -> None:
    frappe.destroy()
    frappe.init(site=site)
    frappe.connect()


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
