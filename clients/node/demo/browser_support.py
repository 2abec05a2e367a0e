# What the browser test stands on: a virtual environment with Playwright, the demo's server on a
# sandbox of its own, the sandbox's levers, and Debian's Chromium.
from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import venv
from pathlib import Path
from types import TracebackType

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[2]
VENV = REPOSITORY / ".ci-out" / "demo-venv"
PACKAGES = ("playwright>=1.50,<2", "axe-playwright-python>=0.1.4,<1")
SHOTS = Path(os.environ.get("CI_OUTPUT") or REPOSITORY / ".ci-out" / "demo")

# A bench that never had a tenant.
BARE = {
    "sites", "sites/apps.txt", "sites/common_site_config.json", "sites/.tenantd-bench",
    "sites/sandbox.json", "apps", "logs", "queue", "cache", "databases", "databases/root",
    "databases/locks", "databases/tenantd.sqlite", "sites/.tenantd-code", "apps/nexus_core",
    "apps/nexus_core/nexus_core", "apps/nexus_core/nexus_core/__init__.py",
}


def enter_venv() -> None:
    """Runs this program again in an environment that has what it needs, made at the first time."""
    if all(importlib.util.find_spec(name) for name in ("playwright", "axe_playwright_python")):
        return
    python = VENV / "bin" / "python"
    if Path(sys.prefix) == VENV:
        raise SystemExit(f"{VENV} is incomplete: remove it and run again.")
    if not python.exists() or subprocess.run(
        [python, "-c", "import playwright, axe_playwright_python"], stderr=subprocess.DEVNULL
    ).returncode:
        venv.create(VENV, clear=True, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES], check=True)
    os.execv(python, [str(python), *sys.argv])


def chromium() -> str | None:
    return os.environ.get("CHROMIUM") or shutil.which("chromium")


class Gate:
    """A FIFO at which a lever holds a job: `reached` waits for it, `open` lets it go on."""

    def __init__(self, path: str) -> None:
        self.path = path
        os.mkfifo(path, 0o600)
        self._held = threading.Event()
        self._end: int | None = None
        # Opening the writing end waits for a reader: the first job that comes.
        self._thread = threading.Thread(target=self._wait, daemon=True)
        self._thread.start()

    def _wait(self) -> None:
        self._end = os.open(self.path, os.O_WRONLY | os.O_CLOEXEC)
        self._held.set()

    def reached(self) -> None:
        if not self._held.wait(20):
            raise AssertionError(f"no job came to {self.path}")

    def open(self) -> None:
        self.reached()
        if self._end is not None:
            os.close(self._end)
            self._end = None


class Demo:
    """`server.mjs` on a sandbox in a folder of its own, on a free port."""

    def __init__(self, **environment: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="demo.")
        self.bench = Path(self._folder.name).resolve() / "bench"
        self.log = Path(self._folder.name) / "log"
        self._gates = 0
        command = ["node", str(HERE / "server.mjs"), f"--sandbox={self.bench}"]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, text=True,
                env={**os.environ, "PORT": "0", "TENANTD_OPTIONAL": "none", **environment})
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        if found is None:
            raise AssertionError(f"the server did not start: {line}{self.log.read_text()}")
        self.url = found.group()

    def __enter__(self) -> Demo:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            self._folder.cleanup()

    # Levers

    def lever(self, kind: str, point: str, value: object, match: str = "") -> None:
        """What a lever does at a point of the stand-in, for work that mentions `match`."""
        self.levers({kind: {point: {"what": value, "match": match}}})

    def levers(self, levers: dict[str, object]) -> None:
        path = self.bench / "sites" / "sandbox.json"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        new.write_text(json.dumps(levers), encoding="utf-8")
        new.replace(path)

    def gate(self, point: str, match: str = "") -> Gate:
        self._gates += 1
        gate = Gate(f"{self._folder.name}/gate-{self._gates}")
        self.lever("hold", point, gate.path, match)
        return gate

    # What is left

    def leftovers(self) -> list[str]:
        """Everything in the bench that a bare one has not, without the locks of who lives."""
        found = (path.relative_to(self.bench).as_posix() for path in self.bench.rglob("*"))
        return sorted(
            name for name in found
            if name not in BARE and not name.startswith("databases/locks/"))
