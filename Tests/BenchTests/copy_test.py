# Tests of copies: what belongs to one, when there is none, and by what the agent knows templates and
# sites without looking at each.
# python3 Tests/BenchTests/copy_test.py
from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

import sandbox_case
from agent_case import Agent, AgentCase

from tenantd_agent import config, content, folder, index, note, objects, prepare

frappe = sandbox_case.frappe


class FilesCase(unittest.TestCase):
    def setUp(self) -> None:
        self.bench = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.bench)
        self.addCleanup(os.chdir, os.getcwd())
        (self.bench / "sites").mkdir()
        os.chdir(self.bench / "sites")
        Path("common_site_config.json").write_text("{}")
        frappe.init(site="", sites_path=".")
        self.addCleanup(frappe.destroy)

    def site(self, name: str, state: str, **mark: object) -> Path:
        path = self.bench / "sites" / name
        path.mkdir()
        config.replace(name, {"db_name": f"db_{name}", "tenantd": {"state": state, **mark}})
        return path


class Content(FilesCase):
    def setUp(self) -> None:
        super().setUp()
        self.app = self.bench / "apps" / "shop" / "shop"
        (self.app / "doctype").mkdir(parents=True)
        (self.app / "hooks.py").write_text("app_name = 'shop'")
        self.field = self.app / "doctype" / "order.json"
        self.field.write_text('{"fields": []}')

    def test_another_field_is_another_build(self) -> None:
        before = content.content("shop")
        self.field.write_text('{"fields": [1]}')
        self.assertNotEqual(content.content("shop"), before)

    def test_the_same_code_in_a_new_image_is_the_same_build(self) -> None:
        before = content.content("shop")
        os.utime(self.field, (1, 1))
        self.assertEqual(content.content("shop"), before)

    def test_a_change_of_the_same_size_is_seen_by_its_time(self) -> None:
        before = content.content("shop")
        self.field.write_text('{"fields": {}}')
        os.utime(self.field, (5, 5))
        self.assertNotEqual(content.content("shop"), before)

    def test_what_python_and_browsers_keep_is_no_code(self) -> None:
        before = content.content("shop")
        for name in ("__pycache__", "public", "node_modules", ".git"):
            (self.app / name).mkdir()
            (self.app / name / "x.js").write_text("x")
        self.assertEqual(content.content("shop"), before)

    def test_a_damaged_memory_is_made_again(self) -> None:
        before = content.content("shop")
        Path(content.KEPT).write_text("{")
        self.assertEqual(content.content("shop"), before)


class Sites(FilesCase):
    def test_counts_follow_every_change(self) -> None:
        sites = index.Index()
        self.site("a.localhost", "active", owner="o@a", job="1")
        self.site("tenantd-1", "preparing", job="2")
        sites.refresh()
        self.assertEqual(sites.counts(), {"active": 1, "preparing": 1})
        config.replace("tenantd-1", {"db_name": "x", "tenantd": {"state": "standby", "job": "2"}})
        sites.glance()
        self.assertEqual(sites.counts(), {"active": 1, "standby": 1})
        self.assertEqual([r["site"] for r in sites.of_state("standby")], ["tenantd-1"])
        shutil.rmtree("a.localhost")
        sites.glance()
        self.assertEqual(sites.counts(), {"standby": 1})
        self.assertIsNone(sites.tenant("owner", "o@a"))

    def test_another_folder_under_the_same_name_is_another_site(self) -> None:
        sites = index.Index()
        self.site("a.localhost", "active", owner="o@a")
        sites.refresh()
        os.rename("a.localhost", "b.localhost")
        self.site("a.localhost", "active", owner="o@b")
        sites.glance()
        self.assertEqual(sites.tenant("owner", "o@a"), "b.localhost")
        self.assertEqual(sites.tenant("owner", "o@b"), "a.localhost")


