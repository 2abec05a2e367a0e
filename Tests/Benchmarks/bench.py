# The bench that is measured: a sandbox of its own, or the compose project of a real one.
from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Mapping
from urllib.parse import urlsplit

from report import NotRun
from wire import Wire

ROOT = Path(__file__).parents[2]
FAKES = '''
import json, os, shutil, sys
wanted = int(sys.argv[1])
names = [f"bench-fake-{i:04}.localhost" for i in range(wanted)]
there = [name for name in os.listdir(".") if name.startswith("bench-fake-")]
for name in set(there) - set(names):
    shutil.rmtree(name)
for i, name in enumerate(names):
    if name in there:
        continue
    os.makedirs(name + ".new")
    mark = dict(state="active", job=f"{i:032x}", session="0" * 16, owner=f"fake{i}@bench.invalid",
        organization=f"Fake {i}", plan=dict(name="free", users=5, storageGB=1), idempotencyKey=None,
        created="2025-01-01T00:00:00Z", build=None)
    with open(os.path.join(name + ".new", "site_config.json"), "w") as file:
        json.dump(dict(db_name=f"bench_fake_{i:04}", db_password="none", db_type=sys.argv[2],
            pause_scheduler=1, tenantd=mark), file, indent=1, sort_keys=True)
    os.rename(name + ".new", name)
'''
"""Makes exactly so many tenants that exist in the `sites` folder only, in that folder. Their
databases do not exist, so nothing can be lost with them."""


class Bench:
    """What both kinds have. `name` is what the table says."""

    name: str
    arguments: list[str] = []
    environment: dict[str, str] = {}
    folder: Path | None = None
    database = "mariadb"

    def __init__(self, binary: Path) -> None:
        self.binary = binary
        self.log = Path(tempfile.gettempdir()) / f"tenantd-benchmarks-{os.getpid()}.log"

    def start(self, pool: int, environment: Mapping[str, str] | None = None) -> Wire:
        """A tenantd on this bench. Call `settle` on it where its pool matters."""
        return Wire(
            [str(self.binary), *self.arguments, "--pool", str(pool)],
            environment={**self.environment, **(environment or {})},
            folder=self.folder,
            log=self.log,
        )

    def python(self, source: str, *words: str) -> str:
        """Runs a program in the bench's `sites` folder; returns what it printed."""
        raise NotImplementedError

    def web(self) -> str:
        """The URL of the bench's web server, as seen from here."""
        raise NotImplementedError

    def today(self, order: dict[str, Any]) -> dict[str, Any]:
        """Runs today's script; returns its seconds and those of its steps."""
        raise NotRun("no Docker in a sandbox")

    def fakes(self, count: int) -> None:
        self.python(FAKES, str(count), self.database)

    def login(self, site: str, key: str, secret: str) -> tuple[float, str]:
        """One request as curl would make it; the seconds, and the user who was answered."""
        parts = urlsplit(self.web())
        headers = {"Host": site, "Authorization": f"token {key}:{secret}"}
        start = time.perf_counter()
        connection = HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=30)
        try:
            connection.request("GET", "/api/method/frappe.auth.get_logged_user", headers=headers)
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        seconds = time.perf_counter() - start
        return seconds, json.loads(body)["message"] if answer.status == 200 else str(answer.status)

    def close(self) -> None:
        self.log.unlink(missing_ok=True)


class Sandbox(Bench):
    """A bench in a temporary folder, with the stand-in for Frappe and its web server."""

    name = "sandbox (a stand-in for Frappe on SQLite: its seconds say nothing about a real bench)"
    database = "sqlite"

    def __init__(self, binary: Path) -> None:
        super().__init__(binary)
        self.temporary = tempfile.TemporaryDirectory(prefix="tenantd-bench-")
        self.bench = Path(self.temporary.name) / "bench"
        self.arguments = [f"--sandbox={self.bench}"]
        self.server: subprocess.Popen[bytes] | None = None
        self.address = ""

    def python(self, source: str, *words: str) -> str:
        command = [sys.executable, "-c", source, *words]
        return subprocess.run(
            command, cwd=self.bench / "sites", check=True, capture_output=True, text=True
        ).stdout

    def web(self) -> str:
        if self.server is None:
            tree = Path(self.temporary.name) / "python"
            lay_out = [ROOT / ".ci/package-tree", ROOT / "Sources/StandIn/Modules", tree]
            subprocess.run(lay_out, check=True)
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            self.server = subprocess.Popen(
                [sys.executable, "-m", "frappe.app", "127.0.0.1", str(port)],
                cwd=self.bench / "sites",
                env={**os.environ, "PYTHONPATH": str(tree)},
                stderr=subprocess.DEVNULL,
            )
            self.address = f"http://127.0.0.1:{port}"
            wait_for(port)
        return self.address

    def close(self) -> None:
        if self.server:
            self.server.kill()
            self.server.wait()
        super().close()
        self.temporary.cleanup()


class Compose(Bench):
    """The bench of a compose project; settings are taken from the environment, as tenantd does."""

    def __init__(self, binary: Path, folder: Path) -> None:
        super().__init__(binary)
        self.folder = folder.resolve()
        self.name = f"compose project {self.folder.name}"
        self.service = os.environ.get("DOCKER_SERVICE", "backend")
        self.exec = ["docker", "compose", "exec", "-T", self.service]

    def python(self, source: str, *words: str) -> str:
        program = "import os\nos.chdir('sites')\n" + source
        return self.output([*self.exec, "env/bin/python", "-c", program, *words])

    def output(self, command: list[str]) -> str:
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
        if done.returncode:
            raise NotRun(f"{' '.join(command[:6])} failed: {done.stderr.strip()[-300:]}")
        return done.stdout

    def web(self) -> str:
        return os.environ.get("ERP_NEXT_URL") or "http://127.0.0.1:8080"

    def today(self, order: dict[str, Any]) -> dict[str, Any]:
        order = {"service": self.service, **order}
        script = str(Path(__file__).parent / "today.mjs")
        answer = json.loads(self.output(["node", script, json.dumps(order)]))
        assert isinstance(answer, dict)
        return answer


def wait_for(port: int) -> None:
    """Until a server that was just started listens."""
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise NotRun("the sandbox's web server does not listen")
