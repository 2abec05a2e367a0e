"""What the suites share: where the binaries are, and a sandbox whose steps can be held."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
FAKE = HERE / "fake_tenantd.py"
REPOSITORY = HERE.parents[2]


def binary() -> str:
    """The built tenantd: `TENANTD_BINARY`, else the debug build of this repository."""
    path = os.environ.get("TENANTD_BINARY") or str(REPOSITORY / ".build/debug/tenantd")
    if not os.access(path, os.X_OK):
        raise unittest.SkipTest(f"skipped: there is no tenantd at {path}")
    return path


def as_users_have_it() -> dict[str, str]:
    """An environment in which the pool works."""
    return {name: value for name, value in os.environ.items() if name != "TENANTD_POOL"}


class SandboxCase(unittest.TestCase):
    """A sandbox folder of the test's own."""

    def setUp(self) -> None:
        self.binary = binary()
        self.folder = Path(tempfile.mkdtemp(prefix="tenantd-python-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.sandbox = self.folder / "bench"

    def hold(self, point: str, match: str = "jo@acme.com") -> Path:
        """Makes a signup wait at a point until somebody has written to the FIFO. Work on the
        standby pool passes the same points, so the subject is matched."""
        fifo = self.folder / point
        os.mkfifo(fifo)
        self.pull({"hold": {point: {"match": match, "fifo": str(fifo)}}})
        return fifo

    def pull(self, levers: dict[str, object]) -> None:
        (self.sandbox / "sites" / "sandbox.json").write_text(json.dumps(levers))

    def sites(self) -> set[str]:
        """The tenants' folders that the sandbox holds."""
        return {entry.name for entry in (self.sandbox / "sites").glob("*.localhost")}


def kill(pid: int) -> None:
    """Kills a process and returns when it is dead, whoever its parent is."""
    handle = os.pidfd_open(pid)
    try:
        os.kill(pid, signal.SIGKILL)
        select.select([handle], [], [])
    finally:
        os.close(handle)


def alive(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
