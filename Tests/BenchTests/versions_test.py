# What differs between Frappe's versions, against the stand-in made to look like each.
from __future__ import annotations

import importlib.util
import os
import sys
import time
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

import sandbox_case
from sandbox_case import frappe

AGENT = Path(__file__).resolve().parents[2] / "Sources" / "Bench" / "Agent"
spec = importlib.util.spec_from_loader("tenantd_agent", None, is_package=True)
assert spec is not None
spec.submodule_search_locations = [str(AGENT)]
sys.modules["tenantd_agent"] = importlib.util.module_from_spec(spec)

from tenantd_agent import recent, versions  # noqa: E402


class Queue:
    """The one command of Redis that finds a site's jobs."""

    def __init__(self, *keys: str) -> None:
        self.found = [key.encode() for key in keys]

    def scan_iter(self, match: str) -> Any:
        from fnmatch import fnmatchcase

        pattern = match.replace("\\*", "[*]")
        return (key for key in self.found if fnmatchcase(key.decode(), pattern))


class VersionsTest(sandbox_case.SandboxCase):
    def on(self, version: str) -> None:
        patch = mock.patch.object(frappe, "__version__", version)
        patch.start()
        self.addCleanup(patch.stop)

    def test_a_dropped_name_rests_on_16_only(self) -> None:
        for version, least in (("14.93.2", 0), ("15.55.1", 0), ("16.4.1", 55)):
            with self.subTest(version):
                self.on(version)
                recent.note("acme.localhost")
                self.assertTrue(least <= recent.rest("acme.localhost") <= versions.names_rest())
                self.assertEqual(recent.rest("other.localhost"), 0)

    def test_a_name_is_free_again_and_forgotten(self) -> None:
        self.on("16.4.1")
        recent.note("old.localhost")
        before = time.time() - versions.CONFIG_SECONDS - 1
        os.utime(os.path.join(recent.FOLDER, "old.localhost"), (before, before))
        self.assertEqual(recent.rest("old.localhost"), 0)
        recent.note("new.localhost")
        self.assertEqual(os.listdir(recent.FOLDER), ["new.localhost"])

    def test_a_clock_that_was_set_back_keeps_no_name_longer(self) -> None:
        self.on("16.4.1")
        recent.note("acme.localhost")
        later = time.time() + 86_400
        os.utime(os.path.join(recent.FOLDER, "acme.localhost"), (later, later))
        self.assertEqual(recent.rest("acme.localhost"), versions.CONFIG_SECONDS)

    def test_a_full_disk_does_not_keep_a_drop(self) -> None:
        self.on("16.4.1")
        with mock.patch("os.makedirs", side_effect=OSError(28, "No space left on device")):
            recent.note("acme.localhost")
        self.assertEqual(recent.rest("acme.localhost"), 0)

    def test_the_jobs_of_a_site_are_found_by_either_separator(self) -> None:
        self.on("16.4.1")
        queue = Queue("rq:job:a*b::1", "rq:job:a*b||2", "rq:job:axb||3", "rq:results:a*b||2")
        self.assertEqual(list(versions.queued_jobs("a*b", queue)), ["a*b::1", "a*b||2"])
        keys = {"rq:job:a*b::1", "rq:job:a*b||2", "rq:results:a*b||2"}
        self.assertEqual({key.decode() for key in versions.job_keys("a*b", queue)}, keys)

    def test_a_version_that_says_nothing_is_none(self) -> None:
        self.on("develop")
        self.assertEqual(versions.major(), 0)


if __name__ == "__main__":
    unittest.main()
