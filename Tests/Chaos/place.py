# Where a trial takes place: what it needs of a bench, and the sandbox, which is one in a folder.
from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path

from daemon import Daemon
from facts import Facts, Site, read_sandbox
from processes import tree

ROOT = Path(__file__).parents[2]
LOGGED_USER = "/api/method/frappe.auth.get_logged_user"


class Place:
    """A bench, and a folder for the logs of every tenantd that was started on it."""

    name: str
    seconds = 30.0
    """How long what is transient may take to go."""
    address: tuple[str, int] = ("127.0.0.1", 8080)

    def __init__(self, binary: Path, work: Path) -> None:
        self.binary, self.work, self.started = binary, work, 0

    def arguments(self) -> list[str]:
        return []

    def environment(self) -> dict[str, str]:
        return dict(os.environ)

    def folder(self) -> Path | None:
        return None

    def start(self, *arguments: str, prefix: tuple[str, ...] = ()) -> Daemon:
        """A tenantd on this bench; `prefix` are words of a command that starts it."""
        self.started += 1
        return Daemon(
            [*prefix, str(self.binary), *self.arguments(), *arguments],
            log=self.work / f"tenantd-{self.started:04}.log",
            environment=self.environment(),
            folder=self.folder(),
        )

    def facts(self) -> Facts:
        raise NotImplementedError

    def owner(self, site: Site, email: str) -> str:
        """What the site's own database says of a user: `enabled System Manager`, or what is wrong."""
        raise NotImplementedError

    def victims(self, daemon: Daemon) -> dict[str, list[int]]:
        """The processes that work for a tenantd, by what they are."""
        raise NotImplementedError

    def logs(self) -> list[Path]:
        """Files of the bench that no secret may be in."""
        return []

    def log_in(self, site: str, key: str, secret: str) -> str:
        """The user that HTTP takes the keys for, or the status."""
        headers = {"Host": site, "Authorization": f"token {key}:{secret}"}
        connection = HTTPConnection(*self.address, timeout=20)
        try:
            connection.request("GET", LOGGED_USER, headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            return str(json.loads(body)["message"]) if answer.status == 200 else str(answer.status)
        except OSError as error:
            return str(error)
        finally:
            connection.close()

    def close(self) -> None:
        pass


def roles(generations: dict[int, list[int]]) -> dict[str, list[int]]:
    """By generation below the agent. The keeper is the agent's first child."""
    first, rest = sorted(generations.get(1, [])), generations.get(2, [])
    return {"keeper": first[:1], "child": first[1:] + rest}


class Sandbox(Place):
    """Everything is a process and a file of this machine."""

    name = "sandbox"

    def __init__(self, binary: Path, work: Path) -> None:
        super().__init__(binary, work)
        self.bench = work / "bench"
        self.bench.mkdir()
        self.server: subprocess.Popen[bytes] | None = None

    def arguments(self) -> list[str]:
        return [f"--sandbox={self.bench}"]

    def environment(self) -> dict[str, str]:
        kept = ("PATH", "HOME", "LANG", "TMPDIR", "TENANTD_CI_MARK")
        return {name: os.environ[name] for name in kept if name in os.environ}

    def facts(self) -> Facts:
        while True:
            try:
                return read_sandbox(self.bench)
            except FileNotFoundError:
                time.sleep(0.01)  # a folder was renamed while it was read

    def owner(self, site: Site, email: str) -> str:
        path = self.bench / "databases" / f"{site.database}.sqlite"
        if not path.exists():
            return "no database"
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)
        try:
            enabled = database.execute("SELECT enabled FROM tabUser WHERE name = ?", [email])
            roles = "SELECT role FROM `tabHas Role` WHERE parent = ?"
            found = [str(row[0]) for row in database.execute(roles, [email])]
            row = enabled.fetchone()
            is_enabled = row is not None and row[0] == 1
            return f"{'enabled' if is_enabled else 'not enabled'} {', '.join(found)}"
        except sqlite3.Error as error:
            return str(error)
        finally:
            database.close()

    def victims(self, daemon: Daemon) -> dict[str, list[int]]:
        below = {at: [p.pid for p in found] for at, found in tree(daemon.pid).items()}
        agents = below.get(1, [])
        found = {"tenantd": [daemon.pid], "agent": agents}
        return found | roles({at - 1: pids for at, pids in below.items() if at > 1})

    def logs(self) -> list[Path]:
        return [path for path in (self.bench / "logs").rglob("*") if path.is_file()]

    def log_in(self, site: str, key: str, secret: str) -> str:
        self.serve()
        return super().log_in(site, key, secret)

    def serve(self) -> None:
        """The stand-in's own web server, over the sandbox's files."""
        if self.server:
            return
        tree = self.work / "python"
        subprocess.run(
            [ROOT / ".ci/package-tree", ROOT / "Sources/Bench/Sandbox", tree], check=True
        )
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = ("127.0.0.1", probe.getsockname()[1])
        self.server = subprocess.Popen(
            [sys.executable, "-m", "frappe.app", *map(str, self.address)],
            cwd=self.bench / "sites",
            env={**self.environment(), "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"},
            stderr=subprocess.DEVNULL,
        )
        for _ in range(400):
            try:
                socket.create_connection(self.address, 1).close()
                return
            except ConnectionRefusedError:
                time.sleep(0.05)

    def close(self) -> None:
        if self.server:
            self.server.kill()
            self.server.wait()


def work_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="tenantd-chaos-")).resolve()
