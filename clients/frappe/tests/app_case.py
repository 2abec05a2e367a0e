# What the app's tests share: the app beside a Frappe that is just large enough, and a site.
import os
import sys
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "fake"), str(HERE.parent / "tenantd_app")]

import frappe as frappe  # noqa: E402


class Document(SimpleNamespace):
    """What the app sees of a User or a File."""

    def get(self, name: str) -> Any:
        return getattr(self, name, None)

    def has_desk_access(self) -> bool:
        return bool(self.user_type == "System User")

    def get_full_path(self) -> str:
        folder = "private" if self.file_url.startswith("/private/") else "public"
        return str(frappe.get_site_path(folder, "files", os.path.basename(self.file_url)))

    def delete_file_from_filesystem(self, only_thumbnail: bool = False) -> None:
        if not only_thumbnail:
            os.unlink(self.get_full_path())


class AppCase(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        frappe.begin(folder.name, {"state": "active"})
        self.addCleanup(lambda: frappe.local.db.close())

    def plan(self, **limits: Any) -> None:
        frappe.write({"state": "active", "plan": {"name": "free", **limits}})

    def request(self, path: str = "/", method: str = "GET", **headers: str) -> None:
        known = {name.replace("_", "-"): value for name, value in headers.items()}
        frappe.local.request = SimpleNamespace(
            path=path, method=method, headers=known, host="acme.localhost:8080"
        )
