# The sandbox as the place of a trial: everything in it is a process or a file of this machine.
from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Callable

from daemon import Daemon
from facts import Facts, Site, read_sandbox
from place import ROOT, Place, roles
from processes import tree

SIZE = "96m"
"""Of the file system that can be full."""


class Sandbox(Place):
    """Everything is a process and a file of this machine."""

    name = "sandbox"

    def __init__(self, binary: Path, work: Path) -> None:
        super().__init__(binary, work)
        disk = work / "disk"
        disk.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(disk)]
        if os.geteuid() == 0 and subprocess.run(mount, capture_output=True).returncode == 0:
            self.disk = disk
        self.bench = disk / "bench"
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
            [ROOT / ".ci/package-tree", ROOT / "Sources/StandIn/Modules", tree], check=True
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

    def outages(self) -> dict[str, tuple[Callable[[], object], Callable[[], object]]]:
        there, away = self.bench / "databases", self.bench.parent / "databases.away"
        return {"database": (lambda: there.rename(away), lambda: away.rename(there))}

    def plant(self, name: str, config: str | None) -> None:
        folder = self.bench / "sites" / name
        folder.mkdir()
        if config is not None:
            (folder / "site_config.json").write_text(config, encoding="latin-1")

    def plant_link(self, name: str, target: str) -> None:
        (self.bench / "sites" / name).symlink_to(target)

    def unplant(self, name: str) -> None:
        path = self.bench / "sites" / name
        if path.is_symlink():
            path.unlink()
        else:
            shutil.rmtree(path, ignore_errors=True)

    def make_foreign(self, name: str) -> None:
        for suffix, content in (("sqlite", ""), ("user", '{"host": "%", "salt": "", "hash": ""}')):
            path = self.bench / "databases" / f"{name}.{suffix}"
            if not path.exists():
                path.write_text(content)

    def close(self) -> None:
        if self.server:
            self.server.kill()
            self.server.wait()
        if self.disk:
            subprocess.run(["umount", "-l", str(self.disk)], check=False)
