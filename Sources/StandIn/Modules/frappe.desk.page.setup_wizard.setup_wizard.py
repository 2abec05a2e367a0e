# The setup wizard of the stand-in: settings, a fiscal year, and a company with a few accounts.
from __future__ import annotations

import json
from typing import Any

import frappe
from frappe.sandbox import point
from frappe.utils import global_search

CHARTS = {
    "Standard": {"Assets": ["Debtors", "Bank"], "Income": ["Sales"]},
    "SKR03": {"Aktiva": ["Forderungen", "Bank"], "Erlöse": ["Umsatz"]},
}


def setup_complete(args: Any) -> dict[str, str]:
    if frappe.get_system_settings("setup_complete"):
        return {"status": "ok"}
    given = frappe._dict(args)
    languages = dict(frappe.db.sql("SELECT language_name, name FROM `tabLanguage`"))
    settings = {
        "country": given.country,
        "language": languages[given.language],
        "time_zone": given.timezone,
        "currency": given.currency,
        "enable_scheduler": 1,
    }
    frappe.db.set_single_value("System Settings", settings)
    point("setup_wizard", given.country)
    if given.company_name:
        _make_company(given)
    frappe.db.set_single_value("System Settings", "setup_complete", 1)
    frappe.db.commit()
    return {"status": "ok"}


def _make_company(given: Any) -> None:
    first, last = given.fy_start_date[:4], given.fy_end_date[:4]
    year = first if first == last else f"{first}-{last}"
    frappe.get_doc(doctype="Fiscal Year", name=year, year_start_date=given.fy_start_date).insert()
    name, abbr = given.company_name, given.company_abbr
    frappe.get_doc(
        doctype="Company", name=name, company_name=name, abbr=abbr, country=given.country,
        default_currency=given.currency, chart_of_accounts=given.chart_of_accounts,
    ).insert()
    number = 0
    for group, accounts in CHARTS[given.chart_of_accounts].items():
        parent = f"{group} - {abbr}"
        left = number = number + 1
        for account in accounts:
            _account(account, abbr, name, parent, (number + 1, number + 2))
            number += 2
        number += 1
        _account(group, abbr, name, "", (left, number))
    filters = json.dumps({"company": name, "account": f"Bank - {abbr}"})
    frappe.get_doc(doctype="Dashboard Chart", name="Income", filters_json=filters).insert()
    frappe.db.set_single_value("Global Defaults", "default_company", name)
    frappe.db.set_default("company", name)
    global_search.update("Company", name, f"Company : {name} ||| Abbr : {abbr}")


def _account(account: str, abbr: str, company: str, parent: str, place: tuple[int, int]) -> None:
    frappe.get_doc(
        doctype="Account", name=f"{account} - {abbr}", account_name=account, company=company,
        parent_account=parent, lft=place[0], rgt=place[1],
    ).insert()


def _get_default_roles() -> set[str]:
    skipped = {"Administrator", "All", "Guest"}
    return set(frappe.get_all("Role", pluck="name")) - skipped
