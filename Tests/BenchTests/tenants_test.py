# Tests of the list of tenants where there are many.
# python3 Tests/BenchTests/tenants_test.py
from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
import unittest
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import agent_case  # noqa: F401 - puts the agent in reach

from tenantd_agent import config, index, tenants

COUNT = 10_000


class ManyTest(unittest.TestCase):
    """A bench of folders with configs; who is listed is not asked for a database."""

    index: index.Index

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        for number in range(COUNT):
            mark = {
                "state": "active", "owner": f"jo@c{number}.example", "organization": f"C {number}",
                "plan": {"name": "free"}, "created": f"2026-01-01T00:{number % 60:02}:00Z",
            }
            site = Path(folder.name, f"c{number:05}.localhost")
            site.mkdir()
            (site / "site_config.json").write_text(json.dumps({"db_name": "x", "tenantd": mark}))
        cls.addClassCleanup(os.chdir, Path.cwd())
        os.chdir(folder.name)
        cls.index = index.Index()
        with mock.patch.object(config, "known_id", return_value="0" * 8):
            cls.index.refresh()

    def ask(self, **params: Any) -> Any:
        agent: Any = SimpleNamespace(index=self.index)
        with mock.patch.object(config, "known_id", return_value="0" * 8):
            return tenants.tenants(agent, 1, {"limit": 100, **params})

    def test_a_page_takes_no_time(self) -> None:
        for params in ({}, {"sort": "created"}, {"search": "C 99"}, {"pattern": "c0*"}):
            took = min(self.seconds(params) for _ in range(3))
            self.assertLess(took, 0.1, params)

    def seconds(self, params: Any) -> float:
        began = time.process_time()
        self.ask(**params)
        return time.process_time() - began

    def test_pages_hold_each_one_once(self) -> None:
        for sort in ("site", "created"):
            for descending in (False, True):
                found: list[str] = []
                after: Any = None
                while True:
                    page = self.ask(sort=sort, descending=descending, limit=999, after=after)
                    found += [record["site"] for record in page["tenants"]]
                    if (after := page.get("next")) is None:
                        break
                self.assertEqual(len(found), COUNT)
                self.assertEqual(len(set(found)), COUNT)

    def test_then_a_page_begins_where_one_ended_that_is_gone(self) -> None:
        page = self.ask(limit=10)
        gone = page["tenants"][-1]["site"]
        shutil.rmtree(gone)
        after = self.ask(limit=1, after=page["next"])
        self.assertEqual(after["tenants"][0]["site"], "c00010.localhost")
        self.assertEqual(after["total"], COUNT - 1)


if __name__ == "__main__":
    unittest.main()
