# Tests of a tenant's life: another plan, suspended and resumed, measured; and what is left of each when
# the agent is killed in the middle.
# python3 Tests/BenchTests/life_test.py
from __future__ import annotations

import os
import signal
import unittest
from typing import Any

import sandbox_case
from agent_case import Agent, AgentCase

CRASHES = """
import os, signal, sys
def crash(event, arguments, bench=os.path.realpath(sys.argv[1]), done=[0], own=("suspen", "lifecycle", "aside_jobs")):
    if event not in ("os.rename", "os.remove", "os.rmdir") and not (
            event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)):
        return
    names, frame = set(), sys._getframe()
    while frame:
        names.add(os.path.basename(frame.f_code.co_filename))
        frame = frame.f_back
    if not any(name.startswith(own) for name in names) or not os.path.exists(bench + "/crash"):
        return
    done[0] += 1
    if done[0] == os.stat(bench + "/crash").st_size:
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(crash)
"""
"""Kills a process at its so-and-so-many-th change of a file, made by what a suspension consists of: as
many as the file `crash` has bytes."""
SITE = "acme.localhost"
SMALL = {"name": "free", "users": 5, "storageGB": 1, "limits": {}}
LARGE = {"name": "pro", "users": 50, "storageGB": None, "limits": {"apiCalls": 1000}}
EMPTY = {"name": "none", "users": 0, "storageGB": 1, "limits": {}}


class LifeTest(AgentCase):
    def setUp(self) -> None:
        super().setUp()
        self.agent = self.start()
        self.sign_up(self.agent, self.order(SITE, plan=SMALL))
        self.before = self.config(SITE)

    def work(self, method: str, **params: Any) -> Any:
        answer = self.agent.call(method, job=os.urandom(16).hex(), site=SITE, **params)
        self.assertIn("result", answer)
        return answer["result"]

    def refused(self, method: str, **params: Any) -> str:
        answer = self.agent.call(method, job=os.urandom(16).hex(), site=SITE, **params)
        self.assertIn("error", answer)
        return str(answer["error"]["data"]["kind"])

    def settings(self, *fields: str) -> list[Any]:
        frappe = sandbox_case.frappe
        os.chdir(self.sites)
        frappe.init(SITE, force=True)
        frappe.connect()
        try:
            return [frappe.db.get_single_value("SaaS Settings", field) for field in fields]
        finally:
            frappe.destroy()

    def queue(self) -> list[str]:
        """The jobs that wait, in their order, and those that are kept aside."""
        frappe = sandbox_case.frappe
        os.chdir(self.sites)
        frappe.init("", force=True)
        redis = frappe.utils.background_jobs.get_redis_conn()
        keys = sorted(redis.scan_iter(match="rq:queue:*"))
        found = [item.decode() for key in keys for item in redis.lrange(key, 0, -1)]
        frappe.destroy()
        return found

    def restart(self) -> None:
        """A new session, behind the reconciliation that each begins with."""
        self.agent = self.start()
        answer = self.agent.call("reconcile", job=os.urandom(16).hex())
        self.assertEqual(answer["result"]["failed"], [])

    def die_at(self, point: str, method: str, **params: Any) -> None:
        """Kills the whole agent while that work waits at a point of the stand-in."""
        fifo = self.bench / f"fifo-{point}"
        os.mkfifo(fifo)
        self.levers(hold={point: str(fifo)})
        self.agent.ask(method, {"timeout": 60, "job": os.urandom(16).hex(), "site": SITE, **params})
        opened = os.open(fifo, os.O_WRONLY)
        self.levers()
        self.agent.process.send_signal(signal.SIGKILL)
        self.agent.process.wait()
        os.close(opened)
        os.unlink(fifo)


