# Tests of a signup in a site that is ready: its name, its commit, and what a failure leaves.
# python3 Tests/BenchTests/claim_test.py
from __future__ import annotations

import errno
import os
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

import agent_case
import sandbox_case
from sandbox_case import frappe

from tenantd_agent import claim, config, folder, held, versions
from tenantd_agent.wire import Trouble

HIDDEN, SITE = "tenantd-" + "0" * 32, "acme.localhost"
OWNER = "john@acme.com"


class ClaimTest(sandbox_case.SandboxCase):
    def setUp(self) -> None:
        super().setUp()
        self.new_site(HIDDEN)
        frappe.db.commit()
        frappe.utils.password.get_encryption_key()
        self.mark = {"state": "standby", "job": "1" * 32, "session": "s"}
        conf = config.read(HIDDEN) or {}
        config.replace(HIDDEN, {**conf, "tenantd": self.mark})
        folder.reconnect(HIDDEN)
        self.hold = held.Held()

    def sign_up(self) -> Any:
        params = {
            "hidden": HIDDEN,
            "site": SITE,
            "job": "2" * 32,
            "session": "t",
            "url": f"http://{SITE}",
            "organization": "Acme",
            "fullName": "John Doe",
            "owner": OWNER,
            "password": agent_case.PASSWORD,
            "plan": {"name": "free", "users": 5, "storageGB": 1},
            "settings": "SaaS Settings",
        }
        return claim.sign_up(params, lambda event: None, self.hold)

    def users(self, site: str) -> int:
        """What a new connection sees."""
        folder.reconnect(site)
        return int(frappe.db.sql("SELECT COUNT(*) FROM `tabUser` WHERE name = %s", (OWNER,))[0][0])

    def assert_as_it_was(self) -> None:
        self.assertEqual((config.read(HIDDEN) or {})["tenantd"], self.mark)
        self.assertEqual(frappe.local.site, HIDDEN)
        self.assertTrue(self.hold.is_whole)
        self.assertEqual(self.users(HIDDEN), 0)

    def test_a_tenant_has_the_name_and_its_owner(self) -> None:
        answer = self.sign_up()
        self.assertEqual((answer["user"], answer["warnings"]), (OWNER, []))
        self.assertFalse(os.path.exists(HIDDEN))
        self.assertEqual((config.read(SITE) or {})["tenantd"]["state"], "active")
        self.assertEqual(self.users(SITE), 1)

    def test_a_failure_behind_the_name_gives_it_back(self) -> None:
        with mock.patch.object(held, "reach_queue", side_effect=OSError("Redis is away")):
            with self.assertRaisesRegex(OSError, "Redis"):
                self.sign_up()
        self.assertFalse(os.path.lexists(SITE))
        self.assert_as_it_was()

    def test_a_commit_without_an_answer_may_have_been_one(self) -> None:
        """The database dies while it commits: the site is nobody's standby any more."""
        kind = type(frappe.local.db)
        commit = kind.commit

        def die(db: Any, **options: Any) -> None:
            commit(db, **options)
            raise frappe.db.OperationalError(2013, "Lost connection to MySQL server during query")

        with mock.patch.object(kind, "commit", die):
            with self.assertRaises(frappe.db.OperationalError):
                self.sign_up()
        self.assertFalse(os.path.exists(HIDDEN))
        self.assertEqual((config.read(SITE) or {})["tenantd"]["state"], "claiming")
        self.assertEqual(self.users(SITE), 1)

    def test_a_name_that_came_meanwhile_is_somebody_elses(self) -> None:
        for name in ("folder", "link"):
            with self.subTest(name):
                if name == "folder":
                    Path(SITE, "private").mkdir(parents=True)
                else:
                    Path(SITE, "private").rmdir()
                    Path(SITE).rmdir()
                    os.symlink("elsewhere", SITE)
                with self.assertRaises(Trouble) as raised:
                    self.sign_up()
                self.assertEqual(raised.exception.kind, "site_exists")
                self.assertTrue(os.path.lexists(SITE))
                self.assert_as_it_was()
                self.hold = held.Held()

    def test_another_trouble_with_the_name_is_not_that_it_is_taken(self) -> None:
        full = OSError(errno.ENOSPC, "No space left on device")
        with mock.patch.object(os, "rename", side_effect=full):
            with self.assertRaisesRegex(OSError, "No space"):
                self.sign_up()
        self.assert_as_it_was()

    def test_keys_that_frappe_does_not_take(self) -> None:
        for trouble in ("refused", "another's"):
            with self.subTest(trouble):

                def prove(key: str, secret: str) -> None:
                    if trouble == "refused":
                        raise frappe.AuthenticationError
                    frappe.set_user("Guest")

                with mock.patch.object(versions, "validate_api_key_secret", prove):
                    with self.assertRaisesRegex(Trouble, "API keys"):
                        self.sign_up()
                self.assertFalse(os.path.lexists(SITE))
                self.assert_as_it_was()
                self.hold = held.Held()


if __name__ == "__main__":
    unittest.main()
