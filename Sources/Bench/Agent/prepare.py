# Makes a whole site that has no customer's name yet: a copy of the template, or, where there is no
# template of this build, by the bench's own installer.
import secrets
import sys
from typing import Any

import frappe

from . import build, caches, config, copying, folder, index, install, server
from .children import Work
from .steps import Steps

JSON = dict[str, Any]


def prepare(params: JSON, credentials: server.Credentials, work: Work) -> JSON:
    """Runs with root. Leaves `tenantd-<job>` marked `ready`; a failure leaves it for the undo."""
    steps = Steps(work.emit)
    apps = [app for app in params.get("apps", []) if app]
    sites = index.bench
    sites.glance()
    template = build.current_template(apps, list(sites.records()))
    warnings = missing_apps(apps)
    password = params.get("adminPassword")
    with steps.run(1):
        hidden = folder.make(params["job"], params["session"])
        if template and not copy(template, hidden, password, credentials, work):
            template = None
        if not template:
            install_site(hidden, password, credentials, work)
    with steps.run(2) as step:
        if not template:
            install_apps(hidden, apps, credentials, work)
        step.warnings = [warning["message"] for warning in warnings]
    folder.mark(hidden, state="ready", build=build.fingerprint(apps))
    path = "copy" if template else "install"
    return {"hidden": hidden, "path": path, "warnings": warnings}


def make_template(params: JSON, credentials: server.Credentials, work: Work) -> JSON:
    """Runs with root: the bench's installer, once for each build. One at a time on a bench."""
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
        install_site(hidden, None, credentials, work)
        install_apps(hidden, apps, credentials, work)
        tables = copying.count_tables(root, (config.read(hidden) or {})["db_name"])
        folder.mark(hidden, state="template", build=build.fingerprint(apps), tables=tables)
        return {"state": "template", "hidden": hidden}
    finally:
        root.close()


def install_site(
    hidden: str, admin_password: str | None, credentials: server.Credentials, work: Work
) -> None:
    """Database and user with root, everything else by the bench's installer without."""
    root = server.connect(credentials)
    install.create_database(root, config.read(hidden) or {})
    root.close()
    work.app("install", {"hidden": hidden, "adminPassword": admin_password})


def install_apps(
    hidden: str, apps: list[str], credentials: server.Credentials, work: Work
) -> None:
    work.app("install_apps", {"hidden": hidden, "apps": apps})
    install.change_database_password(hidden, credentials)


def copy(
    template: JSON,
    hidden: str,
    admin_password: str | None,
    credentials: server.Credentials,
    work: Work,
) -> bool:
    """The template's database under a name, a user and passwords of the new site's own. False:
    the template is broken, is marked so, and the caller has to install."""
    conf = config.read(hidden) or {}
    root = server.connect(credentials)
    install.create_database(root, conf)
    try:
        copying.copy_database(root, template["database"], conf["db_name"], template["tables"])
    except copying.Broken as error:
        print(error, file=sys.stderr)
        folder.mark(template["site"], state="broken")
        return False
    finally:
        root.close()
    folder.copy_files(template["site"], hidden)
    work.app(
        "settle",
        {"hidden": hidden, "template": template["database"], "adminPassword": admin_password},
    )
    return True


def settle(params: JSON) -> None:
    """Runs at the site: what a copy needs that its database and its files do not bring."""
    from frappe.utils.password import update_password

    folder.reconnect(params["hidden"])
    caches.copy(params["template"], frappe.conf.db_name)
    update_password("Administrator", params["adminPassword"] or secrets.token_urlsafe(24))
    frappe.db.commit()


def warm_template(template: str | None) -> None:
    """Gives a template, by its database, whose caches are colder those of the site that this
    process is at, which has just been signed up or rehearsed: the next copy begins with them."""
    own = frappe.conf.db_name
    if template and caches.warmth(template) < caches.warmth(own):
        caches.copy(own, template)


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
