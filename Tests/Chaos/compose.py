# A real bench as the place of a trial: a compose project's folder, which is asked through its own
# containers and, for processes, through this machine's /proc.
from __future__ import annotations

import base64
import json
import os
import subprocess
from pathlib import Path
from typing import Any, Callable
from urllib.parse import urlsplit

from daemon import Daemon
from facts import NO_SITES, Facts, Site
from place import Place, roles
from processes import processes, tree

PROBE = (Path(__file__).parent / "probe.py").read_text(encoding="utf-8")
SERVICES = ("db", "redis-cache", "redis-queue")
VERBS = (("pause", "unpause"), ("stop", "start"), ("kill", "start"))


class Compose(Place):
    """Settings come from the caller's environment, as tenantd takes them, and from the folder's
    `env`, if it has one, for what the caller did not set."""

    seconds = 120.0
    patience = 420.0
    longest_outage = 6.0

    def __init__(self, binary: Path, work: Path, bench: Path) -> None:
        super().__init__(binary, work)
        self.bench = bench.resolve()
        self.name = f"bench {self.bench.name}"
        self.settings = {**exported(self.bench / "env"), **os.environ}
        self.settings["TENANTD_COMPOSE_DIR"] = str(self.bench)
        # Where there is no template yet, all at once wait for the installer.
        self.settings.setdefault("TENANTD_TIMEOUT", "300")
        self.service = self.settings.get("DOCKER_SERVICE", "backend")
        parts = urlsplit(self.settings.get("ERP_NEXT_URL") or "http://127.0.0.1:8080")
        self.address = (parts.hostname or "127.0.0.1", parts.port or 80)
        self.compose = ["docker", "compose", "--project-directory", str(self.bench)]
        found = self.ask("facts")
        hidden = [site for name, site in found["sites"].items() if name.startswith("tenantd-")]
        pool = {(site["config"] or {}).get("db_name") for site in hidden}
        self.before = set(found["databases"]) - pool - {"precious"}
        """Databases that were there and are nobody's but theirs; the pool's are for customers."""

    def environment(self) -> dict[str, str]:
        return self.settings

    def ask(self, *words: str) -> Any:
        """Runs the probe in the bench, by its own Python. The password goes by the pipe."""
        password = self.settings.get("TENANTD_DB_ROOT_PASSWORD")
        given = {"words": words, "password": password, "no_sites": sorted(NO_SITES)}
        command = [*self.compose, "exec", "-T", self.service, "env/bin/python", "-c", PROBE]
        done = subprocess.run(
            command, input=json.dumps(given), capture_output=True, text=True, timeout=120
        )
        if done.returncode:
            raise RuntimeError(f"the probe failed: {done.stderr.strip()[-500:]}")
        return json.loads(done.stdout)

    def facts(self) -> Facts:
        found = self.ask("facts")
        facts = Facts({}, *(set(found[name]) for name in ("databases", "users", "cached")))
        facts.queued, facts.other = set(found["queued"]), set(found["other"])
        for name, site in found["sites"].items():
            facts.sites[name] = Site(name, site["config"], site["files"], site["target"])
        gone = self.before - set(found["databases"])
        facts.databases = {name for name in found["databases"] if name not in self.before}
        facts.other |= {f"that was the database {name}, which is gone" for name in gone}
        return facts

    def owner(self, site: Site, email: str) -> str:
        return str(self.ask("owner", str(site.database), email))

    def victims(self, daemon: Daemon) -> dict[str, list[int]]:
        """The client of `exec` is tenantd's child; the agents are in the container."""
        clients = [p.pid for found in tree(daemon.pid).values() for p in found]
        inside = self.container(self.service)
        found_now = [p for p in processes() if b"-u\0-c\0" in p.words and inside in group(p.pid)]
        below: dict[int, list[int]] = {}
        own = {p.pid for p in found_now}
        heads = [p.pid for p in found_now if p.parent not in own]
        for head in heads:
            for at, found in tree(head).items():
                below.setdefault(at, []).extend(p.pid for p in found)
        return {"tenantd": [daemon.pid], "launcher": clients, "agent": heads} | roles(below)

    def container(self, service: str) -> str:
        command = [*self.compose, "ps", "-q", service]
        return subprocess.run(command, capture_output=True, text=True).stdout.strip() or "none"

    def logs(self) -> list[Path]:
        """The bench's logs as they are now, brought here."""
        copies = []
        for name, text in self.ask("logs").items():
            copy = self.work / f"bench-{name}"
            copy.write_bytes(base64.b64decode(text))
            copies.append(copy)
        return copies

    def outages(self) -> dict[str, tuple[Callable[[], object], Callable[[], object]]]:
        ways = {
            f"{verb} {service}": (self.does(verb, service), self.does(back, service))
            for service in (*SERVICES, self.service)
            for verb, back in VERBS
        }
        return ways | {f"restart {self.service}": (self.does("restart", self.service), int)}

    def does(self, verb: str, service: str) -> Callable[[], object]:
        limit = ["-t", "1"] if verb in ("stop", "restart") else []
        words = [*self.compose, verb, *limit, service]
        return lambda: subprocess.run(words, capture_output=True, timeout=120)

    def plant(self, name: str, config: str | None) -> None:
        self.ask("plant", name, *([] if config is None else [config]))

    def plant_link(self, name: str, target: str) -> None:
        self.ask("link", name, target)

    def unplant(self, name: str) -> None:
        self.ask("unplant", name)

    def make_foreign(self, name: str) -> None:
        self.ask("foreign", name)

    def take_foreign(self, name: str) -> None:
        self.ask("nothing foreign", name)


def group(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cgroup").read_text(encoding="ascii")
    except OSError:
        return ""


def exported(file: Path) -> dict[str, str]:
    """What a shell would export after sourcing the file."""
    if not file.exists():
        return {}
    command = ["bash", "-c", 'set -a; . "$1"; env -0', "bash", str(file)]
    plain = {"PATH": os.environ["PATH"]}
    found = subprocess.run(command, env=plain, capture_output=True, text=True)
    pairs = (entry.split("=", 1) for entry in found.stdout.split("\0") if "=" in entry)
    return {name: value for name, value in pairs if name not in ("PATH", "PWD", "SHLVL", "_")}
