# Tests of workspaces: profiles, the wizard's tokens, the names that take their place, and logins, on
# all three paths of a signup.
# python3 Tests/BenchTests/workspace_test.py
from __future__ import annotations

import json
import os
import sqlite3
import time
import unittest
from typing import Any

from agent_case import Agent, AgentCase

GERMANY = {"country": "DE"}
NAME = "O'Neil & \"Söhne\" 100% \\ _GmbH_ 🚀"


class WorkspaceCase(AgentCase):
    def rows(self, site: str, statement: str) -> list[Any]:
        path = self.bench / "databases" / (self.config(site)["db_name"] + ".sqlite")
        database = sqlite3.connect(path)
        try:
            return database.execute(statement).fetchall()
        finally:
            database.close()

    def hidden(self, state: str) -> list[str]:
        names = (path.name for path in self.sites.glob("tenantd-*"))
        return [name for name in names if self.config(name)["tenantd"]["state"] == state]

    def template(self, agent: Agent) -> None:
        self.assertIn("result", agent.call("template", job=os.urandom(16).hex()))

    def refused(self, answer: Any) -> tuple[Any, Any]:
        self.assertEqual(answer["error"]["data"]["kind"], "invalid_params")
        return answer["error"]["data"]["field"], answer["error"]["message"]

    def ask(self, agent: Agent, **profile: Any) -> Any:
        """The answer of a `prepare`; what it made is undone."""
        order = self.order("asked.localhost")
        answer = agent.call("prepare", job=self.reserve(agent, order), profile=profile)
        for method in ("undo", "release"):
            agent.call(method, job=order["job"])
        return answer

    def assert_set_up(self, site: str, company: str, abbreviation: str) -> None:
        self.assertEqual(
            self.rows(site, "SELECT name, company_name, abbr FROM tabCompany"),
            [(company, company, abbreviation)],
        )
        accounts = self.rows(site, "SELECT name, company, parent_account, lft, rgt FROM tabAccount")
        self.assertIn(
            (f"Bank - {abbreviation}", company, f"Aktiva - {abbreviation}", 4, 5), accounts
        )
        self.assertEqual(len(accounts), 5)
        filters = self.rows(site, "SELECT filters_json FROM `tabDashboard Chart`")[0][0]
        told = {"company": company, "account": f"Bank - {abbreviation}"}
        self.assertEqual(json.loads(filters), told)
        search = self.rows(site, "SELECT name, content FROM __global_search")
        self.assertEqual(search, [(company, f"Company : {company} ||| Abbr : {abbreviation}")])
        defaults = self.rows(site, "SELECT value FROM tabSingles WHERE field = 'default_company'")
        self.assertEqual(defaults, [(company,)])
        self.assertFalse((self.sites / site / "tenantd-workspace.json").exists())
        self.assertNotIn("pause_scheduler", self.config(site))
        run = self.rows(site, "SELECT last_execution FROM `tabScheduled Job Type`")[0][0]
        self.assertIn(time.strftime("%Y-%m-%d"), run)


class Paths(WorkspaceCase):
    def sign_up_named(self, agent: Agent, path: str) -> Any:
        order = self.order("acme.localhost", organization=NAME)
        found, answer = self.sign_up(agent, order, profile=GERMANY)
        self.assertEqual(found, path)
        self.assert_set_up("acme.localhost", NAME, "O&\"1\\_🚀")
        setup = answer["setup"]
        self.assertRegex(setup.pop("fiscalYear"), r"20\d\d")
        self.assertEqual(
            setup,
            {
                "state": "done", "company": NAME, "abbreviation": "O&\"1\\_🚀",
                "country": "Germany", "currency": "EUR", "language": "en",
                "timeZone": "Europe/Berlin", "chartOfAccounts": "SKR03",
            },
        )
        self.assertEqual(answer["roles"][0], "System Manager")
        self.assertIn("Accounts Manager", answer["roles"])
        self.assertNotIn("Guest", answer["roles"])
        roles = self.rows("acme.localhost", "SELECT role FROM `tabHas Role` WHERE parent='john@acme.com'")
        self.assertEqual(sorted(role for role, in roles), sorted(answer["roles"]))

    def test_install(self) -> None:
        self.sign_up_named(self.start(), "install")
        self.assertEqual(self.hidden("template"), [])

    def test_copy_makes_the_profiles_template_once(self) -> None:
        agent = self.start()
        self.template(agent)
        self.sign_up_named(agent, "wizard")
        self.assertEqual(len(self.hidden("template")), 2)
        other = self.order("globex.localhost", organization="Globex", owner="jane@globex.com")
        self.assertEqual(self.sign_up(agent, other, profile=GERMANY)[0], "copy")
        self.assert_set_up("globex.localhost", "Globex", "G")
        self.assertEqual(len(self.hidden("template")), 2)

    def test_standby(self) -> None:
        agent = self.start(workspace=GERMANY)
        self.template(agent)
        self.assertEqual(len(self.hidden("template")), 2)
        self.assertIn("result", agent.call("standby", job=os.urandom(16).hex(), size=1))
        survey = agent.call("survey", job=os.urandom(16).hex())["result"]
        self.assertEqual((survey["standbys"], survey["stale"]), (1, []))
        self.sign_up_named(agent, "standby")

    def test_without_a_country_the_wizard_is_the_owners(self) -> None:
        agent = self.start()
        self.template(agent)
        path, answer = self.sign_up(agent, self.order("acme.localhost"))
        self.assertEqual((path, answer["setup"]), ("copy", {"state": "wizard"}))
        self.assertEqual(answer["roles"], ["System Manager"])
        self.assertEqual(self.rows("acme.localhost", "SELECT * FROM tabCompany"), [])
        run = self.rows("acme.localhost", "SELECT last_execution FROM `tabScheduled Job Type`")
        self.assertEqual(run, [(None,)])

    def test_a_standby_of_another_profile_is_nobodys(self) -> None:
        agent = self.start()
        self.template(agent)
        self.assertIn("result", agent.call("standby", job=os.urandom(16).hex(), size=1))
        path, _ = self.sign_up(agent, self.order("acme.localhost"), profile=GERMANY)
        self.assertEqual(path, "wizard")
        agent.close()
        agent = self.start(workspace=GERMANY)
        survey = agent.call("survey", job=os.urandom(16).hex())["result"]
        self.assertEqual((survey["standbys"], survey["stale"]), (0, self.hidden("standby")))