class PlanTest(LifeTest):
    def test_up_and_down(self) -> None:
        answer = self.work("changePlan", plan=LARGE)
        self.assertEqual((answer["changed"], answer["previous"], answer["exceeds"]), (True, SMALL, []))
        self.assertEqual(self.settings("plan", "max_users", "max_storage_gb", "max_api_calls"),
                         ["pro", 50, 0, 1000])
        mark = self.config(SITE)["tenantd"]
        self.assertEqual((mark["plan"], mark["ordered"], mark.get("pending")), (LARGE, "free", None))
        self.assertFalse(self.work("changePlan", plan=LARGE)["changed"])
        self.assertTrue(self.work("changePlan", plan=SMALL)["changed"])
        self.assertEqual(self.settings("plan", "max_users"), ["free", 5])
        self.assertEqual(self.config(SITE)["tenantd"]["ordered"], "free")

    def test_what_exceeds(self) -> None:
        above = {"limit": "users", "used": 1, "allowed": 0}
        dry = self.work("changePlan", plan=EMPTY, dryRun=True)
        self.assertEqual((dry["exceeds"], dry["changed"]), ([above], True))
        refused = self.work("changePlan", plan=EMPTY)
        self.assertEqual((refused["exceeds"], refused["isRefused"]), ([above], True))
        self.assertEqual(self.config(SITE), self.before)
        self.assertTrue(self.work("changePlan", plan=EMPTY, force=True)["changed"])
        self.assertEqual(self.settings("plan"), ["none"])

    def test_a_kill_leaves_one_plan_or_the_other(self) -> None:
        for point, plan in (("settings", SMALL), ("commit", SMALL), ("after_commit", SMALL)):
            with self.subTest(point):
                self.die_at(point, "changePlan", plan=LARGE)
                self.restart()
                mark = self.config(SITE)["tenantd"]
                self.assertEqual((mark["plan"], mark.get("pending")), (plan, None))
                self.assertEqual(self.settings("plan", "max_users"), [plan["name"], plan["users"]])
        self.assertTrue(self.work("changePlan", plan=LARGE)["changed"])

    def test_settings_that_an_app_refuses(self) -> None:
        self.levers(refuse={"settings": "Not today."})
        self.assertEqual(self.refused("changePlan", plan=LARGE), "step_failed")
        self.levers()
        self.restart()
        self.assertEqual(self.config(SITE), self.before)
        self.assertEqual(self.settings("plan"), ["free"])


