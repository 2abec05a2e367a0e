# The comparison of rows finds what it is there to find: each test makes two equal sites differ.
from __future__ import annotations

import copy
import sys
import unittest

sys.dont_write_bytecode = True

from accepted import ANY, ROW, Accepted  # noqa: E402
from row_difference import Difference, differences  # noqa: E402
from site_rows import Site  # noqa: E402

FERNET = "gAAAAABrBa1Da2VBf5CWn53XK5ivSEb6PAcvM7kciZ9E7I9UFx4rije0Ac7W0LZvdVswMoU9vUptD5aig=="


def site(name: str, child: str, hour: int) -> Site:
    """The same site twice: another name, other random ids, made at another time."""
    time = f"2026-11-24 {hour:02}:00:00.123456"
    return Site(
        name,
        {"db_name": f"db_{child}", "db_password": child},
        {"site_config.json": "640"},
        f"CREATE DATABASE `db_{child}`",
        {"tabUser": "CREATE TABLE `tabUser` (`name` int)", "tabHas Role": "CREATE"},
        {
            "tabUser": [
                {"name": "a@b.c", "creation": time, "secret": FERNET + child, "home": f"//{name}"}
            ],
            "tabHas Role": [
                {"name": child, "parent": "a@b.c", "role": "System Manager", "idx": "1"},
                {"name": "kept000000", "parent": "a@b.c", "role": "All", "idx": "2"},
            ],
        },
        {"/api": {"status": "200", "data": [{"name": child, "at": time}]}},
    )


class Differences(unittest.TestCase):
    def setUp(self) -> None:
        self.script = site("one.localhost", "aaaaaaaaa1", 1)
        self.tenantd = site("two.localhost", "bbbbbbbbb2", 2)
        self.users = self.tenantd.rows["tabUser"]
        self.roles = self.tenantd.rows["tabHas Role"]

    def found(self) -> list[Difference]:
        return differences(self.script, self.tenantd)[0]

    def places(self) -> list[tuple[str, str]]:
        return [(found.table, found.column) for found in self.found()]

    def test_what_must_differ_is_no_difference(self) -> None:
        self.roles.reverse()  # nor is the order of rows
        self.assertEqual(self.found(), [])

    def test_a_changed_value(self) -> None:
        self.roles[0]["idx"] = "3"
        self.assertEqual(self.places(), [("tabHas Role", "idx")])

    def test_nothing_is_not_a_time(self) -> None:
        self.users[0]["creation"] = None
        self.assertEqual(self.places(), [("tabUser", "creation")])

    def test_a_secret_in_plain_text(self) -> None:
        self.users[0]["secret"] = "Harbour-Kettle-42"
        self.assertEqual(self.places(), [("tabUser", "secret")])

    def test_the_other_sites_name(self) -> None:
        self.users[0]["home"] = "//one.localhost"
        self.assertEqual(self.places(), [("tabUser", "home")])

    def test_a_row_too_many(self) -> None:
        self.roles.append(copy.copy(self.roles[0]))
        self.assertEqual(self.places(), [("tabHas Role", "")])
        self.assertIsNone(self.found()[0].script)

    def test_a_row_too_few(self) -> None:
        del self.roles[0]
        self.assertIsNone(self.found()[0].tenantd)

    def test_another_role_is_another_row(self) -> None:
        self.roles[0]["role"] = "Sales User"
        self.assertEqual(self.places(), [("tabHas Role", ""), ("tabHas Role", "")])

    def test_a_missing_table(self) -> None:
        del self.tenantd.rows["tabUser"], self.tenantd.definitions["tabUser"]
        self.assertEqual(self.places(), [("tabUser", "")])

    def test_another_definition(self) -> None:
        self.tenantd.definitions["tabUser"] += " ENGINE=MyISAM"
        self.tenantd.database += " CHARACTER SET latin1"
        self.assertEqual(self.places(), [("tabUser", "definition"), ("(database)", "definition")])

    def test_what_is_outside_the_database(self) -> None:
        self.tenantd.conf["pause_scheduler"] = 1
        self.tenantd.files["site_config.json"] = "666"
        self.tenantd.answers["/api"]["status"] = "401"
        wanted = [("(config)", "pause_scheduler"), ("(folder)", "site_config.json")]
        self.assertEqual(self.places(), [*wanted, ("(web)", "status")])


class Meant(unittest.TestCase):
    """What is meant is no more than that."""

    words = {"email": "a@b.c"}

    def fits(self, entry: Accepted, *found: str | None) -> bool:
        table, key, column, script, tenantd = found
        return entry.fits(
            Difference(str(table), str(key), str(column), script, tenantd), self.words
        )

    def test_the_owners_and_nobody_elses(self) -> None:
        entry = Accepted("tabUser", "api_key", "keys", key="{email}", only="tenantd")
        self.assertTrue(self.fits(entry, "tabUser", "a@b.c", "api_key", None, "1"))
        self.assertFalse(self.fits(entry, "tabUser", "x@b.c", "api_key", None, "1"))
        self.assertFalse(self.fits(entry, "tabUser", "a@b.c", "api_key", "0", "1"))
        self.assertFalse(self.fits(entry, "tabUser", "a@b.c", "api_secret", None, "1"))

    def test_a_row_is_no_column(self) -> None:
        entry = Accepted("tabVersion", ROW, "history", only="script")
        self.assertTrue(self.fits(entry, "tabVersion", "User/a", "", "row", None))
        self.assertFalse(self.fits(entry, "tabVersion", "User/a", "", None, "row"))
        self.assertFalse(self.fits(entry, "tabVersion", "User/a", "data", "1", "2"))

    def test_a_pattern_and_either_side(self) -> None:
        entry = Accepted("tabSingles", "value", "plan", key="SaaS Settings/*", only=ANY)
        self.assertTrue(self.fits(entry, "tabSingles", "SaaS Settings/plan", "value", None, "1"))
        self.assertTrue(self.fits(entry, "tabSingles", "SaaS Settings/plan", "value", "0", "1"))
        self.assertFalse(self.fits(entry, "tabSingles", "Stock Settings/plan", "value", "0", "1"))


if __name__ == "__main__":
    unittest.main()
