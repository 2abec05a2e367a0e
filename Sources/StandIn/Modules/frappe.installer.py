# Making a site, as Frappe's installer does it: the same order of effects, the same words on stdout.
from __future__ import annotations

import hashlib
import json
import os
import secrets
import sys
from typing import Any

import frappe
from frappe.database import setup_database
from frappe.geo.country_info import LANGUAGES
from frappe.model.doctypes import APP_DOCTYPES, DOCTYPES, SINGLES, tables
from frappe.sandbox import point
from frappe.utils.password import update_password
from frappe.utils.synchronization import filelock


def _new_site(
    db_name: str | None,
    site: str,
    db_root_username: str | None = None,
    db_root_password: str | None = None,
    admin_password: str | None = None,
    verbose: bool = False,
    install_apps: Any = None,
    source_sql: str | None = None,
    force: bool = False,
    reinstall: bool = False,
    db_password: str | None = None,
    db_type: str | None = None,
    db_host: str | None = None,
    db_port: Any = None,
    setup_db: bool = True,
    mariadb_user_host_login_scope: str | None = None,
    db_socket: str | None = None,
) -> None:
    if not force and os.path.exists(site):
        print(f"Site {site} already exists")
        sys.exit(1)
    if mariadb_user_host_login_scope and db_type != "mariadb":
        print("--no-mariadb-socket requires db_type to be set to mariadb.")
        sys.exit(1)
    if source_sql:
        raise NotImplementedError("the stand-in cannot restore a dump")
    frappe.init(site=site)
    if not db_name:
        path = os.path.realpath(frappe.get_site_path()).encode()
        db_name = "_" + hashlib.sha1(path, usedforsecurity=False).hexdigest()[:16]
    for folder in ("public/files", "private/backups", "private/files", "locks", "logs"):
        os.makedirs(frappe.get_site_path(folder), exist_ok=True)
    with filelock("bench_new_site", timeout=1):
        point("new_site")
        place = {"db_type": db_type, "db_host": db_host, "db_port": db_port, "db_socket": db_socket}
        _make_site_config(db_name, db_password, place)
        sites_path = frappe.local.sites_path
        frappe.destroy()
        frappe.init(site, sites_path=sites_path)
        frappe.flags.in_install_db = True
        frappe.flags.root_login = db_root_username or "root"
        frappe.flags.root_password = db_root_password
        if setup_db:
            setup_database(force, verbose, mariadb_user_host_login_scope)
        frappe.connect()
        _bootstrap(admin_password)
        frappe.flags.in_install_db = False
        for app in ["frappe", *(frappe.conf.install_apps or []), *(install_apps or [])]:
            install_app(app, verbose=verbose)
        frappe.db.commit()
    print("*** Scheduler is disabled ***")


def _make_site_config(db_name: str, db_password: str | None, place: dict[str, Any]) -> None:
    path = get_site_config_path()
    if not os.path.exists(path):
        config = {"db_name": db_name, "db_password": db_password or secrets.token_hex(8)}
        config |= {key: value for key, value in place.items() if value}
        with open(path, "w", encoding="utf-8") as file:
            json.dump(config, file, indent=1, sort_keys=True)


def _bootstrap(admin_password: str | None) -> None:
    """The tables, and the rows that any site begins with."""
    for statement in tables():
        frappe.db.sql(statement)
    _add_doctypes([name for name in DOCTYPES if name not in sum(APP_DOCTYPES.values(), [])])
    managers = ("System Manager", "Website Manager", "Accounts Manager", "Sales Manager")
    for role in ("Administrator", *managers, "All", "Guest"):
        desk = role.endswith("Manager") or role == "Administrator"
        frappe.get_doc(doctype="Role", name=role, role_name=role, desk_access=int(desk)).insert()
    for code, name in LANGUAGES.items():
        frappe.get_doc(doctype="Language", name=code, language_name=name).insert()
    job = {"doctype": "Scheduled Job Type", "name": "flush", "method": "frappe.email.queue.flush"}
    frappe.get_doc(job).insert()
    frappe.db.set_single_value("System Settings", {"setup_complete": 0, "enable_scheduler": 0})
    frappe.db.commit()
    frappe.local.admin_password = frappe.conf.admin_password or admin_password


def _add_doctypes(names: list[str]) -> None:
    for name in names:
        values = (name, "nexus_core" if name == "SaaS Settings" else "Core", int(name in SINGLES))
        query = "INSERT INTO `tabDocType` (name, module, issingle) VALUES (%s, %s, %s)"
        frappe.db.sql(query, values)


def install_app(
    name: str, verbose: bool = False, set_as_patched: bool = True, force: bool = False
) -> None:
    frappe.flags.in_install = name
    frappe.clear_cache()
    installed = frappe.get_installed_apps()
    if name not in frappe.get_all_apps():
        raise Exception(f"App {name} not in apps.txt")
    if not force and name in installed:
        print(f"App {name} already installed")
        return
    print(f"\nInstalling {name}...")
    point("install_app", name)
    if name == "frappe":
        for user, password in (("Administrator", frappe.local.admin_password), ("Guest", None)):
            email = {"Administrator": "admin@example.com"}.get(user, "guest@example.com")
            frappe.get_doc(doctype="User", name=user, email=email, first_name=user).insert()
            if password:
                update_password(user, password)
    else:
        frappe.db.delete("DocType", {"module": name})
        _add_doctypes(APP_DOCTYPES.get(name, []))
    if name not in installed:
        frappe.db.set_global("installed_apps", json.dumps([*installed, name]))
        frappe.db.commit()
    frappe.flags.in_install = False


def update_site_config(
    key: str, value: Any, validate: bool = True, site_config_path: str | None = None
) -> None:
    """Sets one key of a config file, under the site's lock; the value "None" removes it."""
    path = site_config_path or get_site_config_path()
    with filelock("site_config", is_global="common_site_config" in path):
        with open(path, encoding="utf-8") as file:
            config = json.load(file)
        if value in ("0", "1"):
            value = int(value)
        value = {"false": False, "true": True}.get(value, value) if type(value) is str else value
        if value == "None":
            config.pop(key, None)
        else:
            config[key] = value
        with open(path, "w", encoding="utf-8") as file:
            json.dump(config, file, indent=1, sort_keys=True)
    if hasattr(frappe.local, "conf"):
        frappe.local.conf[key] = value


def get_site_config_path() -> str:
    return frappe.get_site_path("site_config.json")
