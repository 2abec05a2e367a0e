# What Frappe takes for a number.
from typing import Any


def cint(value: Any) -> int:
    try:
        return int(float(value))
    except (TypeError, ValueError):
        return 0
