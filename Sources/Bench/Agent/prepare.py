# Makes a whole site that has no customer's name yet: a copy of the template, or, where there is no
# template of this build, by the bench's own installer.
import secrets
import sys
from typing import Any, Callable

import frappe

from . import build, caches, config, copying, folder, index, install, server
from .steps import Steps

JSON = dict[str, Any]
Emit = Callable[[JSON], None]


def prepare(params: JSON, credentials: server.Credentials, emit: Emit) -> JSON:
    """Runs in a child. Leaves `tenantd-<job>` marked `ready`; a failure leaves it for the undo."""
    steps = Steps(emit)
    apps = [app for app in params.get("apps", []) if app]
    sites = index.bench
    sites.glance()
    template = build.current_template(apps, list(sites.records()))
    warnings = missing_apps(apps)
    with steps.run(1):
        hidden = folder.make(params["job"], params["session"])
        if template and not copy(template, hidden, params.get("adminPassword"), credentials):
            template = None
        if not template:
            install.install_site(hidden, params.get("adminPassword"), credentials)
    with steps.run(2) as step:
        if not template:
            install.install_apps(hidden, apps)
            install.change_database_password(hidden, credentials)
        step.warnings = [warning["message"] for warning in warnings]
    folder.mark(hidden, state="ready", build=build.fingerprint(apps))
    path = "copy" if template else "install"
    return {"hidden": hidden, "path": path, "warnings": warnings}


def make_template(params: JSON, credentials: server.Credentials) -> JSON:
    """Runs in a child: the bench's installer, once for each build. One at a time on a bench."""
    apps = [app for app in params.get("apps", []) if app]
    root = server.connect(credentials)
    if not server.lock(root, "template", config.bench_id()):
        return {"state": "busy"}
    try:
        # Another tenantd may have made one since this one looked.
        sites = index.bench
        sites.refresh()
        if build.current_template(apps, list(sites.records())):
            return {"state": "template"}
        hidden = folder.make(params["job"], params["session"])
        install.install_site(hidden, None, credentials)
        install.install_apps(hidden, apps)
        install.change_database_password(hidden, credentials)
        tables = copying.count_tables(root, (config.read(hidden) or {})["db_name"])
        folder.mark(hidden, state="template", build=build.fingerprint(apps), tables=tables)
        return {"state": "template", "hidden": hidden}
    finally:
        root.close()


def copy(
    template: JSON, hidden: str, admin_password: str | None, credentials: server.Credentials
) -> bool:
    """The template's database under a name, a user and passwords of the new site's own. False:
    the template is broken, is marked so, and the caller has to install."""
    from frappe.database.db_manager import DbManager
    from frappe.utils.password import update_password

    conf = config.read(hidden) or {}
    database = conf["db_name"]
    root = server.connect(credentials)
    manager = DbManager(root)
    # Without a password at first, and straight to the cursor then: Frappe's `sql` logs statements.
    manager.create_user(database, None, host="%")
    server.change_password(root, database, conf["db_password"])
    manager.create_database(database)
    manager.grant_all_privileges(database, database, host="%")
    try:
        copying.copy_database(root, template["database"], database, template["tables"])
    except copying.Broken as error:
        print(error, file=sys.stderr)
        folder.mark(template["site"], state="broken")
        return False
    finally:
        root.close()
    folder.copy_files(template["site"], hidden)
    folder.reconnect(hidden)
    caches.copy(template["database"], database)
    update_password("Administrator", admin_password or secrets.token_urlsafe(24))
    frappe.db.commit()
    return True


def warm_template(apps: list[str]) -> None:
    """Gives a template whose caches are colder those of the site that this process is at, which
    has just been signed up or rehearsed: the next copy begins with them."""
    sites = index.bench
    sites.glance()
    template = build.current_template(apps, list(sites.records()))
    own = frappe.conf.db_name
    if template and caches.warmth(template["database"]) < caches.warmth(own):
        caches.copy(own, template["database"])


def missing_apps(apps: list[str]) -> list[JSON]:
    present = frappe.get_all_apps()
    return [
        {
            "kind": "app_missing",
            "message": f"The bench has no app {app}; the site was made without it.",
        }
        for app in apps
        if app not in present
    ]
