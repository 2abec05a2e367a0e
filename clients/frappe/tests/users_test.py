# Tests of the limit of users.
import sqlite3
import unittest
from typing import Any

from app_case import AppCase, Document, frappe
from tenantd_app import users


def user(name: str, enabled: int = 1, user_type: str = "System User") -> Document:
    return Document(name=name, enabled=enabled, user_type=user_type)


def save(doc: Document) -> None:
    """As Frappe saves a document, without what is its own."""
    users.before_validate(doc)
    users.validate(doc)
    statement = "INSERT OR REPLACE INTO tabUser VALUES (%s, %s, %s)"
    frappe.local.db.sql(statement, (doc.name, doc.enabled, doc.user_type))


class Users(AppCase):
    def setUp(self) -> None:
        super().setUp()
        self.plan(users=2)
        for doc in (user("Administrator"), user("Guest", user_type="Website User"), user("a@x")):
            save(doc)
        frappe.local.db.commit()

    def refused(self, doc: Document) -> str:
        with self.assertRaises(users.UserLimitReached) as caught:
            save(doc)
        return str(caught.exception)

    def test_one_more_than_the_plan_has(self) -> None:
        save(user("b@x"))
        frappe.local.db.commit()
        self.assertEqual(
            self.refused(user("c@x")),
            "The plan (free) has 2 users, and 2 are enabled already. Disable one, or change the plan.",
        )
        frappe.local.db.rollback()
        self.plan(users=3)
        save(user("c@x"))

    def test_who_does_not_count(self) -> None:
        save(user("b@x"))
        save(user("w@x", user_type="Website User"))
        save(user("off@x", enabled=0))
        save(user("Administrator"))

    def test_enabling_and_another_type_count(self) -> None:
        save(user("w@x", user_type="Website User"))
        save(user("off@x", enabled=0))
        save(user("b@x"))
        frappe.local.db.commit()
        self.refused(user("off@x"))
        self.refused(user("w@x"))

    def test_who_counted_before_may_be_saved_whatever_the_plan(self) -> None:
        save(user("b@x"))
        frappe.local.db.commit()
        self.plan(users=1)
        save(user("b@x"))
        self.refused(user("c@x"))

    def test_what_the_transaction_itself_has_done(self) -> None:
        save(user("b@x"))
        self.refused(user("c@x"))
        save(user("b@x", enabled=0))
        save(user("c@x"))
        users.on_trash(user("c@x"))
        save(user("d@x"))
        frappe.local.db.rollback()
        self.assertEqual(users.own_changes(), {})
        save(user("e@x"))

    def test_what_another_has_committed_since_this_transaction_began(self) -> None:
        self.assertFalse(users.counted_before(user("b@x")))
        other = sqlite3.connect(frappe.local.db.path)
        self.addCleanup(other.close)
        frappe.local.db.commit()
        frappe.local.db.sql("SELECT * FROM tabUser")
        other.execute("INSERT INTO tabUser VALUES ('other@x', 1, 'System User')")
        other.commit()
        self.refused(user("b@x"))

    def test_a_role_profile_is_counted_when_frappe_knows_its_roles(self) -> None:
        save(user("b@x"))
        profiled = user("c@x")
        profiled.role_profile_name = "Sales"
        users.before_validate(profiled)
        profiled.user_type = "Website User"
        users.validate(profiled)

    def test_no_limit_costs_nothing(self) -> None:
        records: list[Any] = [None, {"state": "standby"}, {"plan": {"name": "free", "users": None}}]
        for record in records:
            frappe.write(record)
            frappe.local.db.seen.clear()
            users.before_validate(user("n@x"))
            users.validate(user("n@x"))
            users.on_trash(user("n@x"))
            self.assertEqual(frappe.local.db.seen, [])


if __name__ == "__main__":
    unittest.main()
