# What the tests of the agent's program share: the agent itself, on a sandbox of its own, spoken to
# over its pipes as a session would.
from __future__ import annotations

import compileall
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from typing import Any

import sandbox_case

AGENT = Path(__file__).resolve().parents[2] / "Sources" / "Bench" / "Agent"
shutil.copytree(AGENT, sandbox_case.TREE / "tenantd_agent")
(sandbox_case.TREE / "tenantd_agent" / "__init__.py").touch()
# Once for all starts: half of what one costs.
compileall.compile_dir(sandbox_case.TREE, quiet=2)

from tenantd_agent import methods  # noqa: E402

METHODS: dict[str, Any] = methods.described()
START = f"""
import sys
sys.path.insert(0, {str(sandbox_case.TREE)!r})
from tenantd_agent.main import main
main()
"""
PASSWORD = "SecurePass123"
SHARED = {"apps": ["nexus_core"], "settings": "SaaS Settings"}


def taken(method: str, params: dict[str, Any]) -> dict[str, Any]:
    """Of the parameters those that the method has."""
    known = METHODS.get(method) or {"takes": list(params), "mayTake": []}
    names = {*known["takes"], *known["mayTake"], "timeout"}
    return {name: value for name, value in params.items() if name in names}


class Ended(Exception):
    """The agent has closed its output."""


class Agent:
    """A running agent. What it says beside answers is kept in `told`."""

    def __init__(
        self, bench: Path, *, errors: Any, preexec: Any = None, prelude: str = ""
    ) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-B", "-c", prelude + START, str(bench), "frappe.sandbox"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            preexec_fn=preexec,
        )
        assert self.process.stdin and self.process.stdout
        self.input, self.output = self.process.stdin, self.process.stdout
        self.rest = b""
        self.last = 0
        self.answers: dict[Any, Any] = {}
        self.told: list[Any] = []
        self.facts: Any = None

    def send(self, line: bytes) -> None:
        self.input.write(line + b"\n")
        self.input.flush()

    def ask(self, method: Any, params: Any) -> int:
        self.last += 1
        message = {"jsonrpc": "2.0", "id": self.last, "method": method, "params": params}
        self.send(json.dumps(message).encode())
        return self.last

    def call(self, method: Any, /, **params: Any) -> Any:
        """The whole answer, with `result` or `error`."""
        return self.wait(self.ask(method, {"timeout": 60, **params}))

    def wait(self, number: Any, seconds: float = 60) -> Any:
        deadline = time.monotonic() + seconds
        while number not in self.answers:
            self.hear(deadline)
        return self.answers.pop(number)

    def hear(self, deadline: float) -> None:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([self.output], [], [], left)[0]:
            raise TimeoutError("the agent said nothing")
        data = os.read(self.output.fileno(), 1 << 16)
        if not data:
            raise Ended
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            message = json.loads(line)
            if "method" in message:
                self.told.append(message)
            else:
                self.answers[message["id"]] = message

    def close(self) -> int:
        self.input.close()
        code = self.process.wait(20)
        self.output.close()
        return code


def over(number: int, frame: Any) -> None:
    raise TimeoutError("the test's time is over")


class AgentCase(unittest.TestCase):
    """`start` gives a session on the case's own sandbox."""

    def setUp(self) -> None:
        # Opening a pipe that nobody comes to waits for ever, and so would the whole run.
        signal.signal(signal.SIGALRM, over)
        signal.alarm(100)
        self.addCleanup(signal.alarm, 0)
        self.bench = Path(sandbox_case.frappe.sandbox.create(tempfile.mkdtemp()))
        self.addCleanup(shutil.rmtree, self.bench, ignore_errors=True)
        self.sites = self.bench / "sites"
        self.errors = open(self.bench / "logs" / "errors", "w+b")
        self.addCleanup(self.errors.close)

    prelude = ""
    """What its process runs before the agent's own program."""

    def launch(self, *, preexec: Any = None) -> Agent:
        """One that waits for its hello."""
        agent = Agent(self.bench, errors=self.errors, preexec=preexec, prelude=self.prelude)
        self.addCleanup(agent.close)
        return agent

    def start(self, *, preexec: Any = None, **hello: Any) -> Agent:
        agent = self.launch(preexec=preexec)
        answer = agent.call("hello", session=os.urandom(8).hex(), **SHARED, **hello)
        self.assertIn("result", answer)
        agent.facts = answer["result"]
        return agent

    def config(self, site: str) -> Any:
        return json.loads((self.sites / site / "site_config.json").read_text())

    def levers(self, **levers: Any) -> None:
        (self.sites / "sandbox.json").write_text(json.dumps(levers))

    def order(self, site: str, **more: Any) -> dict[str, Any]:
        return {
            "job": os.urandom(16).hex(),
            "site": site,
            "url": f"http://{site}",
            "organization": "Acme",
            "fullName": "John Doe",
            "owner": "john@acme.com",
            "password": PASSWORD,
            "plan": {"name": "Free", "users": 5, "storageGB": 1},
            **more,
        }

    def reserve(self, agent: Agent, order: dict[str, Any] | None = None) -> str:
        """Takes the order's name for its job, which is returned."""
        order = order or self.order("acme.localhost")
        reserved = agent.call(
            "reserve", job=order["job"], site=order["site"], owner=order["owner"], uniqueEmail=False
        )
        self.assertEqual(reserved["result"]["state"], "free")
        return str(order["job"])

    def sign_up(self, agent: Agent, order: dict[str, Any], **prepare: Any) -> Any:
        self.reserve(agent, order)
        made = agent.call("prepare", job=order["job"], **prepare)
        self.assertIn("result", made)
        answer = agent.call("claim", hidden=made["result"]["hidden"], **order)
        self.assertIn("result", answer)
        return made["result"]["path"], answer["result"]