class Refusals(WorkspaceCase):
    def test_what_the_bench_does_not_know(self) -> None:
        agent = self.start()
        for field, value, has in (
            ("country", "Atlantis", "AQ, DE, FR, IN, US"),
            ("currency", "DEM", "EUR, INR, USD"),
            ("language", "tlh", "de, en, fr, pt-BR"),
            ("timeZone", "Mars/Olympus", "America/Adak"),
            ("chartOfAccounts", "IFRS", "SKR03, Standard"),
            ("fiscalYearStart", "02-30", "MM-DD"),
        ):
            with self.subTest(field):
                found = self.refused(self.ask(agent, **{"country": "Germany", field: value}))
                self.assertEqual(found[0], field)
                self.assertIn(has, found[1])
        # A chart, and one of another country's.
        found = self.refused(self.ask(agent, country="US", chartOfAccounts="SKR03"))
        self.assertEqual(found[0], "chartOfAccounts")
        self.assertRegex(found[1], "must be one of: Standard$|must be one of: Standard\\.$")
        self.assertEqual(self.refused(self.ask(agent, currency="EUR"))[0], "country")
        self.assertEqual(self.refused(self.ask(agent, country="AQ"))[0], "currency")
        self.assertEqual([p.name for p in self.sites.glob("tenantd-*")], [])

    def test_company_names(self) -> None:
        agent = self.start()
        self.template(agent)
        for more, field in (
            ({"companyName": "New Company Ltd"}, "companyName"),
            ({"companyName": "a<b"}, "companyName"),
            ({"organization": "company"}, "organizationName"),
            ({"abbreviation": "12345678901"}, "abbreviation"),
            ({"abbreviation": "<>"}, "abbreviation"),
        ):
            with self.subTest(more):
                order = self.order("acme.localhost", **more)
                made = agent.call("prepare", job=self.reserve(agent, order), profile=GERMANY)
                answer = agent.call("claim", hidden=made["result"]["hidden"], **order)
                self.assertEqual(self.refused(answer)[0], field)
                for method in ("undo", "release"):
                    agent.call(method, job=order["job"])
                self.assertFalse((self.sites / "acme.localhost").exists())

    def test_a_wizard_that_fails_leaves_nothing(self) -> None:
        agent = self.start()
        self.template(agent)
        self.levers(refuse={"setup_wizard": "No such tax office."})
        answer = self.ask(agent, **GERMANY)
        self.assertEqual(answer["error"]["data"]["kind"], "step_failed")
        self.assertIn("No such tax office.", answer["error"]["message"])
        self.assertEqual(len([*self.sites.glob("tenantd-*")]), 1)
        self.levers()
        self.assertIn("result", self.ask(agent, **GERMANY))

    def test_a_name_that_is_left_fails_the_signup(self) -> None:
        """Somebody writes the template's company where there was none."""
        agent = self.start()
        self.template(agent)
        order = self.order("acme.localhost")
        made = agent.call("prepare", job=self.reserve(agent, order), profile=GERMANY)["result"]
        hidden = made["hidden"]
        token = self.rows(hidden, "SELECT name FROM tabCompany")[0][0]
        path = self.bench / "databases" / (self.config(hidden)["db_name"] + ".sqlite")
        database = sqlite3.connect(path)
        database.execute("UPDATE tabUser SET middle_name = ? WHERE name = 'Guest'", (token,))
        database.commit()
        database.close()
        answer = agent.call("claim", hidden=hidden, **order)
        self.assertIn("left in tabUser.middle_name", answer["error"]["message"])
        self.assertFalse((self.sites / "acme.localhost").exists())