class Copies(FilesCase):
    def setUp(self) -> None:
        super().setUp()
        self.template, self.copy = self.site("t", "template"), self.site("c", "preparing")
        for name in ("private/backups", "private/files", "public/files/backups"):
            (self.template / name).mkdir(parents=True)

    def test_links_modes_and_nothing_private(self) -> None:
        files = self.template / "private" / "files"
        (files / "key").write_text("k")
        os.chmod(files / "key", 0o600)
        os.symlink("key", files / "near")
        os.symlink(files / "key", files / "whole")
        os.symlink("nowhere", files / "dangling")
        (self.template / "private" / "backups" / "dump.sql").write_text("secret")
        (self.template / "public" / "files" / "backups" / "seen").write_text("by everybody")
        folder.copy_files("t", "c")
        copied = self.copy / "private" / "files"
        self.assertEqual(os.stat(copied / "key").st_mode & 0o777, 0o600)
        self.assertEqual(os.readlink(copied / "near"), "key")
        self.assertEqual(os.readlink(copied / "whole"), "key")
        self.assertEqual(os.readlink(copied / "dangling"), "nowhere")
        self.assertFalse((self.copy / "private" / "backups").exists())
        self.assertTrue((self.copy / "public" / "files" / "backups" / "seen").exists())
        self.assertEqual(folder.contents("t"), folder.contents("c"))

    def test_settings_of_an_app_are_copied_but_for_secrets(self) -> None:
        conf = json.loads((self.template / "site_config.json").read_text())
        config.replace("t", {**conf, "mute_emails": 1})
        folder.copy_files("t", "c")
        self.assertEqual((config.read("c") or {})["mute_emails"], 1)
        self.assertEqual((config.read("c") or {})["db_name"], "db_c")
        config.replace("t", {**conf, "signing_key": "0123456789abcdef"})
        with self.assertRaises(objects.Uncopyable):
            folder.copy_files("t", "c")

    def test_what_is_no_file_is_not_passed_over(self) -> None:
        os.mkfifo(self.template / "private" / "files" / "pipe")
        with self.assertRaises(OSError):
            folder.copy_files("t", "c")


class Fallback(AgentCase):
    """The fast way fails: the customer is served by the installer."""

    def template(self, agent: Agent) -> Any:
        answer = agent.call("template", job=os.urandom(16).hex())
        self.assertIn("result", answer)
        return answer["result"]

    def test_a_copy_has_its_views_and_triggers(self) -> None:
        agent = self.start()
        made = self.template(agent)
        self.assertIsNone(made["uncopyable"])
        source = self.config(made["hidden"])["db_name"]
        view = "CREATE VIEW people AS SELECT name FROM tabUser"
        database = sqlite3.connect(self.bench / "databases" / f"{source}.sqlite")
        database.execute(view)
        database.close()
        path, _ = self.sign_up(agent, self.order("acme.localhost"))
        self.assertEqual(path, "copy")
        target = self.config("acme.localhost")["db_name"]
        database = sqlite3.connect(self.bench / "databases" / f"{target}.sqlite")
        self.assertIn((view,), database.execute("SELECT sql FROM sqlite_master").fetchall())
        database.close()

    def statements(self, site: str, *statements: str) -> list[Any]:
        """What the last of them finds in the site's database."""
        path = self.bench / "databases" / (self.config(site)["db_name"] + ".sqlite")
        database = sqlite3.connect(path)
        try:
            found = [database.execute(statement).fetchall() for statement in statements]
            database.commit()
            return found[-1]
        finally:
            database.close()

    def test_a_copy_has_nobodys_session_and_history(self) -> None:
        """Who is logged in to the template would be logged in to every tenant."""
        agent = self.start()
        hidden = self.template(agent)["hidden"]
        tables = {"tabSessions": "user, sid", "tabError Log": "name, method"}
        for table, columns in tables.items():
            self.statements(hidden, f"INSERT INTO `{table}` ({columns}) VALUES (7, 'x')")
        self.assertEqual(self.sign_up(agent, self.order("acme.localhost"))[0], "copy")
        for table in tables:
            self.assertEqual(self.statements("acme.localhost", f"SELECT * FROM `{table}`"), [])
            self.assertEqual(len(self.statements(hidden, f"SELECT * FROM `{table}`")), 1)

    def test_a_template_that_was_changed_is_not_copied(self) -> None:
        agent = self.start()
        hidden = self.template(agent)["hidden"]
        self.statements(hidden, "CREATE TABLE habit (a INT)")
        self.assertEqual(self.sign_up(agent, self.order("acme.localhost"))[0], "install")
        self.assertEqual(self.config(hidden)["tenantd"]["state"], "broken")

    def test_a_copy_that_fails_is_installed_and_the_template_made_again(self) -> None:
        agent = self.start()
        hidden = self.template(agent)["hidden"]
        self.levers(fail={"copy_database": "it is a VIEW"})
        path, _ = self.sign_up(agent, self.order("acme.localhost"))
        self.assertEqual(path, "install")
        self.assertEqual(self.config(hidden)["tenantd"]["state"], "broken")
        self.levers()
        self.assertNotEqual(self.template(agent)["hidden"], hidden)
        order = self.order("globex.localhost", owner="jane@globex.com")
        self.assertEqual(self.sign_up(agent, order)[0], "copy")

    def test_a_template_that_cannot_be_copied_is_told_once_and_kept(self) -> None:
        agent = self.start()
        self.levers(fail={"copy_database": "it is a VIEW"})
        made = self.template(agent)
        self.assertIn("it is a VIEW", made["uncopyable"])
        self.levers()
        left = [name for name in os.listdir(self.sites) if name.startswith("tenantd-")]
        self.assertEqual(left, [made["hidden"]])
        self.assertEqual(self.sign_up(agent, self.order("acme.localhost"))[0], "install")
        # For as long as that is so: with this build nobody makes another one.
        self.assertNotIn("hidden", self.template(agent))

    def test_a_change_of_the_code_ends_the_session_before_anything_is_made(self) -> None:
        app = self.bench / "apps" / "nexus_core" / "nexus_core"
        app.mkdir(parents=True, exist_ok=True)
        (app / "plan.json").write_text("{}")
        agent = self.start()
        self.template(agent)
        (app / "plan.json").write_text('{"fields": [1]}')
        answer = agent.call("survey", job="a" * 32)
        self.assertEqual(answer["error"]["data"]["kind"], "bench_changed")
        again = self.start()
        found = again.call("survey", job="b" * 32)["result"]
        self.assertIsNone(found["template"])
        self.assertEqual(len(found["stale"]), 1)


