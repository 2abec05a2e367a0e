# Tests of the registry of the agent's methods: what is in it, and what a request may say.
# python3 Tests/BenchTests/methods_test.py
from __future__ import annotations

import os
import re
import unittest
from typing import Any

from agent_case import AGENT, METHODS, AgentCase, taken

from tenantd_agent import methods, secrecy, server
from tenantd_agent.wire import Trouble

REGISTERED = re.compile(r'^@methods\.(quick|root|app|stage|hot)\(\s*"(\w+)"', re.MULTILINE)


CALL = re.compile(r'session\.call\(\s*"(\w+)"')
LITERAL = re.compile(r'(?:params: JSONObject = |session\.call\(\s*"\w+",\s*)\[')
BY_THE_SESSION = {"hello", "ping", "cancel"}
"""Methods that are called by the session itself."""


def sent(text: str) -> set[str]:
    """The names of the parameters that a call's source sends, but for those of what is in them."""
    names = set(re.findall(r'params\["(\w+)"\] =', text))
    for found in LITERAL.finditer(text):
        depth, at = 1, found.end()
        while depth:
            if depth == 1 and (key := re.match(r'"(\w+)":', text[at:])):
                names.add(key[1])
            depth += {"[": 1, "(": 1, "]": -1, ")": -1}.get(text[at], 0)
            at += 1
    return names


class CallsTest(unittest.TestCase):
    """tenantd's side, one file a call, against the agent's."""

    def test_both_sides_have_the_same_names(self) -> None:
        called = set()
        for file in sorted((AGENT.parent / "Calls").glob("*.swift")):
            text = file.read_text()
            for name in CALL.findall(text):
                with self.subTest(name):
                    called.add(name)
                    each = METHODS[name]
                    known = {*each["takes"], *each["mayTake"], "timeout"}
                    self.assertLessEqual(sent(text), known, file.name)
                    self.assertLessEqual(set(each["takes"]), sent(text), file.name)
        self.assertEqual(called, METHODS.keys() - BY_THE_SESSION)


