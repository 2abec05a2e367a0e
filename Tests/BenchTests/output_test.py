# Tests of what is told of a job's process that gives up: its last words.
# python3 Tests/BenchTests/output_test.py
from __future__ import annotations

import unittest
from typing import Any

from agent_case import AgentCase


class OutputTest(AgentCase):
    def hook(self, point: str, code: str, match: str = "") -> None:
        path = self.bench / "logs" / f"{point}.py"
        path.write_text(code)
        self.levers(run={point: {"match": match, "path": str(path)}})

    def error(self, answer: Any) -> Any:
        self.assertEqual(answer["error"]["data"]["kind"], "step_failed")
        return answer["error"]

    def test_an_installer_that_exits(self) -> None:
        agent = self.start(adminPassword="Administrators-Word")
        self.hook(
            "new_site",
            "import subprocess, sys\n"
            "print('10%\\r50%\\rCreating tables', flush=True)\n"
            "subprocess.run(['sh', '-c', 'echo Administrators-Word; echo no such table >&2'])\n"
            "sys.exit(1)",
        )
        error = self.error(agent.call("prepare", job=self.reserve(agent)))
        self.assertIn("stopped (exit 1)", error["message"])
        wanted = ["Creating tables", "‹redacted›", "no such table"]
        self.assertEqual(error["data"]["output"][-3:], wanted)
        self.errors.seek(0)
        log = self.errors.read().decode()
        self.assertIn("no such table", log)
        self.assertNotIn("Administrators-Word", log)

    def test_a_process_that_is_killed(self) -> None:
        agent = self.start()
        self.hook(
            "new_site",
            "import os\nos.write(2, b'half a li')\nos.write(2, b'ne')\nos.kill(os.getpid(), 9)",
        )
        error = self.error(agent.call("prepare", job=self.reserve(agent)))
        self.assertIn("signal 9", error["message"])
        self.assertEqual(error["data"]["output"], ["half a line"])

    def test_only_what_belongs_to_the_request(self) -> None:
        """A hot child's words of an earlier order are not those of the next."""
        agent = self.start()
        agent.call("template", job="t" * 32)
        agent.call("standby", job="s" * 32, size=1)
        for number in (1, 2):
            order = self.order("acme.localhost")
            code = f"print('try {number}')\nraise KeyError('x')"
            self.hook("user_insert", code, match=order["owner"])
            hidden = agent.call("prepare", job=self.reserve(agent, order))["result"]["hidden"]
            error = self.error(agent.call("claim", hidden=hidden, **order))
            said = error["data"].get("output", [])
            self.assertEqual([line for line in said if line.startswith("try")], [f"try {number}"])
            agent.call("undo", job=order["job"])
            agent.call("release", job=order["job"])

    def test_much_output(self) -> None:
        """More than a pipe holds, and a program that goes on writing when its parent has ended."""
        agent = self.start()
        self.hook(
            "new_site",
            "import os, subprocess, sys\n"
            "os.write(1, b'x' * 300000 + b'\\n')\n"
            "for n in range(1000): print('line', n)\n"
            "subprocess.Popen(['sleep', '20'], start_new_session=True)\n"
            "sys.exit(3)",
        )
        error = self.error(agent.wait(
            agent.ask("prepare", {"job": self.reserve(agent), "timeout": 60}), 15
        ))
        self.assertEqual(len(error["data"]["output"]), 20)
        self.assertEqual(error["data"]["output"][-1], "line 999")
        self.assertTrue(all(len(line) <= 500 for line in error["data"]["output"]))


if __name__ == "__main__":
    unittest.main()
