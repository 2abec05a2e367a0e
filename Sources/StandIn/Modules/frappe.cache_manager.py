# Clearing a part of a site's cache, under Frappe's names.
from __future__ import annotations

import frappe


def clear_defaults_cache(user: str | None = None) -> None:
    frappe.cache.delete_keys("defaults")
