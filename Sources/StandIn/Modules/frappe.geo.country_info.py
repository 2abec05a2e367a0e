# The countries and languages that the stand-in knows, in the form of Frappe's own data of all.
from __future__ import annotations

from typing import Any

LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français", "pt-BR": "Português (Brasil)"}


def get_all() -> dict[str, dict[str, Any]]:
    return {
        "Germany": {"code": "de", "currency": "EUR", "timezones": ["Europe/Berlin"]},
        "France": {"code": "fr", "currency": "EUR", "timezones": ["Europe/Paris"]},
        "India": {"code": "in", "currency": "INR", "timezones": ["Asia/Kolkata"]},
        "United States": {
            "code": "us",
            "currency": "USD",
            "timezones": ["America/Adak", "America/Chicago", "America/New_York"],
        },
        "Antarctica": {"code": "aq", "timezones": []},
    }


def get_country_info(country: str | None = None) -> dict[str, Any]:
    return get_all().get(country or "", {})
