# The file locks of a site: `locks/<name>.lock`, which stay behind when the lock itself has ended.
from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import Iterator

import frappe


class LockTimeoutError(Exception): ...


@contextmanager
def filelock(lock_name: str, *, timeout: float = 30, is_global: bool = False) -> Iterator[None]:
    """Holds the lock while the body runs; waits for it at most `timeout` seconds."""
    folder = os.path.join(frappe.local.sites_path, "..", "config") if is_global else None
    folder = os.path.abspath(folder or frappe.get_site_path("locks"))
    os.makedirs(folder, exist_ok=True)
    path, deadline = os.path.join(folder, f"{lock_name}.lock"), time.monotonic() + timeout
    with open(path, "w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise LockTimeoutError(f"Failed to acquire lock: {lock_name}") from None
                time.sleep(0.005)
        yield
