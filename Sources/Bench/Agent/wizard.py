# Runs Frappe's own setup wizard in a site that has no customer yet, for a company whose name and
# abbreviation are tokens; finds every cell that holds one, and keeps that list with the site.
import json
import os
import secrets
import shutil
import string
from typing import Any

import frappe

from . import drop, files, folder, methods, versions
from .wire import JSON, Trouble

NAME = "tenantd-workspace.json"
"""In the site's folder, until it has a customer: its profile, the tokens, and where they are."""
COMPANY, ABBREVIATION = 20, 5
"""Letters of a token. A chart may have accounts whose names leave an abbreviation no more room."""
TEXTS = ("char", "varchar", "tinytext", "text", "mediumtext", "longtext", "json", "binary")
COLUMNS = (
    "SELECT table_name, column_name, data_type FROM information_schema.columns"
    " WHERE table_schema = DATABASE() AND is_generated = 'NEVER' AND table_name IN"
    " (SELECT table_name FROM information_schema.tables"
    " WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE')"
    " ORDER BY table_name, ordinal_position"
)
Columns = dict[str, list[str]]


@methods.stage("wizard", takes=("hidden", "profile"))
def set_up(params: JSON, emit: methods.Emit) -> None:
    """Runs without root, at a site that nobody else is at."""
    hidden, profile = params["hidden"], params["profile"]
    company, abbreviation = token(COMPANY), token(ABBREVIATION)
    folder.reconnect(hidden)
    versions.run_wizard(answers(profile, company, abbreviation))
    versions.index_search()
    frappe.clear_cache()
    if not versions.is_set_up():
        raise Trouble("step_failed", "Frappe's setup wizard ended, and the site is not set up.")
    if profile["chartOfAccounts"] and not frappe.db.exists("Company", company):
        raise Trouble("step_failed", f"ERPNext's setup wizard made no company. {last_error()}")
    drop.drop_queued_jobs(hidden)  # the template's, with the token's name in them
    year = frappe.db.get_value("Fiscal Year", {}, "name") if profile["fiscalYear"] else None
    tokens = {"company": company, "abbreviation": abbreviation}
    found = {"profile": profile, "tokens": tokens, "fiscalYear": year}
    keep(hidden, {**found, "cells": cells(list(tokens.values()), hidden)})
    frappe.db.rollback()


def answers(profile: JSON, company: str, abbreviation: str) -> JSON:
    """What the customer would enter in the wizard. No user: the owner comes with the claim."""
    year = profile["fiscalYear"] or {}
    return {
        "language": profile["languageName"],
        "lang": profile["languageName"],
        "country": profile["country"],
        "currency": profile["currency"],
        "timezone": profile["timeZone"],
        "company_name": company,
        "company_abbr": abbreviation,
        "chart_of_accounts": profile["chartOfAccounts"],
        "fy_start_date": year.get("start"),
        "fy_end_date": year.get("end"),
        "setup_demo": 0,
        "enable_telemetry": 0,
    }


def token(letters: int) -> str:
    """Both cases are in it, so that what is derived from it is known; but no vowel, so that no word
    of any language is. That it occurs nowhere else is seen when it is looked for: what has it by
    chance has it in another case, and the template is made again."""
    consonants = "".join(sorted(set(string.ascii_lowercase) - set("aeiouy")))
    while True:
        rest = "".join(secrets.choice(consonants + consonants.upper()) for _ in range(letters - 1))
        if rest not in (rest.lower(), rest.upper()):
            return "Q" + rest


def last_error() -> str:
    """What the wizard has logged instead of raising it."""
    found = frappe.db.sql("SELECT error FROM `tabError Log` ORDER BY creation DESC LIMIT 1")
    lines = str(found[0][0]).strip().splitlines() if found else []
    return lines[-1][:300] if lines else ""


def columns() -> Columns:
    """The columns of the site's tables that can hold a text."""
    found: Columns = {}
    for table, column, kind in frappe.db.sql(COLUMNS):
        if str(kind).lower() in TEXTS or "blob" in str(kind).lower():
            found.setdefault(table, []).append(column)
    return found


def quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def holding(table: str, names: list[str], tokens: list[str]) -> list[str]:
    """Which columns of a table hold a token, in whatever case it is written."""
    each = " OR ".join("{0} LIKE %s" for _ in tokens)
    sums = ", ".join(f"SUM({each.format(quoted(name))})" for name in names)
    patterns = [f"%{word}%" for word in tokens] * len(names)
    row = frappe.db.sql(f"SELECT {sums} FROM {quoted(table)}", patterns)[0]
    return [name for name, count in zip(names, row, strict=True) if count]


def cells(tokens: list[str], site: str) -> dict[str, dict[str, bool]]:
    """Where the tokens are: by table and column, with whether JSON is among the cells. Raises where
    one is in another form than as it is, or in a file: no name could be put in its place."""
    found: dict[str, dict[str, bool]] = {}
    for table, names in columns().items():
        for column in holding(table, names, tokens):
            found.setdefault(table, {})[column] = has_json(table, column, tokens)
    for path in files_holding(tokens, site):
        raise Trouble("step_failed", f"The setup wizard has put the company's name in {path}.")
    return found


def has_json(table: str, column: str, tokens: list[str]) -> bool:
    name = quoted(column)
    where = " OR ".join(f"{name} LIKE %s" for _ in tokens)
    rows = frappe.db.sql(
        f"SELECT {name} FROM {quoted(table)} WHERE {where}", [f"%{word}%" for word in tokens]
    )
    found = False
    for (value,) in rows:
        text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
        for word in tokens:
            if text.count(word) != text.lower().count(word.lower()):
                told = f"The setup wizard has changed the company's name in {table}.{column}."
                raise Trouble("step_failed", told)
        found = found or is_json(text)
    return found


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def files_holding(tokens: list[str], site: str) -> list[str]:
    """Files of the site, but for its logs, that have a token in their name or their content."""
    found = []
    for name in ("public", "private"):
        for at, folders, names in os.walk(os.path.join(site, name)):
            for path in [os.path.join(at, each) for each in (*folders, *names)]:
                data = b""
                if os.path.isfile(path) and not os.path.islink(path):
                    with open(path, "rb") as file:
                        data = file.read()
                text = os.path.basename(path).encode(errors="replace") + b"\n" + data
                if any(word.lower().encode() in text.lower() for word in tokens):
                    found.append(path)
    return found


def keep(site: str, workspace: JSON) -> None:
    files.replace(os.path.join(site, NAME), json.dumps(workspace), mode=0o640)


def read(site: str) -> JSON | None:
    """What is kept with a site that the wizard has been run in."""
    try:
        with open(os.path.join(site, NAME), encoding="utf-8") as file:
            found: JSON = json.load(file)
            return found
    except FileNotFoundError:
        return None


def copy(template: str, hidden: str) -> None:
    """A copy of a template has its tokens at the same places."""
    if os.path.exists(path := os.path.join(template, NAME)):
        shutil.copyfile(path, os.path.join(hidden, NAME))
        os.utime(path)  # when a profile was asked for last


def forget(site: str) -> None:
    """It has a customer."""
    try:
        os.unlink(os.path.join(site, NAME))
    except FileNotFoundError:
        pass


def tokens_of(workspace: Any) -> list[str]:
    return list((workspace or {"tokens": {}})["tokens"].values())