class RegistryTest(unittest.TestCase):
    def test_each_is_registered_once_in_a_file_of_its_name(self) -> None:
        found = {file.stem: REGISTERED.findall(file.read_text()) for file in AGENT.glob("*.py")}
        names = [
            (name, file) for file, all in found.items() for kind, name in all
            if kind in ("quick", "root", "app")
        ]  # fmt: skip
        snake = {name: re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", name) for name in METHODS}
        self.assertEqual(sorted(names), list(snake.items()))
        told = [name for all in found.values() for kind, name in all if kind not in ("quick", "root")]
        self.assertEqual(sorted(told), sorted(methods.ORDERS))

    def test_names(self) -> None:
        self.assertEqual(list(METHODS), sorted(METHODS))
        self.assertGreater(len(METHODS), 20)
        for name, each in METHODS.items():
            self.assertEqual(list(each), ["takes", "mayTake", "runs"])
            self.assertIn(each["runs"], ("loop", "root", "app"))
            both = [*each["takes"], *each["mayTake"]]
            self.assertEqual(len(both), len(set(both)), name)
            for word in (name, *both):
                self.assertRegex(word, "^[a-z][A-Za-z]*$", name)

    def test_parameters(self) -> None:
        for name, method in methods.METHODS.items():
            whole = dict.fromkeys(method.takes)
            method.check({**whole, "timeout": 1})
            method.check({**whole, **dict.fromkeys(method.may_take)})
            for missing in method.takes:
                self.assertEqual(
                    self.refusal(method, {k: v for k, v in whole.items() if k != missing}),
                    f"{name} needs the parameter {missing}.",
                )
            self.assertEqual(
                self.refusal(method, {**whole, "forse": True}), f"{name} has no parameter 'forse'."
            )
            for shared in set(methods.SHARED) - {*method.takes, *method.may_take}:
                if method.runs == "loop":
                    self.refusal(method, {**whole, shared: 1})
                else:
                    method.check({**whole, shared: 1})

    def refusal(self, method: methods.Method, params: dict[str, Any]) -> str:
        with self.assertRaises(Trouble) as raised:
            method.check(params)
        self.assertEqual(raised.exception.kind, "invalid_request")
        return raised.exception.message

    def test_what_is_registered_wrong(self) -> None:
        def run(params: Any, emit: Any) -> None: ...

        for name, more in (
            ("verify", {}),
            ("other", {"takes": ("password",)}),
            ("other", {"may_take": ("apiKey",), "secrets": ()}),
            ("other", {"secrets": ("pin",)}),
        ):
            with self.assertRaises(ValueError):
                methods.app(name, lasts="", **more)(run)
        self.assertNotIn("other", methods.METHODS)
        self.assertNotIn("other", methods.ORDERS)

    def test_a_secret_of_another_name(self) -> None:
        self.addCleanup(secrecy.KEYS.discard, "pin")
        self.addCleanup(methods.ORDERS.pop, "other", None)
        self.assertEqual(secrecy.secrets_in({"pin": "1234567"}), [])
        methods.stage("other", takes=("pin",), secrets=("pin",))(lambda params, emit: None)
        self.assertEqual(secrecy.secrets_in({"pin": "1234567"}), ["1234567"])


class RequestTest(AgentCase):
    def test_refusals_and_the_session_goes_on(self) -> None:
        agent = self.start()
        for method, params, sentence in (
            ("sites", {"name": "a"}, "sites has no parameter 'name'."),
            ("cancel", {}, "cancel needs the parameter job."),
            ("drop", {"job": "d" * 32, "site": "a", "forse": True}, "drop has no parameter 'forse'."),
            ("undo", {}, "undo needs the parameter job."),
            ("reissue", {"job": "r" * 32, "site": "a"}, "reissue needs the parameter owner."),
            ("prepare", {"job": "p" * 32, "template": "x"}, "prepare has no parameter 'template'."),
        ):
            error = agent.call(method, **params)["error"]
            self.assertEqual((error["data"]["kind"], error["message"]), ("invalid_request", sentence))
        self.assertEqual(agent.call("ping")["result"], {})

    def test_a_job_is_told_what_the_hello_said_and_may_say_its_own(self) -> None:
        agent = self.start()
        build = agent.call("survey", job="s" * 32)["result"]["build"]
        other = agent.call("survey", job="s" * 32, apps=[])
        self.assertNotEqual(other["result"]["build"], build)

    def test_before_the_hello(self) -> None:
        agent = self.launch()
        for method in ("sites", "drop", "none"):
            error = agent.call(method)["error"]
            self.assertEqual(error["message"], "The first request is hello.")
        self.assertEqual(agent.call("ping")["result"], {})
        self.assertIn("session", agent.call("hello")["error"]["message"])
        self.assertIn("result", agent.call("hello", session="s", apps=[], settings="x"))
        self.assertIn("begun already", agent.call("hello", session="s")["error"]["message"])
        self.assertIn("no method none", agent.call("none")["error"]["message"])


class LockTest(AgentCase):
    """Whoever works on a site has its lock."""

    def take(self, site: str) -> Any:
        """The site's lock, as another session would; the connection that holds it."""
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.sites)
        server.bench_level()
        root = server.connect(server.Credentials(None, None))
        self.assertTrue(server.lock(root, "site", site, wait=5))
        return root

    def test_a_signup_and_new_keys(self) -> None:
        agent = self.start()
        order = self.order("acme.localhost")
        hidden = agent.call("prepare", job=self.reserve(agent, order))["result"]["hidden"]
        for method, site, params in (
            ("claim", hidden, {**order, "hidden": hidden}),
            ("reissue", order["site"], taken("reissue", order)),
        ):
            root = self.take(site)
            error = agent.call(method, **params)["error"]
            self.assertEqual(error["data"]["kind"], "site_held")
            root.close()
            self.assertIn("result", agent.call(method, **params))
            self.take(site).close()


if __name__ == "__main__":
    unittest.main()
