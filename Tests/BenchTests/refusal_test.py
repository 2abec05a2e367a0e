# Tests of what an app, a policy or a step that may fail says to whom:
# python3 Tests/BenchTests/refusal_test.py
from __future__ import annotations

import contextlib
import io
import unittest
import unittest.mock
from typing import Any

import agent_case  # lays the agent's package beside the stand-in's
import sandbox_case
from sandbox_case import frappe

from tenantd_agent import held, optional, owner, refusal
from tenantd_agent.wire import Trouble

PARAMS: dict[str, Any] = {
    "fullName": "John Doe",
    "owner": "john@acme.com",
    "password": "Secure-Pass-123",
    "organization": "Acme",
    "plan": {"name": "free", "users": 5, "storageGB": 1},
    "settings": "SaaS Settings",
    "optional": ["app", "settings"],
}


class RefusalTest(sandbox_case.SandboxCase):
    def setUp(self) -> None:
        super().setUp()
        self.new_site()
        frappe.db.commit()

    def refused(self, error: type[Exception], **values: Any) -> Any:
        with self.assertRaises(Trouble) as raised, refusal.refusals():
            self.owner(**values)
        self.assertEqual(raised.exception.kind, "refused")
        self.assertIsInstance(raised.exception.__cause__, error)
        return raised.exception

    def test_plain_text(self) -> None:
        for given, expected in (
            ("Use <b>your</b> company&#39;s<br>address", "Use your company's address"),
            ("<p>One.</p><ul><li>Two</li><li>Three</li></ul>", "One. Two Three"),
            ("5 < 6 and a > b &lt;x&gt;", "5 < 6 and a > b <x>"),
            ("", ""),
        ):
            self.assertEqual(refusal.plain(given), expected)

    def test_frappes_own_rules_name_the_field(self) -> None:
        found = self.refused(frappe.MandatoryError, first_name="")
        self.assertEqual(found.message, "First Name must be given.")
        self.assertEqual(found.data, {"field": "fullName"})
        self.assertEqual(
            self.refused(frappe.InvalidEmailAddressError, email="nobody").data["field"], "email"
        )

    def test_a_stale_message_is_not_an_errors(self) -> None:
        frappe.local.message_log = [{"message": "Welcome", "title": "Hello"}]
        self.assertEqual(refusal.said(ValueError("x")), {})

    def test_what_speaks_of_the_site_is_not_the_customers(self) -> None:
        with self.assertRaises(frappe.LinkValidationError), refusal.refusals():
            self.owner(roles=[{"role": "Nobody"}])

    def test_the_operators_password_policy(self) -> None:
        owner.check_password({**PARAMS, "password": "securepassword"})
        policy = {"enable_password_policy": 1, "minimum_password_score": 3}
        frappe.db.set_single_value("System Settings", policy)
        owner.check_password(PARAMS)
        with self.assertRaises(Trouble) as raised:
            owner.check_password({**PARAMS, "password": "securepassword"})
        self.assertEqual(raised.exception.kind, "invalid_params")
        self.assertEqual(raised.exception.data, {"field": "password"})
        self.assertIn("Better add a few more letters", raised.exception.message)

    def test_settings_that_fail_are_undone_alone(self) -> None:
        def fail(params: Any) -> Any:
            frappe.db.set_single_value("SaaS Settings", "plan", "half")
            raise ValueError("no <i>luck</i>")

        with held.Held() as hold, contextlib.redirect_stderr(io.StringIO()):
            self.owner()
            with unittest.mock.patch.object(optional, "apply_settings", fail):
                warnings = optional.settings(PARAMS)
            hold.commit()
        self.assertIn("SaaS Settings: no luck. It is kept", warnings[0]["message"])
        self.assertIsNone(frappe.db.get_single_value("SaaS Settings", "plan"))
        self.assertEqual(frappe.db.exists("User", "john@acme.com"), "john@acme.com")

    def test_settings_that_are_not_optional_fail(self) -> None:
        with unittest.mock.patch.object(optional, "apply_settings", side_effect=ValueError("no")):
            with self.assertRaises(ValueError):
                optional.settings({**PARAMS, "optional": []})


if __name__ == "__main__":
    unittest.main()
