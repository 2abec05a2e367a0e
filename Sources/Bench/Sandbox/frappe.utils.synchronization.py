# A lock file of a site, as Frappe takes one before it writes the site's config.
from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import Iterator

import frappe


@contextmanager
def filelock(lock_name: str, *, timeout: int = 30, is_global: bool = False) -> Iterator[None]:
    """Holds `<site>/locks/<name>.lock`; a process that dies lets go of it."""
    folder = os.path.join(frappe.local.site_path, "locks")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, f"{lock_name}.lock"), "w", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