class WaitingTest(FilesCase):
    """For a template that somebody makes: the lock says so."""

    def waited(self, is_making: list[bool], **params: Any) -> bool:
        """Whether the lock was waited for; `is_making` is what each look at it finds."""
        with mock.patch.multiple(
            "tenantd_agent.server",
            connect=mock.DEFAULT, lock=mock.DEFAULT, asked_free=mock.DEFAULT,
        ) as server, mock.patch.object(prepare, "BEGINNING", 0.2):
            server["asked_free"].side_effect = lambda *_: not (
                is_making.pop(0) if len(is_making) > 1 else is_making[0]
            )
            prepare.await_template(params, mock.Mock())
            return bool(server["lock"].called)

    def test_one_that_is_being_made(self) -> None:
        self.assertTrue(self.waited([True]))
        self.assertFalse(self.waited([False, True]))

    def test_one_that_this_process_is_about_to_make(self) -> None:
        self.assertTrue(self.waited([False, False, True], awaitTemplate=True))
        self.assertFalse(self.waited([False], awaitTemplate=True))

    def test_one_that_failed_last_time(self) -> None:
        note.keep({"failure": {"reason": "no room", "at": "", "tries": 1}})
        self.assertFalse(self.waited([True], awaitTemplate=True))


class AnotherDatabase(AgentCase):
    def test_it_is_named_and_nothing_is_made(self) -> None:
        common = self.sites / "common_site_config.json"
        common.write_text(json.dumps({**json.loads(common.read_text()), "db_type": "postgres"}))
        agent = self.start()
        error = agent.call("overview")["result"]["database"]["error"]
        self.assertEqual(error["data"]["kind"], "database_unsupported")
        self.assertIn("postgres", error["message"])
        order = self.order("acme.localhost")
        answer = agent.call(
            "reserve", job=order["job"], site=order["site"], owner=order["owner"], uniqueEmail=False
        )
        self.assertEqual(answer["error"]["data"]["kind"], "database_unsupported")


if __name__ == "__main__":
    unittest.main()
