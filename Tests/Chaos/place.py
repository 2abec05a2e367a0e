# Where a trial takes place: what it needs of a bench, and the sandbox, which is one in a folder.
from __future__ import annotations

import json
import os
import tempfile
from http.client import HTTPConnection
from pathlib import Path
from typing import Callable

from daemon import Daemon
from facts import Facts, Site

ROOT = Path(__file__).parents[2]
LOGGED_USER = "/api/method/frappe.auth.get_logged_user"


class Place:
    """A bench, and a folder for the logs of every tenantd that was started on it."""

    name: str
    seconds = 75.0  # a reconciliation comes every minute
    """How long what is transient may take to go."""
    patience = 90.0
    """Seconds in which a resent order must be answered well once nothing disturbs it any more."""
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
        """What the site's own database says: `enabled System Manager`, or what is wrong."""
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

    disk: Path | None = None
    """A small file system that holds the bench, to be filled up."""
    longest_outage = 2.0

    def outages(self) -> dict[str, tuple[Callable[[], object], Callable[[], object]]]:
        """What can be taken away, by name: how, and how it is given back."""
        raise NotImplementedError

    def plant(self, name: str, config: str | None) -> None:
        """A folder under `sites` with that config; None: without one."""
        raise NotImplementedError

    def plant_link(self, name: str, target: str) -> None:
        raise NotImplementedError

    def unplant(self, name: str) -> None:
        """Takes away what is still there of it; never what a link points to."""
        raise NotImplementedError

    def take_foreign(self, name: str) -> None:
        """Takes it away again, at the end."""

    def make_foreign(self, name: str) -> None:
        """A database with a user, both of that name, that is no site's."""
        raise NotImplementedError

    def close(self) -> None:
        pass


def roles(generations: dict[int, list[int]]) -> dict[str, list[int]]:
    """By generation below the agent. Its first two children are the fork server and the keeper."""
    first, rest = sorted(generations.get(1, [])), generations.get(2, [])
    return {"fork server": first[:1], "keeper": first[1:2], "child": first[2:] + rest}


def work_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="tenantd-chaos-")).resolve()
