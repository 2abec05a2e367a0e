# A site's password policy. The score counts kinds of characters and length; Frappe asks zxcvbn.
from __future__ import annotations

import re
from typing import Any

import frappe

KINDS = ("[a-z]", "[A-Z]", "[0-9]", "[^a-zA-Z0-9]")


def test_password_strength(new_password: str, user_data: Any = None) -> dict[str, Any]:
    if not frappe.get_system_settings("enable_password_policy"):
        return {}
    found = sum(bool(re.search(kind, new_password)) for kind in KINDS)
    score = min(4, found - 1 + (len(new_password) >= 20))
    passed = score >= int(frappe.get_system_settings("minimum_password_score") or 0)
    suggestions = [] if passed else ["Better add a few more letters or another word"]
    feedback = {"warning": "", "suggestions": suggestions}
    return {"score": score, "feedback": feedback | {"password_policy_validation_passed": passed}}
