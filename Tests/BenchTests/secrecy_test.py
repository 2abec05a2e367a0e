# Tests of what no text may hold that leaves the bench: python3 Tests/BenchTests/secrecy_test.py
from __future__ import annotations

import contextlib
import io
import json
import unittest
from typing import Any, Callable

import agent_case  # lays the agent's package beside the stand-in's
import sandbox_case
from sandbox_case import frappe

from tenantd_agent import children, secrecy, server
from tenantd_agent.wire import Trouble

SENTENCE = "No database root password: the bench has none."


class SecrecyTest(sandbox_case.SandboxCase):
    def tearDown(self) -> None:
        secrecy.made.clear()

    def work(self, run: Callable[[], Any], secrets: list[str]) -> tuple[Any, str]:
        """The answer's error, and what went to standard error."""
        frappe.init("")
        with contextlib.redirect_stderr(io.StringIO()) as log:
            answer = children.work(run, secrets)
        return answer["error"], log.getvalue()

    def test_what_is_empty_or_short_is_not_searched_for(self) -> None:
        for secret in ("", "a", "root", "admin", "ü5ü"):
            self.assertEqual(secrecy.redact(SENTENCE, [secret]), SENTENCE, secret)
        self.assertEqual(secrecy.redact("it was hunter2!", ["hunter2"]), "it was ‹redacted›!")

    def test_an_empty_root_password_leaves_the_sentence_whole(self) -> None:
        frappe.init("")
        frappe.local.conf.root_password = ""
        credentials = server.Credentials("root", "")
        error, _ = self.work(lambda: server.connect(credentials), [])
        self.assertIn("No database root password", error["message"])

    def test_a_secret_is_found_as_it_is_quoted(self) -> None:
        secret = """Pa's"s\\<w>&ö rd"""
        for text in (repr(secret), f"{secret!a}", json.dumps(secret), secret):
            self.assertIn("‹redacted›", secrecy.redact(f"it was {text}.", [secret]), text)
            self.assertNotIn("rd", secrecy.redact(f"it was {text}.", [secret]), text)

    def test_each_request_brings_its_own(self) -> None:
        def fail() -> None:
            raise ValueError(f"{'x' * 480} it was SecurePass123, {key}")

        key = secrecy.remember("k" * 64)
        error, log = self.work(fail, secrecy.secrets_in({"password": "SecurePass123"}))
        for secret in ("SecurePass123", "SecureP", key, "kkkk"):
            self.assertNotIn(secret, error["message"])
            self.assertNotIn(secret, log)

    def test_data_of_an_error_too(self) -> None:
        def fail() -> None:
            raise Trouble("step_failed", "no", site="SecurePass123", more=["SecurePass123"])

        error, _ = self.work(fail, ["SecurePass123"])
        self.assertNotIn("SecurePass", str(error))


if __name__ == "__main__":
    unittest.main()
