# frappe.utils of the stand-in: the few helpers that its other modules and the agent share.
from __future__ import annotations

import os
from collections import deque
from datetime import datetime
from typing import Any, Callable


class CallbackManager:
    """Functions to run once, in the order they were added."""

    def __init__(self) -> None:
        self._functions: deque[Callable[[], Any]] = deque()

    def add(self, func: Callable[[], Any]) -> None:
        self._functions.append(func)

    def run(self) -> None:
        while self._functions:
            self._functions.popleft()()

    def reset(self) -> None:
        self._functions.clear()


def cint(value: Any, default: int = 0) -> int:
    try:
        return int(float(value))
    except (TypeError, ValueError, OverflowError):
        return default


def now() -> str:
    return now_datetime().strftime("%Y-%m-%d %H:%M:%S.%f")


def now_datetime() -> datetime:
    return datetime.now()


def get_bench_path() -> str:
    import frappe

    return os.path.dirname(os.path.realpath(getattr(frappe.local, "sites_path", ".")))


def get_bench_id() -> str:
    import frappe

    bench_id: str = frappe.get_conf().bench_id or get_bench_path().strip("/").replace("/", "-")
    return bench_id
