# What is on a bench, read from outside: its folders, databases, users, keys. No word of tenantd's.
from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

NO_SITES = {"assets", "apps.txt", "apps.json", "common_site_config.json", ".tenantd-bench",
            ".tenantd-code", ".tenantd-pool", ".tenantd-changes"}
"""What a folder of sites has beside sites. The last is a process's word of a pool that it could not
keep: after a clean-up of the pool nobody may be there who keeps it."""


@dataclass
class Site:
    """A folder under `sites`, with its config if that is an object."""

    name: str
    config: dict[str, Any] | None
    files: list[str]
    target: str | None = None
    """Of a symlink: what it points to."""

    @property
    def mark(self) -> dict[str, Any]:
        mark = (self.config or {}).get("tenantd")
        return mark if isinstance(mark, dict) else {}

    @property
    def database(self) -> str | None:
        name = (self.config or {}).get("db_name")
        return name if isinstance(name, str) else None


@dataclass
class Facts:
    sites: dict[str, Site] = field(default_factory=dict)
    databases: set[str] = field(default_factory=set)
    users: set[str] = field(default_factory=set)
    cached: set[str] = field(default_factory=set)
    """Databases that cache keys are named after."""
    queued: set[str] = field(default_factory=set)
    """Sites that queued jobs, or their results, are named after."""
    other: set[str] = field(default_factory=set)
    """Files that no site has and nobody made."""


def read_sandbox(bench: Path) -> Facts:
    """A sandbox keeps all of it as files."""
    facts = Facts()
    for name in os.listdir(bench / "sites"):
        path = bench / "sites" / name
        if path.is_dir():
            facts.sites[name] = read_site(path)
        elif name not in NO_SITES | {"sandbox.json"}:
            facts.other.add(f"sites/{name}")
    for name in os.listdir(bench / "databases"):
        stem, _, suffix = name.partition(".")
        if suffix == "sqlite":
            facts.databases.add(stem)
        elif suffix == "user":
            facts.users.add(stem)
        elif name not in ("root", "locks") and not suffix.startswith("sqlite-"):
            facts.other.add(f"databases/{name}")
    read_store(bench, facts)
    return facts


def read_store(bench: Path, facts: Facts) -> None:
    for name in os.listdir(bench / "cache"):
        key = unquote(name)
        if key.endswith(".json"):
            facts.cached.add(key.split("|")[0])
        else:
            facts.other.add(f"cache/{name}")
    for name in os.listdir(bench / "queue"):
        key = unquote(name)
        if not key.endswith(".json"):
            facts.other.add(f"queue/{name}")
        elif key.startswith("rq:job:"):
            facts.queued.add(key.removeprefix("rq:job:").split("::")[0])
        else:
            facts.queued |= {job.split("::")[0] for job in read_json(bench / "queue" / name) or []}


def read_site(path: Path) -> Site:
    target = os.readlink(path) if path.is_symlink() else None
    config = read_json(path / "site_config.json")
    try:
        files = os.listdir(path)
    except OSError:
        files = []
    return Site(path.name, config if isinstance(config, dict) else None, files, target)


def read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
