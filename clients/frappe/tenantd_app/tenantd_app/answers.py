# What somebody is answered who may not: JSON for a program, a page for a person.
import html
import json
import os
from typing import TYPE_CHECKING, Any

import frappe
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from .suspension import Suspension

STATUS = 503
"""As Frappe answers for a site in maintenance: with and without this app, who asks sees one status.
Search engines keep the pages of a site that answers so; 402 would have them forgotten."""
HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
SUSPENDED, READ_ONLY = "Workspace suspended", "Workspace is read-only"
PAGE = os.path.join(os.path.dirname(__file__), "suspended.html")


def blocked(found: "Suspension") -> HTTPException:
    return refusal(found, "WorkspaceSuspended")


def read_only(found: "Suspension") -> HTTPException:
    return refusal(found, "InReadOnlyMode")


def refusal(found: "Suspension", exception: str) -> HTTPException:
    if wants_json():
        return stop(STATUS, body(found, exception), HEADERS)
    return HTTPException(
        response=Response(page(found), STATUS, HEADERS, content_type="text/html; charset=utf-8")
    )


def stop(status: int, told: dict[str, Any], headers: dict[str, str]) -> HTTPException:
    """An exception that is the answer itself: Frappe hands it on as it is."""
    text = json.dumps(told)
    return HTTPException(
        response=Response(text, status, {**HEADERS, **headers}, content_type="application/json")
    )


def body(found: "Suspension", exception: str) -> dict[str, Any]:
    return told(sentence(found), title(found), exception, {"kind": "suspended", **found})


def told(message: str, heading: str, exception: str, more: dict[str, Any]) -> dict[str, Any]:
    """As Frappe's own errors are, so that the desk shows the sentence, and `tenantd` beside it."""
    shown = {"message": html.escape(message), "title": heading, "indicator": "orange"}
    return {
        "exc_type": exception,
        "message": message,
        "_server_messages": json.dumps([json.dumps(shown)]),
        "tenantd": more,
    }


def title(found: "Suspension") -> str:
    return READ_ONLY if found["mode"] == "read_only" else SUSPENDED


def sentence(found: "Suspension") -> str:
    if found["mode"] == "read_only":
        text = "This workspace is read-only at present: everything can be read, nothing changed."
    else:
        text = "This workspace is suspended. Nothing in it is lost."
    return f"{text} {found['reason']}" if found["reason"] else text


def wants_json() -> bool:
    """As Frappe decides it."""
    request = frappe.local.request
    accepted = request.headers.get("Accept") or ""
    if "application/json" in accepted or request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return True
    is_call = request.path.startswith("/api/") or bool((frappe.local.form_dict or {}).get("cmd"))
    return is_call and not accepted.startswith("text")


def page(found: "Suspension") -> str:
    """A page that needs nothing else: no script, no font, no picture of a site that is stopped."""
    if found["mode"] == "read_only":
        about = "You can read and export everything in it. Changing something is not possible now."
    else:
        about = "Nobody can use it at present. Nothing in it is lost."
    reason = ""
    if found["reason"]:
        reason = f'<p class="reason">{html.escape(found["reason"])}</p>'
    with open(PAGE, encoding="utf-8") as file:
        text = file.read()
    words = {
        "title": "This workspace is read-only" if found["mode"] == "read_only" else
        "This workspace is suspended",
        "about": about,
        "host": html.escape(str(frappe.local.request.host).partition(":")[0]),
        "reason": reason,  # the last one: nothing in it is a place for another
    }
    for name, value in words.items():
        text = text.replace("{{ " + name + " }}", value)
    return text
