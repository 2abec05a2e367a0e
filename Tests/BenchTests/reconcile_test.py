# What a reconciliation and a drop take for dead: nothing that somebody works on, in this session or
# in another one.
from __future__ import annotations

import os
from typing import Any
from unittest import mock

from ownership_case import SESSION, OwnershipCase
from tenantd_agent import ownership, server

HIDDEN = "tenantd-" + "a" * 32
JOB, NEIGHBOUR = "a" * 32, "neighbour"


class ReconcileTest(OwnershipCase):
    def setUp(self) -> None:
        super().setUp()
        # A second look at a lock comes at once here.
        patch = mock.patch.object(server, "GRACE_SECONDS", 0)
        patch.start()
        self.addCleanup(patch.stop)
        self.addCleanup(server.known_dead.clear)

    def holding(self, kind: str, value: str) -> Any:
        """Another tenantd's connection, which has that lock; closed, it has it no more."""
        other = server.connect(self.credentials)
        self.assertTrue(server.lock(other, kind, value))
        return other

    def test_a_job_that_runs_is_not_dead(self) -> None:
        for state in ("preparing", "ready", "claiming", "dropping"):
            with self.subTest(state):
                own = self.database(self.name(1))
                self.site(HIDDEN, own, state, job=JOB, session=SESSION)
                self.assertEqual(self.reconcile(live=[JOB], orphans=True), (set(), {}))
                self.assertEqual(self.there(), {own})
                self.assertEqual(self.reconcile()[0], {HIDDEN})
                self.assertEqual(self.there(), set())

    def test_a_neighbours_job_is_not_dead(self) -> None:
        own = self.database(self.name(1))
        self.site(HIDDEN, own, "claiming", job=JOB, session=NEIGHBOUR)
        other = self.holding("session", NEIGHBOUR)
        for live in ([], [JOB]):
            self.assertEqual(self.reconcile(live=live, orphans=True), (set(), {}))
        other.close()
        # Also when a job of this session has the same name.
        self.assertEqual(self.reconcile(live=[JOB])[0], {HIDDEN})

    def test_a_folder_that_is_being_made_is_not_abandoned(self) -> None:
        own, theirs, dead = (f".{HIDDEN}-{name}" for name in (SESSION, NEIGHBOUR, "dead"))
        for name in (own, theirs, dead):
            os.makedirs(f"{name}/locks")
        other = self.holding("session", NEIGHBOUR)
        self.assertEqual(self.reconcile(live=[JOB])[0], {dead})
        other.close()
        self.assertEqual(self.reconcile()[0], {own, theirs})

    def test_what_is_somebodys_is_no_leftover(self) -> None:
        """Tenants, standbys and templates outlive the session that has made them."""
        for number, state in enumerate(("active", "standby", "template")):
            site = "acme.localhost" if state == "active" else f"tenantd-{number:032x}"
            self.site(site, self.database(self.name(number)), state)
        before = self.there()
        self.assertEqual(self.reconcile(orphans=True), (set(), {}))
        self.assertEqual(self.there(), before)

    def test_a_drop_leaves_what_another_session_works_on(self) -> None:
        own = self.database(self.name(1))
        site = self.site("acme.localhost", own, "claiming", session=NEIGHBOUR)
        lock = server.lock

        def at_once(root: Any, kind: str, value: str, wait: int = 0) -> bool:
            return lock(root, kind, value)

        with mock.patch.object(server, "lock", at_once):
            for kind, value in (("site", site), ("session", NEIGHBOUR)):
                other = self.holding(kind, value)
                error = self.refused(self.drop, site)
                self.assertEqual((error.kind, self.there()), ("site_held", {own}), kind)
                self.assertTrue(os.path.isdir(site))
                other.close()
            self.drop(site)
        self.assertEqual(self.there(), set())

    def test_the_servers_own_users_are_no_sites(self) -> None:
        """Root may enter everything by a privilege of its own: no grant of a database shows it."""
        own = self.database(self.name(1))
        with mock.patch.object(server, "other_grants", return_value=[]):
            for user in ("root", "mysql", "mariadb.sys", "", "admin"):
                found = ownership.is_droppable(
                    self.server, "acme.localhost", user, own, root_user="admin", forced=True
                )
                self.assertFalse(found, user)
            found = ownership.is_droppable(
                self.server, "acme.localhost", own, own, root_user="admin", forced=False
            )
            self.assertTrue(found)
