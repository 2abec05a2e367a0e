# `pip install` of the folder: it works without a network, and leaves the folder as it was.
from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent


class Install(unittest.TestCase):
    def listing(self) -> set[str]:
        found = (each.relative_to(HERE) for each in HERE.rglob("*"))
        return {str(each) for each in found if "__pycache__" not in each.parts}

    def test_it_leaves_the_clone_as_it_was(self) -> None:
        before = self.listing()
        folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        target = folder / "venv"
        subprocess.run([sys.executable, "-m", "venv", target], check=True)
        for extra in ([], ["--editable"]):
            environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
            environment.pop("PYTHONPATH", None)
            subprocess.run(
                [target / "bin/pip", "install", "--no-index", "--quiet",
                 "--disable-pip-version-check", *extra, HERE],
                check=True, env=environment, cwd=folder)
            said = subprocess.run(
                [target / "bin/python", "-c", "import tenantd; print(tenantd.__file__)"],
                check=True, env=environment, cwd=folder, capture_output=True, text=True).stdout
            self.assertEqual(str(HERE) in said, bool(extra), said)
            script = subprocess.run(
                [target / "bin/tenantd-py", "--help"], env=environment, cwd=folder,
                capture_output=True, text=True)
            self.assertEqual(script.returncode, 0, script.stderr)
        self.assertEqual(self.listing(), before)


if __name__ == "__main__":
    unittest.main()
