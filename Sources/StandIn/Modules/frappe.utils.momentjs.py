# The time zones that the stand-in knows, under Frappe's name.
from __future__ import annotations

from frappe.geo.country_info import get_all


def get_all_timezones() -> list[str]:
    zones = [zone for country in get_all().values() for zone in country["timezones"]]
    return sorted({*zones, "Antarctica/Troll", "UTC"})
