# What the tests share of what may be dropped: the agent's package, tenants, planted folders, and a
# second bench on the same database server.
from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, Callable

import sandbox_case
from sandbox_case import frappe

AGENT = Path(__file__).resolve().parents[2] / "Sources" / "Bench" / "Agent"

package = sandbox_case.TREE / "tenantd_agent"
if not package.exists():
    package.mkdir()
    for file in AGENT.glob("*.py"):
        shutil.copy(file, package)
    (package / "__init__.py").touch()

from tenantd_agent import children, config, drop, identity, index, reconcile, server, undo  # noqa: E402
from tenantd_agent.wire import Trouble  # noqa: E402

SESSION = "a live session"
WORK = children.Work(-1)  # nobody is told anything


class OwnershipCase(sandbox_case.SandboxCase):
    def setUp(self) -> None:
        super().setUp()
        self.begin()
        self.credentials = server.Credentials(None, None)
        self.server = server.connect(self.credentials)
        self.addCleanup(lambda: self.server.close())
        identity.prove(self.server)

    def begin(self) -> None:
        """A session in the current folder of sites."""
        server.bench_level()
        index.bench.__init__()  # type: ignore[misc]

    def name(self, number: int, bench: str | None = None) -> str:
        return f"tenantd_{bench or config.bench_id()}_{number:016x}"

    def database(self, name: str) -> str:
        """A database with a user of its name."""
        self.server.sql(f"CREATE DATABASE `{name}`")
        self.server.sql("CREATE USER %s@%s IDENTIFIED BY %s", (name, "%", "secret"))
        return name

    def site(self, folder: str, database: Any, state: str = "active", **mark: Any) -> str:
        os.makedirs(f"{folder}/private/files")
        mark = {"state": state, "job": "1" * 32, "session": "a dead session", **mark}
        conf = {"db_name": database, "db_password": "secret", "tenantd": mark}
        Path(folder, "site_config.json").write_text(json.dumps(conf))
        return folder

    def there(self) -> set[str]:
        """The databases on the server, and the users that have none."""
        names = {path.stem for path in self.databases.iterdir() if path.suffix in (".sqlite", ".user")}
        return names - {identity.DATABASE}

    @property
    def databases(self) -> Path:
        return Path("..", "databases")

    # What drops

    def drop(self, site: str, force: bool = False) -> None:
        params = {"site": site, "session": SESSION, "force": force}
        drop.drop_site(params, self.credentials, WORK)

    def undo(self, job: str) -> None:
        undo.undo({"job": job, "session": SESSION}, self.credentials, WORK)

    def reconcile(self, **more: Any) -> tuple[set[str], dict[str, str]]:
        """Names of what was dropped, and the reasons of what was not."""
        params = {"session": SESSION, "live": [], "seen": os.listdir("."), **more}
        answer = reconcile.reconcile(params, self.credentials, WORK)
        return (
            {item["name"] for item in answer["dropped"]},
            {item["name"]: item["reason"] for item in answer["failed"]},
        )

    def refused(self, action: Callable[..., Any], *arguments: Any, **named: Any) -> Trouble:
        with self.assertRaises(Trouble) as raised:
            action(*arguments, **named)
        return raised.exception

    # A second bench

    def clone(self) -> Path:
        """A copy of the folder of sites in a bench of its own, on the same database server."""
        bench = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, bench)
        shutil.copytree(".", bench / "sites", symlinks=True)
        for name in os.listdir(".."):
            if name != "sites":
                os.symlink(os.path.realpath(f"../{name}"), bench / name)
        return bench / "sites"

    def enter(self, sites: Path) -> None:
        os.chdir(sites)
        self.begin()
