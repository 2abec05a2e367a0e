"""The README's programs, run in order, print what it says."""

from __future__ import annotations

import re
import subprocess
import sys

from .support import HERE, SandboxCase, as_users_have_it


class ReadmeTest(SandboxCase):
    def test_the_programs_print_what_it_says(self) -> None:
        page = (HERE.parent / "README.md").read_text("utf-8")
        code = "\n".join(re.findall(r"^```python\n(.*?)^```$", page, re.M | re.S))
        wanted = "".join(re.findall(r"^```text\n(.*?)^```$", page, re.M | re.S))
        self.assertGreater(len(wanted.splitlines()), 8)
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=HERE.parent, capture_output=True, encoding="utf-8",
            env={**as_users_have_it(), "TENANTD_BINARY": self.binary}, timeout=50,
        )
        self.assertEqual((done.returncode, done.stdout), (0, wanted), done.stderr)
