# Tests of what a signup holds back of the apps' hooks: python3 Tests/BenchTests/held_test.py
from __future__ import annotations

import sys
import unittest
from pathlib import Path
from typing import Any, Callable

import agent_case  # lays the agent's package beside the stand-in's
import sandbox_case
from sandbox_case import frappe

from tenantd_agent import held

HOOKS = """
import frappe
from frappe.utils.background_jobs import enqueue

def commit():
    frappe.db.commit()

def commit_and_roll_back():
    frappe.db.commit()
    frappe.db.set_single_value("SaaS Settings", "plan", "never")
    frappe.db.rollback()

def ddl():
    frappe.db.sql_ddl("CREATE TABLE habit (a INT)")

def bare_commit():
    frappe.db.sql("COMMIT")

def enqueue_now():
    enqueue("habit.run", job_id="one")

def enqueue_later():
    frappe.enqueue("habit.run", enqueue_after_commit=True)

def mail():
    frappe.sendmail(recipients="jane@acme.com", message="Welcome", now=True)

def publish():
    frappe.publish_realtime("welcome", {}, user="jane@acme.com")

def call_back():
    frappe.db.after_commit.add(lambda: frappe.cache.hget("habit", "ran", lambda: 1))
"""


class HeldTest(sandbox_case.SandboxCase):
    def setUp(self) -> None:
        super().setUp()
        self.new_site()
        frappe.db.commit()
        self.habit: dict[str, Any] = {}
        exec(HOOKS, self.habit)

    def redis(self, key: str) -> list[bytes]:
        return list(frappe.utils.background_jobs.get_redis_conn().lrange(key, 0, -1))

    def sent(self) -> dict[str, int]:
        """What is on its way to somebody."""
        sent = {"jobs": len(self.queued()), "mails": len(self.redis("mails"))}
        ran = frappe.cache._redis.hgetall(frappe.cache.make_key("habit"))
        return sent | {"messages": len(self.redis("events")), "callbacks": len(ran)}

    def elsewhere(self, statement: str) -> Any:
        """What another connection sees."""
        other = frappe.database.get_db(
            user=frappe.conf.db_name, password=frappe.conf.db_password, host="",
            cur_db_name=frappe.conf.db_name,
        )
        try:
            return other.sql(statement)[0][0]
        finally:
            other.close()

    def users(self) -> int:
        return int(self.elsewhere("SELECT COUNT(*) FROM `tabUser` WHERE name = 'john@acme.com'"))

    def rehearse(self, habit: str) -> held.Held:
        with held.Held() as hold:
            self.owner()
            self.habit[habit]()
        return hold

    HELD = ("commit", "commit_and_roll_back", "enqueue_now", "enqueue_later", "mail", "publish", "call_back")

    def test_a_rehearsal_leaves_and_sends_nothing(self) -> None:
        before = self.sent()
        for habit in self.HELD:
            with self.subTest(habit):
                hold = self.rehearse(habit)
                self.assertTrue(hold.is_whole)
                self.assertEqual((self.users(), self.sent()), (0, before))
                self.assertIsNone(frappe.db.exists("User", "john@acme.com"))

    def test_what_cannot_be_held_is_noticed(self) -> None:
        for habit in ("ddl", "bare_commit"):
            with self.subTest(habit):
                if habit == "bare_commit":
                    frappe.db.delete("User", {"name": "john@acme.com"})
                    frappe.db.commit()
                self.assertFalse(self.rehearse(habit).is_whole)
                self.assertEqual(self.users(), 1)

    def test_a_signup_that_fails_sends_nothing(self) -> None:
        with self.assertRaisesRegex(ValueError, "no luck"), held.Held() as hold:
            self.owner()
            for habit in self.HELD:
                self.habit[habit]()
            raise ValueError("no luck")
        self.assertTrue(hold.is_whole)
        self.assertEqual(self.sent(), {"jobs": 0, "mails": 0, "messages": 0, "callbacks": 0})

    def test_everything_goes_out_after_the_publication(self) -> None:
        with held.Held() as hold:
            self.owner()
            for habit in self.HELD:
                self.habit[habit]()
            self.assertEqual(self.users(), 0)
            hold.commit()
        self.assertEqual(self.users(), 1)
        self.assertEqual(self.elsewhere("SELECT COUNT(*) FROM `tabSingles` WHERE value = 'never'"), 0)
        self.assertEqual(sum(self.sent().values()), 0)
        self.assertEqual(hold.release(), [])
        # Two jobs are the stand-in's own.
        self.assertEqual(self.sent(), {"jobs": 4, "mails": 1, "messages": 1, "callbacks": 1})

    def test_what_fails_after_it_keeps_nothing_else(self) -> None:
        def fail() -> None:
            sys.exit(3)

        with held.Held() as hold:
            frappe.db.after_commit.add(fail)
            self.habit["enqueue_later"]()
            hold.commit()
        self.assertEqual([type(error) for error in hold.release()], [SystemExit])
        self.assertEqual(self.sent()["jobs"], 1)

    def test_files_that_a_rollback_removes_go_after_a_commit_that_was_held(self) -> None:
        file = Path("acme.localhost/private/files/welcome.txt")

        def write() -> None:
            file.write_text("Welcome")
            frappe.db.after_rollback.add(file.unlink)
            frappe.db.commit()

        with held.Held():
            write()
        self.assertFalse(file.exists())

    def test_a_queue_of_frappes_does_not_outlive_its_transaction(self) -> None:
        def add() -> None:
            if not getattr(frappe.local, "_webhook_queue", None):
                frappe.local._webhook_queue = []
                frappe.db.after_commit.add(lambda: self.flushed.extend(frappe.local._webhook_queue))
            frappe.local._webhook_queue.append("webhook")

        self.flushed: list[str] = []
        with held.Held():
            add()
        with held.Held() as hold:
            add()
            hold.commit()
        hold.release()
        self.assertEqual(self.flushed, ["webhook"])

    def test_nothing_is_changed_afterwards(self) -> None:
        queue = frappe.utils.background_jobs.Queue
        own = (queue.enqueue_job, frappe.realtime.emit_via_redis)
        self.rehearse("commit")
        self.assertEqual((queue.enqueue_job, frappe.realtime.emit_via_redis), own)
        self.owner()
        frappe.db.commit()
        self.assertEqual(self.users(), 1)


if __name__ == "__main__":
    unittest.main()
