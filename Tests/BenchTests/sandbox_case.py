# What the tests of the stand-in for Frappe share: its package tree, a bench, a site, an owner.
from __future__ import annotations

import atexit
import contextlib
import io
import json
import os
import shutil
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).resolve().parents[2] / "Sources" / "StandIn" / "Modules"


def package_tree(into: Path) -> None:
    """Lays the flat, dotted files out as the package that they name."""
    names = [file.stem for file in SOURCES.glob("*.py")]
    for name in names:
        target = into.joinpath(*name.split("."))
        is_package = any(other.startswith(name + ".") for other in names)
        target = target / "__init__.py" if is_package else target.with_suffix(".py")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SOURCES / f"{name}.py", target)


TREE = Path(tempfile.mkdtemp())
atexit.register(shutil.rmtree, TREE)
package_tree(TREE)
sys.path.insert(0, str(TREE))
sys.dont_write_bytecode = True

import frappe as frappe  # noqa: E402
import frappe.app  # noqa: E402
import frappe.auth  # noqa: E402
import frappe.database.db_manager  # noqa: E402
import frappe.installer  # noqa: E402
import frappe.sandbox  # noqa: E402
import frappe.email.doctype.email_queue.email_queue  # noqa: E402
import frappe.realtime  # noqa: E402
import frappe.utils.background_jobs  # noqa: E402
import frappe.utils.password  # noqa: E402


class SandboxCase(unittest.TestCase):
    def setUp(self) -> None:
        self.bench = Path(frappe.sandbox.create(tempfile.mkdtemp()))
        self.addCleanup(shutil.rmtree, self.bench)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.bench / "sites")
        self.addCleanup(frappe.destroy)

    def new_site(
        self, site: str = "acme.localhost", apps: tuple[str, ...] = ("nexus_core",)
    ) -> str:
        frappe.destroy()
        frappe.init(site, new_site=True)
        name = "db_" + site.split(".")[0]
        with contextlib.redirect_stdout(io.StringIO()) as out:
            frappe.installer._new_site(name, site, admin_password="admin-pw", install_apps=apps)
        self.assertIn("Installing frappe", out.getvalue())
        return name

    def owner(self, email: str = "John@Acme.com", **values: Any) -> Any:
        user = frappe.get_doc(
            {
                "doctype": "User",
                "email": email,
                "first_name": "John",
                "last_name": "Doe",
                "new_password": "SecurePass123",
                "send_welcome_email": 0,
                "api_key": "k" * 64,
                "api_secret": "s" * 64,
                "roles": [{"role": "System Manager"}],
                **values,
            }
        )
        return user.insert(ignore_permissions=True)

    def levers(self, **levers: Any) -> None:
        (self.bench / "sites" / "sandbox.json").write_text(json.dumps(levers))

    def root(self, password: str | None = None) -> Any:
        return frappe.database.get_db(
            user="root", password=password or frappe.conf.root_password, host="127.0.0.1"
        )

    def queued(self) -> list[bytes]:
        return list(frappe.utils.background_jobs.get_redis_conn().scan_iter(match="rq:job:*"))
