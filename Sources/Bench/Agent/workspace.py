# Puts a customer's company in the place of the tokens that the wizard was run with, in the signup's
# own transaction, and says what workspace that is.
import json
from typing import Any

import frappe

from . import wizard
from .wire import JSON, Trouble, invalid

LONGEST_NAME, LONGEST_ABBREVIATION = 140, 10
TOO_LONG, DUPLICATE = 1406, 1062
"""Errors of the database server."""


def fill(hidden: str, params: JSON) -> JSON:
    """At a site that the wizard has been run in, before anything else is written there; nothing of
    it where it has not. Returns what the answer says of the workspace."""
    found = wizard.read(hidden)
    if found is None:
        return {"state": "wizard"}
    profile, tokens = found["profile"], found["tokens"]
    setup: JSON = {"state": "done"}
    if profile["chartOfAccounts"]:
        company, abbreviation = names(params)
        replace(found["cells"], {tokens["company"]: company, tokens["abbreviation"]: abbreviation})
        setup.update(company=company, abbreviation=abbreviation)
    calendar()
    forget_cached()
    for name in ("country", "currency", "language", "timeZone", "chartOfAccounts"):
        if profile[name]:
            setup[name] = profile[name]
    return {**setup, **({"fiscalYear": found["fiscalYear"]} if found["fiscalYear"] else {})}


def names(params: JSON) -> tuple[str, str]:
    """The company's name and abbreviation, as ERPNext derives and checks them."""
    from frappe.model.naming import validate_name

    field = "companyName" if params.get("companyName") else "organizationName"
    company = str(params.get("companyName") or params["organization"]).strip()
    try:
        validate_name("Company", company)
    except frappe.ValidationError as error:
        raise invalid(field, f"is no name for a company: {plain(error)}") from error
    if company.lower() == "company":  # the wizard's own rule
        raise invalid(field, "must not be Company")
    if len(company) > LONGEST_NAME:
        raise invalid(field, f"must have at most {LONGEST_NAME} characters")
    given = params.get("abbreviation")
    initials = "".join(word[0] for word in company.split())
    abbreviation = str(given or initials.upper()[:LONGEST_ABBREVIATION]).strip()
    if not abbreviation:
        raise invalid("abbreviation", "must not be empty")
    if len(abbreviation) > LONGEST_ABBREVIATION:
        raise invalid("abbreviation", f"must have at most {LONGEST_ABBREVIATION} characters")
    if any(sign in abbreviation for sign in "<>"):
        raise invalid("abbreviation", "must not hold < or >")
    return company, abbreviation


def replace(cells: dict[str, dict[str, bool]], real: dict[str, str]) -> None:
    """One statement a table. Afterwards no cell of these tables holds a token."""
    patterns = [f"%{token}%" for token in real]
    for table, columns in cells.items():
        changes, values = [], []
        for column, has_json in columns.items():
            change, used = replaced(wizard.quoted(column), real, has_json)
            changes.append(f"{wizard.quoted(column)} = {change}")
            values += used
        likes = [f"{wizard.quoted(column)} LIKE %s" for column in columns for _ in real]
        statement = f"UPDATE {wizard.quoted(table)} SET {', '.join(changes)} WHERE "
        try:
            frappe.db.sql(statement + " OR ".join(likes), values + patterns * len(columns))
        except Exception as error:
            raise unfit(error, table, *real.values()) or error
    for table, columns in cells.items():
        if left := wizard.holding(table, list(columns), list(real)):
            raise left_over(table, left[0])


def replaced(column: str, real: dict[str, str], has_json: bool) -> tuple[str, list[str]]:
    """The expression for a column, and its values. Inside JSON a name is written as JSON does."""

    def nested(escape: Any) -> tuple[str, list[str]]:
        expression, values = column, []
        for token, name in real.items():
            expression = f"REPLACE({expression}, %s, %s)"
            values += [token, escape(name)]
        return expression, values

    plain, values = nested(str)
    if not has_json:
        return plain, values
    escaped, more = nested(lambda name: json.dumps(name)[1:-1])
    return f"CASE WHEN JSON_VALID({column}) THEN {escaped} ELSE {plain} END", more + values


def unfit(error: Exception, table: str, company: str, abbreviation: str) -> Trouble | None:
    """What the database has against a name. A chart has accounts with long names, to each of which
    ERPNext adds the abbreviation; the tokens did fit."""
    number = error.args[0] if error.args else None
    if number == TOO_LONG and len(company) <= wizard.COMPANY:
        why = f"is too long for this chart of accounts: {wizard.ABBREVIATION} characters fit"
        return invalid("abbreviation", why)
    if number == TOO_LONG:
        return invalid("companyName", "is too long, together with the abbreviation")
    if number == DUPLICATE:
        what = table.removeprefix("tab")
        return invalid("companyName", f"is the name of a {what} that every company has")
    return None


def check(hidden: str) -> None:
    """That no token is anywhere in the whole site: half a second, before a customer comes, or in
    a signup that was not rehearsed."""
    tokens = wizard.tokens_of(wizard.read(hidden))
    for table, columns in wizard.columns().items() if tokens else ():
        if left := wizard.holding(table, columns, tokens):
            raise left_over(table, left[0])


def left_over(table: str, column: str) -> Trouble:
    return Trouble("step_failed", f"A name of the template is left in {table}.{column}.")


def calendar() -> None:
    """A scheduled job that never ran counts from when the template was made: all would be due."""
    from frappe.utils import now_datetime

    if frappe.db.exists("DocType", "Scheduled Job Type"):
        now = str(now_datetime())
        frappe.db.sql("UPDATE `tabScheduled Job Type` SET last_execution = %s", (now,))


def forget_cached() -> None:
    """Defaults and documents that were read with the tokens in them. Of documents no site that waits
    has more in Redis than `caches.warm` puts there, and those have none."""
    from frappe.cache_manager import clear_defaults_cache

    clear_defaults_cache()
    for kept in (getattr(frappe.local, name, None) or {} for name in ("cache", "document_cache")):
        for key in [key for key in kept if "document_cache" in str(key) or "defaults" in str(key)]:
            del kept[key]


def plain(error: BaseException) -> str:
    from . import refusal

    return refusal.plain(refusal.said(error).get("message") or error)
