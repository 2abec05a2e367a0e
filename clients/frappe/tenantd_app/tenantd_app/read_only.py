# A workspace that can be read and not written: the database itself refuses, whatever the code does.
import json
from typing import TYPE_CHECKING, Any

import frappe

from . import answers

if TYPE_CHECKING:
    from .suspension import Suspension

SAFE = ("GET", "HEAD", "OPTIONS", "POST")
"""POST is how the desk reads: what such a request writes is seen by the database."""
OPEN = {
    "login",
    "logout",
    "web_logout",
    "frappe.auth.logout",
    "frappe.handler.logout",
    "frappe.handler.web_logout",
    "frappe.www.login.login_via_key",
    "frappe.www.login.login_via_token",
    "frappe.integrations.doctype.ldap_settings.ldap_settings.login",
    "frappe.integrations.oauth2_logins.custom",
    "frappe.integrations.oauth2_logins.login_via_facebook",
    "frappe.integrations.oauth2_logins.login_via_fairlogin",
    "frappe.integrations.oauth2_logins.login_via_frappe",
    "frappe.integrations.oauth2_logins.login_via_github",
    "frappe.integrations.oauth2_logins.login_via_google",
    "frappe.integrations.oauth2_logins.login_via_keycloak",
    "frappe.integrations.oauth2_logins.login_via_office365",
    "frappe.integrations.oauth2_logins.login_via_salesforce",
    "tenantd_app.login.redeem",
}
"""What logs in or out: that is written down."""
LEFT_OPEN = ("/api/method/", "/api/v1/method/", "/api/v2/method/")
STATUS = 503
"""Frappe's own, for what its maintenance would refuse."""


def enter(found: "Suspension") -> None:
    """For the rest of the request. Frappe's own flag, which its maintenance sets, has it leave out
    what it would write by the way, and begin each transaction read-only; a transaction that
    somebody begins past Frappe is read-only because the session is."""
    request = frappe.local.request
    if method_of(request) in OPEN:
        return
    if request.method not in SAFE or is_write(request):
        raise answers.read_only(found)
    frappe.flags.tenantd_suspended = found
    frappe.flags.read_only = True
    frappe.db.sql("SET SESSION TRANSACTION READ ONLY")
    # What Frappe has written of the session itself; the next transaction begins with the flag.
    frappe.db.commit()


def method_of(request: Any) -> str:
    """As Frappe finds it: what `cmd` says goes before what the path says."""
    if command := (frappe.local.form_dict or {}).get("cmd"):
        return str(command)
    path = str(request.path)
    for prefix in LEFT_OPEN:
        if path.startswith(prefix):
            return path.removeprefix(prefix).strip("/")
    return ""


def is_write(request: Any) -> bool:
    """A document that is posted to Frappe's resources is made by that."""
    parts = [part for part in str(request.path).split("/") if part]
    if request.method != "POST" or not parts or parts[0] != "api":
        return False
    rest = parts[2:] if parts[1:2] and parts[1] in ("v1", "v2") else parts[1:]
    return len(rest) == 2 and rest[0] in ("resource", "document")


def refuse_writing() -> None:
    """For what would write elsewhere than in the database."""
    if found := (frappe.flags or {}).get("tenantd_suspended"):
        frappe.throw(answers.sentence(found), exc=frappe.InReadOnlyMode, title=answers.READ_ONLY)


def after_request(response: Any = None, **_: Any) -> None:
    """Frappe says that it is being maintained, which it is not."""
    found = (getattr(frappe.local, "flags", None) or {}).get("tenantd_suspended")
    if not found or response is None or getattr(response, "status_code", 0) != STATUS:
        return
    if response.mimetype == "application/json":
        response.set_data(json.dumps(answers.body(found, "InReadOnlyMode")))
    else:
        response.set_data(answers.page(found))
        response.headers["Content-Type"] = "text/html; charset=utf-8"
    for name, value in answers.HEADERS.items():
        response.headers[name] = value
