# What an app has against a signup, for the customer: its own sentence as plain text.
import html
import json
import re
from contextlib import contextmanager
from typing import Any, Iterator

import frappe

from .wire import Trouble

NOT_THE_CUSTOMERS = (
    *("DoesNotExistError", "ImplicitCommitError", "InReadOnlyMode", "LinkValidationError"),
    *("AppNotInstalledError", "EncryptionKeyError", "IncompatibleApp"),
)
"""Frappe's validation errors that speak of the site, and not of what somebody has entered."""
FIELDS = {
    **{"email": "email", "new_password": "password", "organization_name": "organizationName"},
    **dict.fromkeys(("first_name", "last_name", "full_name"), "fullName"),
}
"""What tenantd calls a field of Frappe's."""
LONGEST = 500
BREAKS = re.compile(r"<(?:br|/p|/li|/div|/h\d|/tr)\b[^>]*>", re.IGNORECASE)
TAGS = re.compile(r"<[a-zA-Z/!][^>]*>")


@contextmanager
def refusals() -> Iterator[None]:
    """In here a validation error of Frappe's or an app's is `refused`, with the sentence, its title
    and the field where they are known."""
    try:
        yield
    except frappe.ValidationError as error:
        names = {kind.__name__ for kind in type(error).__mro__}
        if names.intersection(NOT_THE_CUSTOMERS):
            raise
        raise refused(error) from error


def refused(error: BaseException) -> Trouble:
    told = said(error)
    missing = mandatory(error)
    text = plain(told.get("message") or str(error))
    if missing:
        text = f"{' and '.join(label(name) for name in missing)} must be given."
    field = FIELDS.get(missing[0]) if missing else None
    if type(error).__name__ == "InvalidEmailAddressError":
        field = "email"
    data = {"title": plain(told.get("title") or ""), "field": field}
    text = (text or "The signup was refused.")[:LONGEST]
    return Trouble("refused", text, **{key: value for key, value in data.items() if value})


def said(error: BaseException) -> dict[str, Any]:
    """What `frappe.throw` has put aside for the user; empty when the error came another way."""
    messages = getattr(frappe.local, "message_log", None) or []
    last = messages[-1] if messages else None
    if isinstance(last, str):  # 14
        try:
            last = json.loads(last)
        except ValueError:
            last = None
    if not isinstance(last, dict) or not last.get("raise_exception"):
        return {}
    text = last.get("message")
    # "Message" is what Frappe writes above one that has no title.
    title = last.get("title") if last.get("title") != "Message" else None
    return {"message": " ".join(text) if isinstance(text, list) else text, "title": title}


def mandatory(error: BaseException) -> list[str]:
    """The fields of “[User, jane@acme.com]: first_name, phone”."""
    if type(error).__name__ != "MandatoryError":
        return []
    return [name.strip() for name in str(error).rpartition("]:")[2].split(",") if name.strip()]


def label(name: str) -> str:
    field = frappe.get_meta("User").get_field(name)
    return str(getattr(field, "label", None) or name)


def plain(text: Any) -> str:
    """Without HTML, on one line."""
    bare = TAGS.sub("", BREAKS.sub(" ", str(text)))
    return " ".join(html.unescape(bare).split())
