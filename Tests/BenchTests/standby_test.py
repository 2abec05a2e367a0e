# Tests of hot children: what a standby is after a signup in it has failed.
# python3 Tests/BenchTests/standby_test.py
from __future__ import annotations

import os
import sqlite3
import unittest
from typing import Any

from agent_case import Agent, AgentCase


class StandbyTest(AgentCase):
    def standby(self, agent: Agent) -> str:
        answer = agent.call("standby", job=os.urandom(16).hex(), size=1)
        self.assertIn("result", answer)
        return str(answer["result"]["hidden"])

    def begin(self) -> tuple[Agent, str]:
        agent = self.start()
        self.assertIn("result", agent.call("template", job=os.urandom(16).hex()))
        return agent, self.standby(agent)

    def hook(self, code: str) -> None:
        path = self.bench / "logs" / "hook.py"
        path.write_text(code)
        self.levers(run={"user_insert": {"match": "john@acme.com", "path": str(path)}})

    def fail_once(self, agent: Agent) -> str:
        """A signup that fails; returns the site that was to be its, and is not undone yet."""
        order = self.order("acme.localhost")
        made = agent.call("prepare", job=self.reserve(agent, order))["result"]
        self.assertEqual(made["path"], "standby")
        self.assertIn("error", agent.call("claim", hidden=made["hidden"], **order))
        self.job = order["job"]
        return str(made["hidden"])

    def undo(self, agent: Agent) -> None:
        for method in ("undo", "release"):
            self.assertIn("result", agent.call(method, job=self.job))

    def state(self, site: str) -> Any:
        return self.config(site)["tenantd"]["state"]

    def test_one_that_is_as_it_was_serves_the_next(self) -> None:
        agent, hidden = self.begin()
        self.hook("raise ValueError('no luck')")
        self.assertEqual(self.fail_once(agent), hidden)
        self.assertEqual(self.state(hidden), "standby")
        self.undo(agent)
        self.levers()
        path, _ = self.sign_up(agent, self.order("globex.localhost", owner="jane@globex.com"))
        self.assertEqual(path, "standby")

    def test_one_that_is_not_is_nobodys(self) -> None:
        """A hook commits behind tenantd's back, or leaves a file, and then the signup fails."""
        for code in (
            "import frappe\nfrappe.db.sql('COMMIT')",
            "import frappe\nopen(frappe.get_site_path('private', 'files', 'x'), 'w').close()",
        ):
            with self.subTest(code):
                agent, hidden = self.begin()
                self.hook(f"{code}\nraise ValueError('no luck')")
                self.assertEqual(self.fail_once(agent), hidden)
                self.assertEqual(self.state(hidden), "broken")
                self.undo(agent)
                self.levers()
                order = self.order("globex.localhost", owner="jane@globex.com")
                self.assertNotEqual(self.sign_up(agent, order)[0], "standby")
                agent.call("drop", job="d" * 32, site="globex.localhost")
                agent.close()

    def test_one_with_somebody_in_it_is_not_adopted(self) -> None:
        agent, hidden = self.begin()
        agent.close()
        path = self.bench / "databases" / (self.config(hidden)["db_name"] + ".sqlite")
        database = sqlite3.connect(path)
        columns = [row[1] for row in database.execute("PRAGMA table_info(tabUser)")]
        told = ", ".join(columns)
        rows = database.execute(f"SELECT {told} FROM tabUser WHERE name = 'Administrator'")
        row = dict(zip(columns, rows.fetchone(), strict=True))
        row |= {"name": "jane@acme.com", "email": "jane@acme.com", "user_type": "System User"}
        marks = ", ".join("?" * len(row))
        database.execute(f"INSERT INTO tabUser ({told}) VALUES ({marks})", list(row.values()))
        database.commit()
        database.close()
        agent = self.start()
        answer = agent.call("standby", job="u" * 32, size=1, hidden=hidden)
        self.assertIn("has a user already", answer["error"]["message"])


if __name__ == "__main__":
    unittest.main()
