# Keeps the bench's apps out of the agent and of its own children, which hold root credentials,
# and keeps other processes of the same user from reading their memory.
import importlib.abc
import importlib.machinery
import sys
from types import ModuleType
from typing import Any, Sequence

import frappe

from . import build, children

PR_SET_DUMPABLE = 4


class NoApps(importlib.abc.MetaPathFinder):
    """Refuses to import a package of the bench's apps, or anything in one."""

    def __init__(self, apps: list[str]) -> None:
        self.apps = frozenset(apps)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] in self.apps:
            raise ImportError(f"{fullname}: no app's code runs beside root credentials")
        return None


def close() -> None:
    """From here on this process and the children it forks run no app's code."""
    sys.meta_path.insert(0, NoApps([app for app in build.bench_apps() if app != "frappe"]))
    # Frappe imports every app to list their modules, which nothing asks for here.
    if hasattr(frappe, "setup_module_map"):
        setattr(frappe, "setup_module_map", no_modules)
    if children.libc is not None:
        children.libc.prctl(PR_SET_DUMPABLE, 0)


def no_modules(*arguments: Any, **options: Any) -> None:
    frappe.local.app_modules, frappe.local.module_app = {}, {}
