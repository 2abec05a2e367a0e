# No secret stands in any log: what is new in each is read once, and every secret looked for.
from __future__ import annotations

import re
from pathlib import Path
from typing import Iterable

from facts import Facts
from orders import MARK
from world import World

TOKEN = re.compile(rb"(?<![0-9a-f])[0-9a-f]{32}(?:[0-9a-f]{32})?(?![0-9a-f])")


class Secrecy:
    """Remembers how far each file was read."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.read: dict[Path, int] = {}

    def look(self, facts: Facts) -> Iterable[str]:
        own = {
            str(site.config["db_password"])
            for site in facts.sites.values()
            if site.config and site.config.get("db_password")
        }
        for path in sorted(self.world.place.work.glob("tenantd-*.log")):
            yield from self.look_at(path, self.world.ledger.told | own)
        for path in self.world.place.logs():
            yield from self.look_at(path, self.world.ledger.told)

    def look_at(self, path: Path, secrets: set[str]) -> Iterable[str]:
        try:
            with open(path, "rb") as file:
                file.seek(self.read.get(path, 0))
                new = file.read()
        except OSError:
            return
        self.read[path] = self.read.get(path, 0) + len(new)
        if MARK.encode() in new:
            yield f"a password is in {path.name}"
        if any(token.group().decode() in secrets for token in TOKEN.finditer(new)):
            yield f"a key or a database password is in {path.name}"
