# What kills leave in the folder of sites, and what a killed drop begins again from.
from __future__ import annotations

import errno
import json
import os
import resource
import signal
from pathlib import Path
from unittest import mock

from ownership_case import SESSION, OwnershipCase
from tenantd_agent import config, content, drop, index, note, remnants


class RemnantsTest(OwnershipCase):
    def test_a_drop_that_is_killed_while_files_go_begins_again(self) -> None:
        self.site("acme.localhost", self.database(self.name(1)))
        Path("acme.localhost/private/files/one").touch()
        if not (child := os.fork()):
            mock.patch.object(
                remnants, "remove", lambda path: os.kill(os.getpid(), signal.SIGKILL)
            ).start()
            self.drop("acme.localhost")
            os._exit(0)
        self.assertEqual(os.waitpid(child, 0)[1], signal.SIGKILL)
        [hidden] = [name for name in os.listdir(".") if name.startswith("tenantd-")]
        self.assertTrue(Path(hidden, "private/files/one").exists())
        dropped, failed = self.reconcile()
        self.assertEqual((dropped, failed), ({hidden}, {}))
        self.assertEqual([name for name in os.listdir(".") if name.startswith("tenantd-")], [])

    def test_what_came_since_under_its_name_stays(self) -> None:
        """A leftover that somebody else has dropped while this one waited for it."""
        self.site("acme.localhost", self.database(self.name(1)), "claiming", job="2" * 32)
        index.bench.refresh()
        before = index.bench.find("acme.localhost")
        self.drop("acme.localhost")
        self.site("acme.localhost", self.database(self.name(2)))
        drop.drop("acme.localhost", self.credentials, SESSION, expected=before)
        self.assertTrue(os.path.isdir("acme.localhost"))
        self.assertIn(self.name(2), self.there())
        index.bench.refresh()
        again = index.bench.find("acme.localhost")
        drop.drop("acme.localhost", self.credentials, SESSION, expected=again)
        self.assertFalse(os.path.isdir("acme.localhost"))

    def test_the_config_is_the_last_file_to_go(self) -> None:
        site = Path(self.site("acme.localhost", self.database(self.name(1))))
        for number in range(30):  # in whichever order a folder lists what is in it
            Path(site, f"file-{number}").touch()
        seen: list[bool] = []
        remove = remnants.remove

        def look(path: str) -> None:
            seen.append(Path(path).parent.joinpath("site_config.json").exists())
            remove(path)

        with mock.patch.object(remnants, "remove", look):
            self.drop(str(site))
        self.assertEqual(set(seen), {True})

    def test_a_hidden_folder_without_config_goes(self) -> None:
        os.makedirs("tenantd-" + "a" * 32 + "/private/files")
        os.makedirs("tenantd-notes/private")
        dropped, failed = self.reconcile()
        self.assertEqual((dropped, failed), ({"tenantd-" + "a" * 32}, {}))
        self.assertTrue(os.path.isdir("tenantd-notes"))

    def test_files_that_a_write_left_aside_go(self) -> None:
        site = self.site("acme.localhost", self.database(self.name(1)))
        old, young = (f"{site}/site_config.json.{n:08x}" for n in (1, 2))
        for path in (old, young, f"{site}/site_config.json.backup"):
            Path(path).touch()
        os.utime(old, (0, 0))
        self.assertEqual(self.reconcile()[0], {old})
        self.assertTrue(os.path.exists(f"{site}/site_config.json.backup"))
        # In a folder that nobody has changed for long they are looked for when that is asked.
        for path in (old, site):
            Path(path).touch()
            os.utime(path, (0, 0))
        self.assertEqual(self.reconcile()[0], set())
        self.assertEqual(self.reconcile(orphans=True)[0], {old})

    def test_a_write_for_which_there_is_no_room_changes_nothing(self) -> None:
        """A limit on the size of files fails where a full disk does: in the middle of a write."""
        failure = {"reason": "no room " * 500, "at": "", "tries": 1}
        note.keep({"failure": {**failure, "reason": "first"}})
        site = self.site("acme.localhost", self.database(self.name(1)))
        before = config.read(site)
        here = sorted(os.listdir("."))
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (64, limits[1]))
        try:
            for write in (
                lambda: note.keep({"failure": failure}),
                lambda: config.replace(site, {"db_name": "x" * 4000}),
                lambda: config.write_bench_file(["0" * 4000]),
            ):
                self.assertRaises(OSError, write)
            content.keep({"frappe": ["x" * 4000]})
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        self.assertEqual(sorted(os.listdir(".")), here)
        self.assertEqual(os.listdir(site).count("site_config.json"), 1)
        self.assertFalse([name for name in os.listdir(site) if ".json." in name])
        self.assertEqual(config.read(site), before)
        self.assertEqual((note.read() or {})["reason"], "first")
        note.keep({"failure": None})
        self.assertIsNone(note.read())

    def test_own_files_that_a_killed_write_left_aside_go(self) -> None:
        for name in (config.BENCH, content.KEPT, note.PATH):
            for end in ("0" * 8, "backup"):
                Path(f"{name}.{end}").write_text(json.dumps(None))
                os.utime(f"{name}.{end}", (0, 0))
        young = f"{note.PATH}.{'1' * 8}"
        Path(young).touch()
        dropped, failed = self.reconcile()
        written = (config.BENCH, content.KEPT, note.PATH)
        self.assertEqual((dropped, failed), ({f"{name}.{'0' * 8}" for name in written}, {}))
        self.assertTrue(Path(young).exists())
        self.assertTrue(Path(f"{note.PATH}.backup").exists())

    def test_a_full_disk_does_not_keep_a_drop_from_making_room(self) -> None:
        self.site("acme.localhost", self.database(self.name(1)))
        full = OSError(errno.ENOSPC, "No space left on device")
        with mock.patch.object(config, "replace", side_effect=full):
            self.drop("acme.localhost")
        self.assertEqual(self.there(), set())
        self.assertFalse(os.path.exists("acme.localhost"))

    def test_a_drop_on_a_full_disk_that_is_killed_begins_again(self) -> None:
        self.site("tenantd-" + "c" * 32, self.database(self.name(1)), "active")
        self.assertEqual(self.reconcile()[0], {"tenantd-" + "c" * 32})

    def test_links_to_a_site_go_with_it(self) -> None:
        self.site("acme.localhost", self.database(self.name(1)))
        os.symlink("acme.localhost", "www.acme.example")
        os.symlink(os.path.realpath("acme.localhost"), "acme.example")
        os.symlink("elsewhere", "other.example")
        self.drop("acme.localhost")
        self.assertEqual(self.there(), set())
        self.assertEqual([name for name in os.listdir(".") if os.path.islink(name)], ["other.example"])

    def test_a_user_whose_file_was_cut_short_is_dropped(self) -> None:
        own = self.database(self.name(1))
        (self.databases / f"{own}.user").write_text("")
        orphan = self.database(self.name(2))
        (self.databases / f"{orphan}.user").write_text("")
        self.site("acme.localhost", own)
        self.drop("acme.localhost")
        dropped, failed = self.reconcile(orphans=True)
        self.assertEqual((dropped, failed), ({orphan, f"{orphan}@%"}, {}))
        self.assertEqual(self.there(), set())

    def test_what_a_broken_site_may_name_is_no_orphan(self) -> None:
        """A tenant whose config is being edited by hand loses nothing."""
        orphan = self.database(self.name(1))
        site = Path(self.site("acme.localhost", orphan))
        whole = Path(site, "site_config.json").read_text()
        for text in ("", "{", "[]", '{"db_name": 7}', '{"tenantd": {"owner": ["a"]}}', None):
            Path(site, "site_config.json").unlink()
            if text is not None:
                Path(site, "site_config.json").write_text(text)
            dropped, failed = self.reconcile(orphans=True)
            self.assertEqual((dropped, set(failed)), (set(), {orphan, f"{orphan}@%"}), text)
            self.assertIn("acme.localhost", failed[orphan])
            index.bench.refresh()
            record = index.bench.find("acme.localhost") or {}
            self.assertEqual((record["state"], record["made"]), ("broken", False), text)
            self.assertTrue(record["reason"].startswith("It"), text)
        Path(site, "site_config.json").write_text(whole)
        self.assertEqual(self.reconcile(orphans=True), (set(), {}))

    def test_a_broken_site_goes_by_force(self) -> None:
        self.site("acme.localhost", 7)
        self.assertIn("not made", self.refused(self.drop, "acme.localhost").message)
        self.drop("acme.localhost", force=True)
        self.assertFalse(os.path.exists("acme.localhost"))

    def test_a_link_is_an_alias_and_no_site(self) -> None:
        own = self.database(self.name(1))
        self.site("acme.localhost", own)
        os.symlink("acme.localhost", "www.acme.example")
        index.bench.refresh()
        record = index.bench.find("www.acme.example") or {}
        self.assertEqual((record["state"], record["of"]), ("alias", "acme.localhost"))
        self.assertEqual(index.bench.counts(), {"active": 1})
        error = self.refused(self.drop, "www.acme.example", force=True)
        self.assertIn("link to acme.localhost", error.message)
        self.assertEqual(self.there(), {own})

    def test_a_site_that_lies_elsewhere_stays(self) -> None:
        self.site("../elsewhere", self.database("_foreign"))
        os.symlink("../elsewhere", "far.localhost")
        error = self.refused(self.drop, "far.localhost", force=True)
        self.assertIn("removed by hand", error.message)

    def test_a_hidden_folder_whose_config_is_broken_goes_with_its_database(self) -> None:
        own = self.database(self.name(1))
        path = Path(self.site("tenantd-" + "a" * 32, own), "site_config.json")
        path.write_text("{")
        self.assertEqual(self.reconcile(orphans=True)[0], set())  # it may be being written
        os.utime(path, (0, 0))
        self.assertEqual(self.reconcile()[0], set())
        dropped, failed = self.reconcile(orphans=True)
        self.assertEqual((dropped, failed), ({"tenantd-" + "a" * 32, own, f"{own}@%"}, {}))
