# Which charts of accounts there are for a country, as ERPNext's own function tells it.
from __future__ import annotations

import frappe


def get_charts_for_country(country: str, with_standard: bool = False) -> list[str]:
    own = ["SKR03"] if frappe.get_cached_value("Country", country, "code") == "de" else []
    return [*own, "Standard"] if with_standard or not own else own
