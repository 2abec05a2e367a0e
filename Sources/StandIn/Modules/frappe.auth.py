# Who is asking: API keys and passwords, checked as Frappe checks them.
from __future__ import annotations

import base64
import secrets

import frappe
from frappe.sandbox import point
from frappe.utils.password import get_decrypted_password


def validate_api_key_secret(
    api_key: str, api_secret: str, frappe_authorization_source: str | None = None
) -> None:
    doctype = frappe_authorization_source or "User"
    point("auth")
    name = frappe.db.get_value(doctype, {"api_key": api_key}, "name")
    if not name:
        raise frappe.AuthenticationError
    expected = get_decrypted_password(doctype, name, fieldname="api_secret") or ""
    if not secrets.compare_digest(api_secret.encode(), expected.encode()):
        raise frappe.AuthenticationError
    if frappe.local.login_manager.user in ("", "Guest"):
        frappe.set_user(name)


def validate_auth(authorization: str) -> None:
    """Sets the session's user by an Authorization header; one that names no user is refused."""
    frappe.set_user("Guest")
    frappe.local.login_manager = frappe._dict(user="Guest")
    kind, _, token = authorization.partition(" ")
    if not token:
        return
    try:
        if kind.lower() == "basic":
            kind, token = "token", base64.b64decode(token).decode()
        if kind.lower() == "token":
            api_key, api_secret = token.split(":")
            validate_api_key_secret(api_key, api_secret)
    except ValueError:
        pass
    if frappe.session.user in ("", "Guest"):
        raise frappe.AuthenticationError


def get_logged_user() -> str:
    return str(frappe.session.user)


def resume(cookies: str) -> None:
    """Sets the session's user by a cookie, where no header has."""
    sid = dict(pair.strip().partition("=")[::2] for pair in cookies.split(";")).get("sid")
    if sid and frappe.session.user == "Guest":
        if user := frappe.db.get_value("Sessions", {"sid": sid}, "user"):
            frappe.set_user(user)
