# Tests of rehearsals with apps that will not have themselves undone:
# python3 Tests/BenchTests/rehearsal_test.py
from __future__ import annotations

import shutil
import socket
import sys
import unittest
import unittest.mock
from pathlib import Path
from typing import Any

import agent_case  # lays the agent's package beside the stand-in's
import sandbox_case
from sandbox_case import frappe

from tenantd_agent import config, folder, rehearsal, snapshot
from tenantd_agent.wire import Trouble

HABITS = {
    "ddl": ('frappe.db.sql_ddl("CREATE TABLE habit (a INT)")', "ended the transaction with CREATE"),
    "bare_commit": ('frappe.db.sql("COMMIT")', "ended the transaction with COMMIT"),
    "file": (
        'open(frappe.get_site_path("private", "files", "x"), "w").close()',
        "wrote the file private/files/x",
    ),
    "http": (
        'import socket; socket.create_connection(("crm.example.com", 443))',
        "asked for the address of crm.example.com",
    ),
    "program": ('import subprocess; subprocess.run(["true"])', "started a program"),
    "refusal": ('frappe.throw("No rehearsals here")', "raised ValidationError"),
}
HARMLESS = {
    "commit": "frappe.db.commit()",
    "enqueue": 'frappe.enqueue("habit.run")',
    "mail": 'frappe.sendmail(recipients=doc.name, now=True)',
    "publish": 'frappe.publish_realtime("welcome", user=doc.name)',
    "callback": 'frappe.db.after_commit.add(lambda: open("ran", "w"))',
    "undone_file": (
        'path = frappe.get_site_path("private", "files", "x"); open(path, "w").close();'
        " import os; frappe.db.after_rollback.add(lambda: os.unlink(path))"
    ),
}
TEMPLATE = "tenantd-" + "f" * 32
PARAMS = {"apps": ["nexus_core"], "settings": "SaaS Settings", "templateSite": TEMPLATE}
HIDDEN = "tenantd-" + "0" * 32


class RehearsalTest(sandbox_case.SandboxCase):
    def setUp(self) -> None:
        super().setUp()
        self.new_site(TEMPLATE)
        template = frappe.local.site
        frappe.db.commit()
        mark = {"job": "f" * 32, "session": "s"}
        conf = config.read(template) or {}
        config.replace(template, {**conf, "tenantd": {**mark, "state": "template"}})
        self.template = template

    def standby(self, app: str) -> None:
        if Path(HIDDEN).exists():
            self.drop()
        self.new_site(HIDDEN, apps=("nexus_core", app))
        frappe.db.commit()
        frappe.utils.password.get_encryption_key()
        conf = config.read(HIDDEN) or {}
        config.replace(HIDDEN, {**conf, "tenantd": {"state": "standby", "job": "0" * 32}})
        folder.reconnect(HIDDEN)

    def app(self, name: str, code: str) -> str:
        """An app whose hook does this when a user is made; returns its name."""
        app = f"habit_{name}_{len(sys.modules)}"
        package = Path(frappe.local.sites_path, "..", "apps", app, app)
        package.mkdir(parents=True)
        events = {"User": {"after_insert": f"{app}.habits.after_insert"}}
        (package / "__init__.py").write_text("__version__ = '1'\n")
        (package / "hooks.py").write_text(f"doc_events = {events!r}\n")
        (package / "habits.py").write_text(
            f"import frappe\n\ndef after_insert(doc, method):\n    {code.strip()}\n"
        )
        with open("apps.txt", "a") as apps:
            apps.write(app + "\n")
        self.standby(app)
        return app

    def queue(self) -> dict[str, Any]:
        return {file.name: file.read_text() for file in (self.bench / "queue").iterdir()}

    def mark(self, site: str) -> Any:
        return (config.read(site) or {})["tenantd"]

    def test_a_rehearsal_leaves_the_site_as_it_was(self) -> None:
        self.standby("nexus_core")
        before, queue = snapshot.take(HIDDEN), self.queue()
        rehearsal.prepare(HIDDEN, PARAMS)
        self.assertEqual(snapshot.take(HIDDEN).difference(before), "")
        self.assertEqual(self.queue(), queue)
        self.assertNotIn("unrehearsed", self.mark(self.template))

    def test_what_can_be_held_back_is(self) -> None:
        for name, code in HARMLESS.items():
            with self.subTest(name):
                self.app(name, code)
                before, queue = snapshot.take(HIDDEN), self.queue()
                rehearsal.prepare(HIDDEN, PARAMS)
                self.assertEqual(snapshot.take(HIDDEN).difference(before), "")
                self.assertEqual(self.queue(), queue)
                self.assertNotIn("unrehearsed", self.mark(self.template))
                self.assertFalse(Path("ran").exists())

    def test_what_cannot_ends_the_rehearsals_of_the_build(self) -> None:
        for name, (code, what) in HABITS.items():
            with self.subTest(name):
                app = self.app(name, code)
                with self.assertRaises(Trouble) as raised:
                    rehearsal.prepare(HIDDEN, PARAMS)
                self.assertEqual(raised.exception.kind, "rehearsal_off")
                self.assertIn(f"{app}.habits.after_insert {what}", raised.exception.message)
                self.assertEqual(self.mark(HIDDEN)["state"], "broken")
                self.assertEqual(self.mark(self.template)["unrehearsed"], raised.exception.message)
                self.standby(app)
                before = snapshot.take(HIDDEN)
                rehearsal.prepare(HIDDEN, PARAMS)
                self.assertEqual(snapshot.take(HIDDEN).difference(before), "")
                folder.mark(self.template, unrehearsed=None)

    def test_nobody_is_called(self) -> None:
        """A listener on this machine, at an address that is not the bench's own."""
        with socket.create_server(("127.0.0.2", 0)) as listener:
            address = listener.getsockname()
            app = self.app("call", f"import socket; socket.create_connection({address!r})")
            with self.assertRaisesRegex(Trouble, f"{app}.*127.0.0.2"):
                rehearsal.prepare(HIDDEN, PARAMS)
            listener.settimeout(0)
            with self.assertRaises(BlockingIOError):
                listener.accept()

    def test_a_database_that_fails_is_no_habit(self) -> None:
        self.standby("nexus_core")
        error = frappe.db.OperationalError(2013, "Lost connection to MySQL server during query")
        with unittest.mock.patch.object(rehearsal, "insert_owner", side_effect=error):
            with self.assertRaises(frappe.db.OperationalError):
                rehearsal.prepare(HIDDEN, PARAMS)
        self.assertNotIn("unrehearsed", self.mark(self.template))

    def drop(self) -> None:
        frappe.db.close()
        name = frappe.conf.db_name
        frappe.destroy()
        frappe.init("")
        shutil.rmtree(HIDDEN)
        for file in (self.bench / "databases").glob(f"{name}*"):
            file.unlink()


if __name__ == "__main__":
    unittest.main()