class Profiles(WorkspaceCase):
    def asked(self, agent: Agent, site: str, **profile: Any) -> Any:
        order = self.order(site, owner=f"john@{site}.com")
        return self.sign_up(agent, order, profile=profile)[1]["setup"]

    def test_what_is_left_out(self) -> None:
        settings = {"country": "DE", "language": "de", "currency": "USD", "timeZone": "America/Chicago"}
        agent = self.start(workspace=settings)
        self.template(agent)
        own = self.asked(agent, "a.localhost")
        self.assertEqual((own["currency"], own["timeZone"]), ("USD", "America/Chicago"))
        self.assertEqual((own["country"], own["language"]), ("Germany", "de"))
        other = self.asked(agent, "b.localhost", country="us", language="pt-br")
        self.assertEqual((other["currency"], other["timeZone"]), ("USD", "America/Chicago"))
        self.assertEqual((other["language"], other["chartOfAccounts"]), ("pt-BR", "Standard"))
        third = self.asked(agent, "c.localhost", country="France", language="fr-CA")
        self.assertEqual((third["currency"], third["timeZone"]), ("EUR", "Europe/Paris"))
        self.assertEqual(third["language"], "fr")

    def test_roles_of_the_operators(self) -> None:
        agent = self.start(roles=["Accounts Manager"])
        answer = self.sign_up(agent, self.order("acme.localhost"))[1]
        self.assertEqual(answer["roles"], ["System Manager", "Accounts Manager"])

    def test_an_idle_template_is_dropped(self) -> None:
        agent = self.start()
        self.template(agent)
        self.asked(agent, "a.localhost", **GERMANY)
        own = [n for n in self.hidden("template") if self.config(n)["tenantd"].get("profile")]
        survey = agent.call("survey", job=os.urandom(16).hex())["result"]
        self.assertEqual(survey["stale"], [])
        os.utime(self.sites / own[0] / "tenantd-workspace.json", (1, 1))
        survey = agent.call("survey", job=os.urandom(16).hex())["result"]
        self.assertEqual(survey["stale"], own)


class Logins(WorkspaceCase):
    def follow(self, agent: Agent, url: str) -> Any:
        path = url.removeprefix("http://acme.localhost")
        return agent.call("http", url="wsgi:", site="acme.localhost", path=path)["result"]["status"]

    def login(self, agent: Agent, **more: Any) -> Any:
        job = os.urandom(16).hex()
        return agent.call("login", job=job, site="acme.localhost", url="http://acme.localhost", **more)

    def test_a_link_works_once(self) -> None:
        agent = self.start()
        _, answer = self.sign_up(agent, self.order("acme.localhost", login={"expires": 60}))
        url = answer["login"]["url"]
        self.assertRegex(answer["login"]["expires"], r"^20\d\d-.*Z$")
        self.assertEqual([self.follow(agent, url) for _ in range(2)], [302, 403])
        again = self.login(agent)["result"]
        self.assertEqual(again["user"], "john@acme.com")
        self.assertEqual([self.follow(agent, again["url"]) for _ in range(2)], [302, 403])
        self.assertNotIn(url.rpartition("=")[2], (self.bench / "logs" / "errors").read_text())

    def test_it_expires(self) -> None:
        agent = self.start()
        self.sign_up(agent, self.order("acme.localhost"))
        url = self.login(agent, expires=1)["result"]["url"]
        time.sleep(1.1)
        self.assertEqual(self.follow(agent, url), 403)

    def test_for_whom_there_is_none(self) -> None:
        agent = self.start()
        self.sign_up(agent, self.order("acme.localhost"))
        for user in ("Administrator", "administrator", "Guest", "jane@acme.com"):
            self.assertEqual(self.refused(self.login(agent, user=user))[0], "user")
        self.assertIn("result", self.login(agent, user="Administrator", administrator=True))
        answer = agent.call("login", job="a" * 32, site="no.localhost", url="http://no.localhost")
        self.assertEqual(answer["error"]["data"]["kind"], "no_such_site")
        self.assertEqual(self.refused(self.login(agent, path="/app"))[0], "path")

    def test_the_own_app_is_installed_and_has_its_own_link(self) -> None:
        with open(self.sites / "apps.txt", "a") as apps:
            apps.write("tenantd_app\n")
        agent = self.start()
        self.template(agent)
        _, answer = self.sign_up(agent, self.order("acme.localhost", login={"expires": 60}))
        link = "http://acme.localhost/api/method/tenantd_app.login.redeem?key="
        self.assertTrue(answer["login"]["url"].startswith(link))
        url = self.login(agent, path="/app/user?x=1")["result"]["url"]
        self.assertRegex(url.removeprefix(link), "^[0-9a-f]{64}$")
        for path in ("//evil", "app", "/\\evil", "/a b", "/" + "a" * 2000, 5):
            self.assertEqual(self.refused(self.login(agent, path=path))[0], "path")


if __name__ == "__main__":
    unittest.main()
