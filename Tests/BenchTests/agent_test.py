# Tests of the agent's processes: who holds root credentials and who runs the apps' code.
# python3 Tests/BenchTests/agent_test.py
from __future__ import annotations

import json
import os
import signal
import unittest
from pathlib import Path
from typing import Any

from agent_case import PASSWORD, Agent, AgentCase, taken

SCAN = '''
# Each byte of this process's memory is read as the next one, and so are the words that are looked
# for: that way the search itself never has a word in memory.
import gc, json
following = bytes((n + 1) % 256 for n in range(256))
found = {name: 0 for name in WORDS}
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
    for line in maps.read().splitlines():
        place, rights = line.split()[:2]
        if "r" not in rights or line.endswith(("[vvar]", "[vsyscall]", "[vvar_vclock]")):
            continue
        start, end = (int(n, 16) for n in place.split("-"))
        try:
            memory.seek(start)
            data = memory.read(end - start).translate(following)
        except (OSError, ValueError, OverflowError):
            continue
        for name, word in WORDS.items():
            found[name] += data.count(word)
objects = sum(
    1 for o in gc.get_objects() if type(o).__name__ == "Credentials"
)
with open(REPORT, "a") as file:
    file.write(json.dumps({**found, "objects": objects}) + "\\n")
'''


class CredentialsTest(AgentCase):
    """An app's hook reads its own process's memory, on every way that a site is made."""

    def setUp(self) -> None:
        super().setUp()
        # The password is tenantd's to know: the bench's own config does not have it.
        common = self.sites / "common_site_config.json"
        config = json.loads(common.read_text())
        self.root_password = config.pop("root_password")
        common.write_text(json.dumps(config))
        self.report = self.bench / "logs" / "report"
        words = {"root": self.root_password, "canary": PASSWORD}
        shifted = {name: bytes(n + 1 for n in word.encode()) for name, word in words.items()}
        hook = self.bench / "logs" / "hook.py"
        hook.write_text(f"WORDS = {shifted!r}\nREPORT = {str(self.report)!r}\n{SCAN}")
        points = ("install_app", "user_insert", "after_commit")
        self.levers(run={point: str(hook) for point in points})

    def look(self, canary: bool) -> None:
        """No root password since the last look; the scan itself works, as the canary shows."""
        reports = [json.loads(line) for line in self.report.read_text().splitlines()]
        self.report.unlink()
        self.assertTrue(reports)
        for report in reports:
            self.assertEqual((report["root"], report["objects"]), (0, 0))
        self.assertEqual(any(report["canary"] for report in reports), canary)

    def begin(self) -> Agent:
        return self.start(rootUser="root", rootPassword=self.root_password)

    def test_by_the_installer_by_copy_and_for_a_template(self) -> None:
        agent = self.begin()
        path, _ = self.sign_up(agent, self.order("one.localhost"))
        self.assertEqual(path, "install")
        self.look(canary=True)
        answer = agent.call("template", job="t" * 32)
        self.assertEqual(answer["result"]["state"], "template")
        self.look(canary=False)
        path, keys = self.sign_up(agent, self.order("two.localhost", owner="two@acme.com"))
        self.assertEqual(path, "copy")
        self.look(canary=True)
        checks = {**self.order("two.localhost", owner="two@acme.com"), **keys}
        self.assertIn("result", agent.call("verify", **taken("verify", checks)))
        again = agent.call("reissue", job="r" * 32, site="two.localhost", owner="two@acme.com")
        self.assertIn("result", again)
        self.look(canary=False)

    def test_by_a_standby(self) -> None:
        agent = self.begin()
        agent.call("template", job="t" * 32)
        self.report.unlink()
        held = agent.call("standby", job="s" * 32, size=1)
        self.assertIn("result", held)
        self.look(canary=False)
        path, _ = self.sign_up(agent, self.order("one.localhost"))
        self.assertEqual(path, "standby")
        self.look(canary=True)

    def test_an_adopted_standby(self) -> None:
        agent = self.begin()
        agent.call("template", job="t" * 32)
        hidden = agent.call("standby", job="s" * 32, size=1)["result"]["hidden"]
        agent.close()
        self.report.unlink()
        agent = self.begin()
        self.assertEqual(agent.call("survey", job="v" * 32)["result"]["adoptable"], [hidden])
        self.assertIn("result", agent.call("standby", job="u" * 32, size=1, hidden=hidden))
        self.look(canary=False)


class ReservationTest(AgentCase):
    def test_nothing_is_made_without_it(self) -> None:
        agent = self.start()
        order = self.order("one.localhost")
        for method, more in (("prepare", {}), ("claim", {"hidden": "tenantd-x"})):
            answer = agent.call(method, **taken(method, {**order, **more}))
            self.assertEqual(answer["error"]["data"]["kind"], "reservation_lost")
        self.assertEqual(agent.call("ping")["result"], {})

    def test_a_tenant_that_was_given_out_again_is_no_longer_undone(self) -> None:
        """Its customer has come again, to another process, before the first one's undo."""
        agent = self.start()
        first, second = self.order("one.localhost"), self.order("two.localhost", owner="two@a.com")
        for order in (first, second):
            self.sign_up(agent, order)
        again = agent.call("reissue", job="r" * 32, site="one.localhost", owner=first["owner"])
        self.assertIn("result", again)
        for order, dropped in ((first, []), (second, ["two.localhost"])):
            undone = agent.call("undo", job=order["job"])
            self.assertEqual(undone["result"]["dropped"], dropped)
        checks = taken("verify", {**first, **again["result"]})
        self.assertIn("result", agent.call("verify", **checks))
        gone = agent.call("reissue", job="q" * 32, site="two.localhost", owner="two@a.com")
        self.assertIn("error", gone)


@unittest.skipUnless(os.path.isdir("/proc/self/ns"), "needs /proc")
class PredecessorTest(AgentCase):
    def test_one_that_stands_still_is_ended_and_its_locks_with_it(self) -> None:
        first = self.start()
        order = self.order("one.localhost")
        name = taken("reserve", {**order, "owner": order["owner"], "uniqueEmail": False})
        held = first.call("reserve", **name)
        self.assertIn("result", held)
        process = first.facts["process"]
        self.assertEqual(process["pid"], first.process.pid)
        os.kill(first.process.pid, signal.SIGSTOP)
        again = {**name, "job": "2" * 32}
        self.assertTrue(self.start().call("reserve", **again)["result"]["busy"])
        second = self.start(predecessor=process)
        self.assertEqual(first.process.wait(20), -signal.SIGKILL)
        self.assertEqual(second.call("reserve", **again)["result"]["state"], "free")

    def test_another_process_is_left_alone(self) -> None:
        first = self.start()
        process = first.facts["process"]
        others: list[Any] = [
            {**process, each: "another"} for each in ("boot", "namespace", "started")
        ]
        for told in [*others, {**process, "pid": os.getpid()}, {"pid": -1}, {"pid": "1"}, [], 7]:
            self.start(predecessor=told).close()
        self.assertEqual(first.call("ping")["result"], {})


if __name__ == "__main__":
    unittest.main()
