# A signup: one database transaction in a whole, unnamed site; then its name; then the commit.
import os
import secrets
from typing import Any, Callable

import frappe

from . import config
from .prepare import reconnect
from .steps import Steps
from .wire import Trouble

JSON = dict[str, Any]
Emit = Callable[[JSON], None]
ROLE = "System Manager"


def claim(params: JSON, emit: Emit) -> JSON:
    """Runs in a child. Either the tenant is active under its name, or the transaction is rolled
    back and the site is whole and unnamed again."""
    steps, warnings = Steps(emit), []
    hidden, site = config.HIDDEN + params["job"], params["site"]
    reconnect(hidden)
    config.change(hidden, lambda conf: conf["tenantd"].update(state="claiming", claimed=site))
    act_as(site, hidden)
    key, secret = secrets.token_hex(32), secrets.token_hex(32)
    named = False
    try:
        with steps.run(3):
            user = insert_owner(params, key, secret)
        with steps.run(4) as step:
            warnings = apply_settings(params)
            step.warning = warnings[-1]["message"] if warnings else None
        with steps.run(5):
            prove_keys(user, key, secret)
            take_name(hidden, site)
            named = True
            frappe.local.site_path = os.path.join(frappe.local.sites_path, site)
            frappe.db.commit()
            publish(site, params)
            frappe.clear_cache()
    except BaseException:
        frappe.db.rollback()
        if named:
            os.rename(site, hidden)
        raise
    return {"user": user, "apiKey": key, "apiSecret": secret, "warnings": warnings}


def act_as(site: str, folder: str) -> None:
    """The jobs that creating a user queues carry `frappe.local.site`, and run after the commit:
    let it be the tenant's name. Log files are opened by that name too, and it is no folder yet."""
    import frappe.utils.logger

    frappe.local.site = site
    get_logger = frappe.utils.logger.get_logger

    def logger_in_folder(*arguments: Any, **options: Any) -> Any:
        if os.path.isdir(site):
            return get_logger(*arguments, **options)
        frappe.local.site = folder
        try:
            return get_logger(*arguments, **options)
        finally:
            frappe.local.site = site

    frappe.utils.logger.get_logger = logger_in_folder


def insert_owner(params: JSON, key: str, secret: str) -> str:
    first, _, last = params["fullName"].partition(" ")
    user = frappe.get_doc(
        {
            "doctype": "User",
            "email": params["email"],
            "first_name": first,
            "last_name": last.strip(),
            "enabled": 1,
            "user_type": "System User",
            "send_welcome_email": 0,
            "new_password": params["password"],
            # Set here and not by User.generate_keys, whose secrets have 60 bits.
            "api_key": key,
            "api_secret": secret,
            "roles": [{"doctype": "Has Role", "role": ROLE}],
        }
    )
    user.flags.no_welcome_mail = True
    user.flags.ignore_password_policy = True  # tenantd has checked it, by rules of its own
    user.insert(ignore_permissions=True)
    return str(user.name)


def apply_settings(params: JSON) -> list[JSON]:
    """Writes the plan to the Single `SaaS Settings`; what the bench has no place for is a warning."""
    doctype, plan = params["settings"], params["plan"]
    if not frappe.db.exists("DocType", doctype):
        message = f"The site has no DocType {doctype}; the plan is kept in site_config.json only."
        return [{"kind": "settings_missing", "message": message}]
    values = {
        "plan": plan["name"],
        "max_users": plan["users"],
        "max_storage_gb": plan["storageGB"],
        "organization_name": params["organisation"],
    }
    meta = frappe.get_meta(doctype)
    missing = [field for field in values if not meta.has_field(field)]
    settings = frappe.get_doc(doctype)
    for field, value in values.items():
        if field not in missing:
            settings.set(field, value)
    settings.save(ignore_permissions=True)
    return [
        {"kind": "settings_field_missing", "message": f"{doctype} has no field {field}."}
        for field in missing
    ]


def prove_keys(user: str, key: str, secret: str) -> None:
    """Frappe's own check, on this connection: it sees the rows before anybody else can."""
    from frappe.auth import validate_api_key_secret

    frappe.local.login_manager = frappe._dict(user="Guest")
    try:
        validate_api_key_secret(key, secret)
        if frappe.session.user != user:
            raise Trouble("step_failed", "Frappe took the new API keys for another user's.")
    except frappe.AuthenticationError as error:
        raise Trouble("step_failed", "Frappe does not accept the new API keys.") from error
    finally:
        del frappe.local.login_manager
        frappe.set_user("Administrator")


def take_name(hidden: str, site: str) -> None:
    """rename(2) is atomic, and fails when the name is a folder with anything in it."""
    try:
        os.rename(hidden, site)
    except OSError as error:
        if os.path.lexists(site):
            raise Trouble("site_exists", f"The site {site} exists already.", site=site) from error
        raise


def publish(site: str, params: JSON) -> None:
    """From here on the tenant is active for everybody who reads the bench."""

    def edit(conf: JSON) -> None:
        conf.pop("pause_scheduler", None)
        conf["host_name"] = params["url"]
        mark = conf["tenantd"]
        conf["tenantd"] = {
            "state": "active",
            "job": mark["job"],
            "session": mark["session"],
            "owner": params["email"],
            "organisation": params["organisation"],
            "plan": params["plan"],
            "request": params.get("request"),
            "created": config.now(),
            "build": params.get("build"),
        }

    config.change(site, edit)


def reissue(params: JSON) -> JSON:
    """New keys for a tenant whose request came again: the old ones were told once, and a secret
    that was lost on the way cannot be told twice. `password` is set when tenantd made a new one."""
    reconnect(params["site"])
    key, secret = secrets.token_hex(32), secrets.token_hex(32)
    user = frappe.get_doc("User", params["email"])
    user.api_key, user.api_secret = key, secret
    if params.get("password"):
        user.new_password = params["password"]
        user.flags.ignore_password_policy = True
    user.save(ignore_permissions=True)
    prove_keys(str(user.name), key, secret)
    frappe.db.commit()
    frappe.destroy()
    return {"user": str(user.name), "apiKey": key, "apiSecret": secret, "warnings": []}
