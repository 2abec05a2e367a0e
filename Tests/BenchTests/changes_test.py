# Tests of the file of names by which processes on a bench hear of changed tenants.
# python3 Tests/BenchTests/changes_test.py
from __future__ import annotations

import os
import tempfile
import unittest
from pathlib import Path

import agent_case  # noqa: F401 - puts the agent in reach
import sandbox_case

from tenantd_agent import changes


class ChangesTest(unittest.TestCase):
    def test_names_since_a_place(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            before = sandbox_case.TREE
            os.chdir(folder)
            try:
                place, found = changes.since(changes.Place())
                self.assertEqual(found, [])
                changes.note("a")
                changes.note("b")
                place, found = changes.since(place)
                self.assertEqual(found, ["a", "b"])
                with open(changes.PATH, "ab") as file:
                    file.write(b"half")
                place, found = changes.since(place)
                self.assertEqual(found, [])
                changes.note("")
                self.assertEqual(changes.since(place)[1], ["half"])
                Path(changes.PATH).unlink()
                changes.note("c")
                place, found = changes.since(place)
                self.assertIsNone(found)
                for _ in range(changes.LONGEST // 10 + 1):
                    changes.note("d" * 9)
                place, found = changes.since(place)
                self.assertIsNone(found)
            finally:
                os.chdir(before)


if __name__ == "__main__":
    unittest.main()
