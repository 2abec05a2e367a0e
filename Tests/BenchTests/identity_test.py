# Which bench a folder is: a copy is never taken for the original, and what happens every day does
# not raise an alarm.
from __future__ import annotations

import os
import shutil
from pathlib import Path
from unittest import mock

from ownership_case import OwnershipCase
from tenantd_agent import config, identity, server


class IdentityTest(OwnershipCase):
    def assert_unproven(self) -> None:
        error = self.refused(identity.prove, self.server)
        self.assertEqual(error.kind, "bench_unproven")

    def test_a_copy_drops_nothing_of_the_original(self) -> None:
        early = self.database(self.name(1))
        self.site("early.localhost", early)
        self.site("tenantd-" + "a" * 32, self.name(3), "preparing", job="j")
        origin = os.getcwd()
        copy = self.clone()
        late = self.database(self.name(2))
        self.site("late.localhost", late)
        self.enter(copy)
        for action in (
            lambda: self.reconcile(orphans=True),
            lambda: self.reconcile(orphans=True, dryRun=True),
            lambda: self.drop("early.localhost"),
            lambda: self.drop("early.localhost", force=True),
            lambda: self.undo("j"),
        ):
            self.assertEqual(self.refused(action).kind, "bench_unproven")
        os.chdir(origin)
        self.begin()
        self.reconcile()
        self.assertEqual(self.there(), {early, late})

    def test_a_copy_of_a_whole_disk_is_told_by_the_token(self) -> None:
        """Device, inode and time of birth are the same there."""
        with mock.patch.object(identity, "place", lambda: identity.Place(1, 2, 3)):
            identity.take_new(self.server)
            origin, copy = os.getcwd(), self.clone()
            identity.prove(self.server, renew=True)  # the original lives on
            self.enter(copy)
            self.assert_unproven()
            self.enter(self.clone_of(origin))
            identity.prove(self.server, renew=True)  # of two alike, whoever comes first has it
            os.chdir(origin)
            self.assert_unproven()

    def clone_of(self, folder: str) -> Path:
        os.chdir(folder)
        return self.clone()

    def test_what_happens_every_day_is_no_alarm(self) -> None:
        where = identity.place()
        for _ in range(3):
            identity.prove(self.server, renew=True)
        renumbered = where._replace(device=where.device + 1)
        with mock.patch.object(identity, "place", lambda: renumbered):
            identity.prove(self.server, renew=True)  # after a start of the machine
        with mock.patch.object(identity, "file_system", lambda device: "fuse.sshfs"):
            self.assertEqual((identity.place().inode, identity.place().born), (0, 0))
            identity.prove(self.server, renew=True)

    def test_a_kill_between_file_and_row_is_no_alarm(self) -> None:
        name = config.bench_id()
        row = identity.read(self.server, name)
        with mock.patch.object(identity, "execute", side_effect=KeyboardInterrupt):
            with self.assertRaises(KeyboardInterrupt):
                identity.write(self.server, name, identity.place(), row)
        self.assertNotEqual(config.bench_file()[1], row.token if row else "")
        identity.prove(self.server, renew=True)
        identity.prove(self.server)

    def test_a_database_server_that_knows_no_bench_takes_this_one(self) -> None:
        os.unlink(self.databases / "tenantd.sqlite")
        identity.prove(self.server)
        self.assertIsNotNone(identity.read(self.server, config.bench_id()))

    def test_a_folder_from_a_backup_is_not_proven(self) -> None:
        shutil.copy(config.BENCH, "../backup")
        for _ in range(2):
            identity.prove(self.server, renew=True)
        os.replace("../backup", config.BENCH)
        self.assert_unproven()
        identity.keep(self.server)
        identity.prove(self.server)

    def test_a_new_identity_is_taken_by_a_person_only(self) -> None:
        origin, name = os.getcwd(), config.bench_id()
        self.site("acme.localhost", self.database(self.name(1)))
        self.enter(self.clone())
        self.assert_unproven()
        self.assertEqual(config.bench_id(), name)
        identity.take_new(self.server)
        identity.prove(self.server)
        self.assertNotEqual(config.bench_id(), name)
        # What the copy's folders name is the original's, also for a person who names the site.
        error = self.refused(self.drop, "acme.localhost", force=True)
        self.assertIn("another bench", error.message)
        os.chdir(origin)
        identity.prove(self.server)

    def test_a_bench_that_moved_keeps_its_tenants(self) -> None:
        origin, own = os.getcwd(), self.database(self.name(1))
        self.site("acme.localhost", own)
        self.enter(self.clone())
        identity.keep(self.server)
        os.chdir(origin)
        self.assert_unproven()
        self.enter(self.clone())
        identity.keep(self.server)
        self.drop("acme.localhost")
        self.assertEqual(self.there(), set())

    def test_no_identity_is_taken_from_a_bench_that_is_served(self) -> None:
        identity.show_life(self.server)
        self.enter(self.clone())
        other = server.connect(self.credentials)
        self.assertIn("served at this moment", self.refused(identity.keep, other).message)
        other.close()

    def test_a_file_that_is_gone_is_not_made_again_where_there_are_tenants(self) -> None:
        own = self.database(self.name(1))
        self.site("acme.localhost", own)
        name = config.bench_id()
        os.unlink(config.BENCH)
        self.assert_unproven()
        self.assertIn(name, identity.describe(self.server)["why"])
        identity.keep(self.server)
        self.assertEqual(config.bench_id(), name)

    def test_of_two_that_name_a_bench_the_first_has_named_it(self) -> None:
        lines = config.bench_file()
        config.write_bench_file(["0" * 8], is_new=True)
        self.assertEqual(config.bench_file(), lines)
        self.assertEqual([n for n in os.listdir(".") if n.startswith(config.BENCH + ".")], [])

    def test_a_file_that_is_empty_is_not_proven(self) -> None:
        open(config.BENCH, "w").close()
        self.assert_unproven()
