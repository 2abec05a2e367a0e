# What may be dropped: nothing but what is provably this bench's, on each path that drops. Runs the
# tests of the bench's identity, of remnants and of reconciliations too:
# python3 Tests/BenchTests/ownership_test.py
from __future__ import annotations

import unittest

from ownership_case import OwnershipCase
from tenantd_agent import config, identity, server


class OwnershipTest(OwnershipCase):
    def test_a_planted_folder_drops_nothing_and_keeps_nobody(self) -> None:
        self.database("precious")
        own = self.database(self.name(1))
        self.site("tenantd-" + "a" * 32, "precious", "preparing")
        self.site("tenantd-" + "b" * 32, own, "preparing")
        for dry in (True, False):
            dropped, failed = self.reconcile(dryRun=dry, orphans=True)
            self.assertEqual(dropped, {"tenantd-" + "b" * 32})
            reason = failed["tenantd-" + "a" * 32]
            self.assertIn("its database precious is not of this bench's making", reason)
        self.assertEqual(self.there(), {"precious"})

    def test_an_undo_drops_only_what_is_own(self) -> None:
        self.database("precious")
        own = self.database(self.name(1))
        self.site("tenantd-" + "a" * 32, "precious", "preparing", job="j")
        self.site("acme.localhost", own, "claiming", job="j")
        self.assertIn("precious", self.refused(self.undo, "j").message)
        self.assertEqual(self.there(), {"precious"})

    def test_another_benchs_database_stays(self) -> None:
        other = self.database("tenantd_ffffffff_0000000000000001")
        self.site("acme.localhost", other)
        self.assertIn("force", self.refused(self.drop, "acme.localhost").message)
        identity.execute(
            self.server,
            f"INSERT INTO {identity.TABLE} VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            ("ffffffff", "t", 1, 2, 3, "/srv/other/sites", "there", "now", "_legacy"),
        )
        error = self.refused(self.drop, "acme.localhost", force=True)
        self.assertIn("used by another bench on this database server (/srv/other/sites", error.message)
        # What a site of that bench names is that bench's as well, whoever made it.
        self.site("legacy.localhost", self.database("_legacy"))
        self.assertIn("another bench", self.refused(self.drop, "legacy.localhost", force=True).message)
        self.assertEqual(self.there(), {other, "_legacy"})

    def test_force_is_for_the_very_site(self) -> None:
        self.database("_foreign")
        self.site("old.localhost", "_foreign")
        self.assertIn("force", self.refused(self.drop, "old.localhost").message)
        self.drop("old.localhost", force=True)
        self.assertEqual(self.there(), set())

    def test_what_is_the_servers_own_is_no_sites(self) -> None:
        self.database(identity.DATABASE + "x")
        for name in ("information_schema", identity.DATABASE, "a`b"):
            site = self.site(f"x{abs(hash(name))}.localhost", name)
            if name != "a`b":
                self.assertIn("is no site's", self.refused(self.drop, site, force=True).message)
        self.assertIn("tenantd.sqlite", [path.name for path in self.databases.iterdir()])

    def test_what_another_site_names_stays(self) -> None:
        own = self.database(self.name(1))
        self.site("one.localhost", own)
        self.site("two.localhost", own)
        self.assertIn("two.localhost as well", self.refused(self.drop, "one.localhost").message)
        error = self.refused(self.drop, "one.localhost", force=True)
        self.assertIn("two.localhost as well", error.message)
        self.assertEqual(self.there(), {own})

    def test_a_user_of_another_name_stays_unless_it_is_meant(self) -> None:
        own = self.database(self.name(1))
        self.server.sql("CREATE USER %s@%s IDENTIFIED BY %s", ("reports", "%", "secret"))
        site = self.site("one.localhost", own)
        config.replace(site, {**(config.read(site) or {}), "db_user": "reports"})
        self.drop(site)
        self.assertIn("reports", self.there())
        config.replace(self.site(site, self.database(self.name(2))), {"db_name": self.name(2), "db_user": "root"})
        self.drop(site, force=True)
        self.assertTrue(server.users(self.server, "reports"))

    def test_an_orphan_has_this_benchs_form(self) -> None:
        own = self.database(self.name(1))
        others = {self.database(own + "0"), self.database(own[:-1] + "G"), self.database("tenantd_x")}
        dropped, _ = self.reconcile(orphans=True)
        self.assertEqual(dropped, {own, f"{own}@%"})
        self.assertEqual(self.there(), others)


if __name__ == "__main__":
    from identity_test import IdentityTest  # noqa: F401
    from reconcile_test import ReconcileTest  # noqa: F401
    from remnants_test import RemnantsTest  # noqa: F401

    unittest.main()
