# The owner of a tenant, as a signup writes it through Frappe's own documents: with roles and keys.
import contextlib
from typing import Any, Iterator

import frappe

from . import login, versions
from .wire import Trouble, invalid

JSON = dict[str, Any]
ROLE = "System Manager"


def check_password(params: JSON) -> None:
    """By the policy of the site, where it has one, in Frappe's own words."""
    if not int(frappe.get_system_settings("enable_password_policy") or 0):
        return
    from frappe.core.doctype.user.user import test_password_strength

    first, _, last = params["fullName"].partition(" ")
    about = (first, "", last.strip(), params["owner"], None)
    answer = test_password_strength(params["password"], user_data=about)
    feedback = (answer or {}).get("feedback") or {}
    if feedback and not feedback.get("password_policy_validation_passed"):
        advice = [str(feedback.get("warning") or ""), *map(str, feedback.get("suggestions") or [])]
        parts = [part.rstrip(".") for part in advice if part]
        reason = "is too weak for this site" + "".join(f". {part}" for part in parts)
        raise invalid("password", reason)


def roles(params: JSON, is_set_up: bool) -> list[str]:
    """What `TENANTD_ROLES` says: what Frappe's wizard gives its first user, where it was run, or a
    list. System Manager is always among them."""
    named: list[str] | None = params.get("roles")
    if named is None:
        named = versions.wizard_roles() if is_set_up else []
    return [ROLE, *(role for role in named if role != ROLE)]


def insert_owner(params: JSON, key: str, secret: str, setup: JSON) -> tuple[str, list[str]]:
    """The owner with roles, password and keys in one insert; returns the user's name and roles."""
    first, _, last = params["fullName"].partition(" ")
    granted = roles(params, setup["state"] == "done")
    user = frappe.get_doc(
        {
            "doctype": "User",
            "email": params["owner"],
            "first_name": first,
            "last_name": last.strip(),
            "enabled": 1,
            "user_type": "System User",
            "send_welcome_email": 0,
            "new_password": params["password"],
            # Set here and not by User.generate_keys, whose secrets have 60 bits.
            "api_key": key,
            "api_secret": secret,
            "roles": [{"doctype": "Has Role", "role": role} for role in granted],
        }
    )
    if setup["state"] == "done":
        user.language, user.time_zone = setup["language"], setup["timeZone"]
    user.flags.no_welcome_mail = True
    user.flags.ignore_password_policy = True  # see check_password
    with spoken(setup.get("language")):
        user.insert(ignore_permissions=True)
    if params.get("login"):
        login.allow_many()
    return str(user.name), granted


@contextlib.contextmanager
def spoken(language: str | None) -> Iterator[None]:
    """What is written of the owner is in the language of the workspace: comments among it."""
    before = frappe.local.lang
    frappe.local.lang = language or before
    try:
        yield
    finally:
        frappe.local.lang = before


def prove_keys(user: str, key: str, secret: str) -> None:
    """Frappe's own check, on this connection: it sees the rows before anybody else can."""
    frappe.local.login_manager = frappe._dict(user="Guest")
    try:
        versions.validate_api_key_secret(key, secret)
        if frappe.session.user != user:
            raise Trouble("step_failed", "Frappe took the new API keys for another user's.")
    except frappe.AuthenticationError as error:
        raise Trouble("step_failed", "Frappe does not accept the new API keys.") from error
    finally:
        del frappe.local.login_manager
        frappe.set_user("Administrator")
