# Tests of profiles beside the operator's: their templates, how many there may be, what an update of
# the bench makes of one that is being made, and standbys of theirs.
# python3 Tests/BenchTests/profile_test.py
from __future__ import annotations

import json
import os
import shutil
import time
import unittest
from typing import Any

from agent_case import Agent
from tenantd_agent import workspace
from workspace_test import WorkspaceCase

FRANCE = {"country": "FR"}
NAMED = "tenantd-workspace.json"
MOST = 20


class Templates(WorkspaceCase):
    def test_what_the_installer_made_is_found(self) -> None:
        path = self.bench / "made.py"
        path.write_text(
            "from frappe.utils import global_search\n"
            "global_search.update('File', 'Home', 'File Name : Home')\n"
        )
        self.levers(run={"install_app": str(path)})
        agent = self.start()
        self.template(agent)
        self.levers()
        self.assertEqual(self.sign_up(agent, self.order("acme.localhost"))[0], "copy")
        order = self.order("globex.localhost", owner="jane@globex.com")
        self.assertEqual(self.sign_up(agent, order, profile=FRANCE)[0], "wizard")
        for site in ("acme.localhost", "globex.localhost"):
            found = self.rows(site, "SELECT name FROM __global_search WHERE doctype = 'File'")
            self.assertEqual(found, [("Home",)])

    def test_what_is_written_of_the_owner_is_in_his_language(self) -> None:
        told, path = self.bench / "told", self.bench / "ask.py"
        path.write_text(f"open({str(told)!r}, 'a').write(f'{{frappe.local.lang}} ')\n")
        agent = self.start()
        self.template(agent)
        self.levers(run={"user_insert": str(path), "settings": str(path)})
        french = {**FRANCE, "language": "fr"}
        self.sign_up(agent, self.order("acme.localhost"), profile=french)
        self.assertEqual(told.read_text().split(), ["fr", "en"])

    def test_a_country_that_the_operator_sets_later(self) -> None:
        """The bench has its template: the profile's is made beside it."""
        agent = self.start()
        self.template(agent)
        agent.close()
        agent = self.start(workspace=FRANCE)
        self.template(agent)
        self.assertEqual(len(self.hidden("template")), 2)
        order = self.order("acme.localhost")
        self.assertEqual(self.sign_up(agent, order)[0], "copy")

    def update(self, point: str) -> None:
        """A lever that updates the bench's app when something comes to a point."""
        path = self.bench / "update.py"
        app = self.bench / "apps" / "nexus_core" / "nexus_core" / "__init__.py"
        path.write_text(f"open({str(app)!r}, 'w').write('__version__ = \"2\"\\n')\n")
        self.levers(run={point: str(path)})

    def assert_starts_anew(self, answer: Any) -> None:
        """Nothing of both builds is given out as one of the new build."""
        self.assertEqual(answer["error"]["data"]["kind"], "bench_changed")
        self.levers()
        made = [self.config(name)["tenantd"] for name in self.hidden("template")]
        self.assertEqual([mark for mark in made if mark.get("profile")], [])
        agent = self.start()
        answer = self.ask(agent, **FRANCE)
        self.assertEqual(answer["result"]["path"], "install")

    def test_an_update_while_the_wizard_runs(self) -> None:
        agent = self.start()
        self.template(agent)
        self.update("setup_wizard")
        job = self.reserve(agent, self.order("asked.localhost"))
        self.assert_starts_anew(agent.call("prepare", job=job, profile=FRANCE))

    def test_an_update_while_the_bench_installs_its_template(self) -> None:
        agent = self.start()
        self.update("install_app")
        answer = agent.call("template", job=os.urandom(16).hex())
        self.assertEqual(self.hidden("template"), [])
        self.assert_starts_anew(answer)

    def fill(self, agent: Agent, age: float = 0) -> None:
        """As many templates as there may be: the one of France, under other ids."""
        self.ask(agent, **FRANCE)
        name = next(n for n in self.hidden("template") if self.config(n)["tenantd"].get("profile"))
        for number in range(MOST - 1):
            other = self.sites / f"tenantd-{number:032x}"
            shutil.copytree(self.sites / name, other)
            config = self.config(other.name)
            config["tenantd"]["profile"] = {"id": f"{number:016x}"}
            config["db_name"] = f"none_{number}"
            (other / "site_config.json").write_text(json.dumps(config))
            os.utime(other / NAMED, (0, time.time() - age))

    def test_where_there_are_many_templates_the_wizard_is_run_in_the_site(self) -> None:
        agent = self.start()
        self.template(agent)
        self.fill(agent)
        order = self.order("acme.localhost", organization="Acme & Co")
        path, answer = self.sign_up(agent, order, profile={"country": "DE"})
        self.assertEqual(path, "wizard")
        self.assert_set_up("acme.localhost", "Acme & Co", "A&C")
        self.assertEqual(answer["setup"]["country"], "Germany")
        self.assertEqual(len(self.hidden("template")), MOST + 1)
        # One that is there is copied all the same.
        self.assertEqual(self.ask(agent, **FRANCE)["result"]["path"], "copy")

    def test_where_there_are_many_a_day_without_a_customer_is_idle(self) -> None:
        agent = self.start()
        self.template(agent)
        self.fill(agent, age=2 * 86400)
        stale = agent.call("survey", job=os.urandom(16).hex())["result"]["stale"]
        self.assertEqual(len(stale), MOST - 1)
        shutil.rmtree(self.sites / stale[0])
        stale = agent.call("survey", job=os.urandom(16).hex())["result"]["stale"]
        self.assertEqual(stale, [], "as many as that may wait for a week")

    def test_a_year_that_is_over(self) -> None:
        agent = self.start()
        self.template(agent)
        known = self.ask(agent, **FRANCE)["result"]["profile"]
        self.standby(agent, known)
        for name in self.hidden("template") + self.hidden("standby"):
            path = self.sites / name / NAMED
            if path.exists():
                kept = json.loads(path.read_text())
                kept["profile"]["fiscalYear"]["end"] = "2020-12-31"
                path.write_text(json.dumps(kept))
        found = agent.call("survey", job=os.urandom(16).hex())["result"]
        self.assertEqual(found["others"], [])
        self.assertEqual(len(found["stale"]), 2)

    def standby(self, agent: Agent, profile: str) -> Any:
        return agent.call("standby", job=os.urandom(16).hex(), size=1, profile=profile)

    def test_a_standby_of_a_profile(self) -> None:
        agent = self.start()
        self.template(agent)
        profile = self.ask(agent, **FRANCE)["result"]["profile"]

        def others() -> Any:
            return agent.call("survey", job=os.urandom(16).hex())["result"]["others"]

        empty = {"profile": profile, "standbys": 0, "mine": [], "adoptable": []}
        self.assertEqual(others(), [empty])
        self.assertIn("result", self.standby(agent, profile))
        self.assertEqual(self.standby(agent, profile)["error"]["data"]["kind"], "pool_busy")
        held = self.hidden("standby")
        self.assertEqual(others(), [{**empty, "standbys": 1, "mine": held}])
        # It is for nobody else.
        self.assertEqual(self.ask(agent)["result"]["path"], "copy")
        self.assertEqual(self.ask(agent)["result"]["profile"], None)
        order = self.order("acme.localhost", organization="Débit & Cie")
        path, answer = self.sign_up(agent, order, profile=FRANCE)
        self.assertEqual((path, answer["setup"]["company"]), ("standby", "Débit & Cie"))

    def test_a_standby_of_a_profile_that_has_no_template(self) -> None:
        agent = self.start()
        self.template(agent)
        answer = self.standby(agent, "0" * 16)
        self.assertEqual(answer["error"]["data"]["kind"], "pool_busy")
        self.assertEqual(self.hidden("standby"), [])

    def test_one_that_is_left_is_adopted(self) -> None:
        agent = self.start()
        self.template(agent)
        profile = self.ask(agent, **FRANCE)["result"]["profile"]
        self.standby(agent, profile)
        agent.close()
        agent = self.start()
        found = agent.call("survey", job=os.urandom(16).hex())["result"]
        left = self.hidden("standby")
        self.assertEqual((found["standbys"], found["stale"]), (0, []))
        self.assertEqual(found["others"][0]["adoptable"], left)
        adopted = agent.call("standby", job=os.urandom(16).hex(), size=1, hidden=left[0])
        self.assertIn("result", adopted)
        path, _ = self.sign_up(agent, self.order("acme.localhost"), profile=FRANCE)
        self.assertEqual(path, "standby")


class Names(unittest.TestCase):
    def test_which_of_them_is_too_long(self) -> None:
        """As the database has said it: the stand-in's has no limit."""
        error = Exception(1406, "Data too long for column 'name' at row 1")
        for company, field in (("Acme", "abbreviation"), ("Acme " * 28, "companyName")):
            found = workspace.unfit(error, "tabAccount", company, "ABCDEFGHIJ")
            assert found
            self.assertEqual(found.error()["data"]["field"], field)
        self.assertIsNone(workspace.unfit(Exception(1054, "no column"), "tabAccount", "A", "A"))


if __name__ == "__main__":
    unittest.main()
