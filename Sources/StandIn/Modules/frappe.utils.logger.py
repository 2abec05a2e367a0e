# Log files, which the stand-in does without: the loggers are Python's own, and quiet.
from __future__ import annotations

import logging
from typing import Any


def get_logger(module: str | None = None, *arguments: Any, **options: Any) -> logging.Logger:
    return logging.getLogger(f"frappe.{module}")