class SuspensionTest(LifeTest):
    prelude = CRASHES

    def page(self) -> int:
        answer = self.agent.call(
            "http", url="wsgi:", site=SITE, path="/api/method/ping", apiKey="", apiSecret="")
        return int(answer["result"]["status"])

    def session(self, statement: str) -> list[Any]:
        frappe = sandbox_case.frappe
        os.chdir(self.sites)
        frappe.init(SITE, force=True)
        frappe.connect()
        try:
            found = list(frappe.db.sql(statement) or [])
            frappe.db.commit()
            return found
        finally:
            frappe.destroy()

    def test_blocked_and_back(self) -> None:
        (self.sites / SITE / "public" / "files" / "logo.png").write_text("logo")
        self.session("INSERT INTO `tabSessions` (user, sid) VALUES ('john@acme.com', 'x')")
        waiting = self.queue()
        self.assertTrue(waiting)
        answer = self.work("suspend", mode="blocked", reason="No money.")
        self.assertEqual((answer["mode"], answer["reason"], answer["changed"]),
                         ("blocked", "No money.", True))
        told = self.config(SITE)["tenantd"]["suspended"]
        self.assertEqual({k: told[k] for k in ("mode", "reason", "since")},
                         {k: answer[k] for k in ("mode", "reason", "since")})
        self.assertEqual(self.page(), 503)
        self.assertFalse((self.sites / SITE / "public").exists())
        self.assertEqual(self.queue(), [])
        self.assertEqual(self.session("SELECT sid FROM `tabSessions`"), [])
        self.assertFalse(self.work("suspend", mode="blocked", reason="No money.")["changed"])
        again = self.work("suspend", mode="blocked")
        self.assertEqual((again["changed"], again["reason"], again["since"]),
                         (True, None, answer["since"]))
        self.assertTrue(self.work("resume")["changed"])
        self.assertFalse(self.work("resume")["changed"])
        self.assertEqual(self.config(SITE), self.before)
        self.assertEqual(self.queue(), waiting)
        self.assertEqual((self.sites / SITE / "public" / "files" / "logo.png").read_text(), "logo")
        self.assertEqual(self.page(), 200)

    def test_what_was_set_before_is_put_back(self) -> None:
        path = self.sites / SITE / "site_config.json"
        text = path.read_text().replace('"tenantd"', '"maintenance_mode": 1, "pause_scheduler": 0, "tenantd"')
        path.write_text(text)
        before = self.config(SITE)
        self.work("suspend", mode="read_only")
        self.assertEqual(self.config(SITE)["allow_reads_during_maintenance"], 1)
        self.assertEqual(self.page(), 200)
        self.work("suspend", mode="blocked")
        self.assertNotIn("allow_reads_during_maintenance", self.config(SITE))
        self.work("resume")
        self.assertEqual(self.config(SITE), before)

    def test_the_list_and_the_counts_tell_it(self) -> None:
        other = self.start()  # another process on the bench
        for state, count in (("active", 1), ("suspended", 0)):
            found = other.call("tenants", limit=10, state=state)["result"]
            self.assertEqual(found["total"], count)
        self.work("suspend", mode="blocked")
        for agent in (self.agent, other):
            self.assertEqual(agent.call("overview")["result"]["counts"], {"suspended": 1})
            found = agent.call("tenants", limit=10, state="suspended")["result"]["tenants"]
            self.assertEqual(found[0]["suspended"]["mode"], "blocked")
        self.work("resume")
        self.assertEqual(other.call("overview")["result"]["counts"], {"active": 1})

    def test_what_a_suspended_tenant_can(self) -> None:
        self.work("suspend", mode="blocked")
        self.assertEqual(self.refused("login", url=f"http://{SITE}"), "suspended")
        self.assertEqual(self.refused("reissue", owner="john@acme.com"), "suspended")
        self.assertTrue(self.work("rotateKeys")["apiKey"])
        self.assertTrue(self.work("changePlan", plan=LARGE)["changed"])
        self.assertEqual(self.settings("plan"), ["pro"])
        self.restart()  # a reconciliation does not take it for a leftover
        self.assertEqual(self.config(SITE)["tenantd"]["suspended"]["mode"], "blocked")
        self.assertEqual(self.work("drop")["dropped"], [SITE])
        self.assertEqual(os.listdir(self.bench / "queue"), [])

    def test_a_kill_at_any_write_is_finished_by_the_next_start(self) -> None:
        """Each call that changes something is the last one that is made, one after another."""
        for method, wanted in (("suspend", True), ("resume", False)):
            for number in range(1, 60):
                if self.config(SITE)["tenantd"].get("suspended") and method == "suspend":
                    self.work("resume")
                elif method == "resume":
                    self.work("suspend", mode="blocked")
                if not self.crashes(method, number):
                    break
                self.restart()
                conf = self.config(SITE)
                is_suspended = "suspended" in conf["tenantd"]
                with self.subTest(method=method, call=number):
                    self.assertNotIn("pending", conf["tenantd"])
                    self.assertEqual((self.sites / SITE / "public").exists(), not is_suspended)
                    self.assertEqual(bool(self.queue()), not is_suspended)
                    self.assertEqual(self.page(), 503 if is_suspended else 200)
                    if not is_suspended:
                        self.assertEqual(conf, self.before)
            else:
                self.fail("it never got through")
            self.assertGreater(number, 5)
            self.assertEqual("suspended" in self.config(SITE)["tenantd"], wanted)

    def crashes(self, method: str, number: int) -> bool:
        """Whether the work's process met its so-and-so-many-th change, and was killed by it."""
        mode = {"mode": "blocked"} if method == "suspend" else {}
        (self.bench / "crash").write_bytes(b"x" * number)
        answer = self.agent.call(method, job=os.urandom(16).hex(), site=SITE, **mode)
        (self.bench / "crash").unlink()
        if "result" in answer:
            return False
        self.agent.process.send_signal(signal.SIGKILL)
        self.agent.process.wait()
        return True


class UsageTest(LifeTest):
    def test_what_is_measured(self) -> None:
        files = self.sites / SITE
        (files / "public" / "files" / "a").write_bytes(b"x" * 1000)
        (files / "private" / "files" / "b").write_bytes(b"x" * 200)
        (files / "private" / "backups" / "c").write_bytes(b"x" * 30)
        answer = self.agent.call("usage", job="1" * 32, days=1, sites=[SITE])["result"]
        found = answer["usage"][0]
        self.assertEqual(found["users"], {"active": 1, "limit": 5})
        storage = found["storage"]
        self.assertEqual([storage[k] for k in ("publicFiles", "privateFiles", "backups")], [1000, 200, 30])
        self.assertEqual(storage["total"], 1230 + storage["database"])
        self.assertEqual(storage["limit"], 1 << 30)
        self.assertEqual(self.settings("current_users"), [1])
        self.work("suspend", mode="blocked")
        again = self.agent.call("usage", job="2" * 32, days=1, pattern="ac*")["result"]["usage"]
        self.assertEqual(again[0]["storage"]["publicFiles"], 1000)
        for params, count in (({"pattern": "x*"}, 0), ({}, 1)):
            answer = self.agent.call("usage", job="3" * 32, days=1, **params)["result"]
            self.assertEqual(len(answer["usage"]), count)


if __name__ == "__main__":
    unittest.main()
