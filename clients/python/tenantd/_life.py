# What a tenant's life answers: new keys, another plan, suspended or not, what it uses.
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ._results import Plan


@dataclass(frozen=True)
class Keys:
    """New keys. They are left out of `repr`, so that they reach no log by chance."""

    site: str
    user: str
    api_key: str = field(repr=False)
    api_secret: str = field(repr=False)

    @classmethod
    def of(cls, json: Mapping[str, Any]) -> Keys:
        return cls(json["site"], json["user"], json["apiKey"], json["apiSecret"])


@dataclass(frozen=True)
class Excess:
    """A limit that a tenant is above: users, storageGB, or a further limit's name."""

    limit: str
    used: float
    allowed: int


@dataclass(frozen=True)
class PlanChange:
    """`changed` of a dry run: whether it would change."""

    site: str
    plan: Plan
    previous: Plan | None
    exceeds: tuple[Excess, ...]
    changed: bool
    warnings: tuple[str, ...]
    json: Mapping[str, Any] = field(repr=False, compare=False)

    @classmethod
    def of(cls, json: Mapping[str, Any]) -> PlanChange:
        return cls(
            json["site"], Plan.of(json["plan"]),
            Plan.of(json["previous"]) if json.get("previous") else None,
            tuple(Excess(e["limit"], e["used"], e["allowed"]) for e in json["exceeds"]),
            json["changed"], tuple(json["warnings"]), json,
        )


@dataclass(frozen=True)
class LifeChange:
    """A suspension, or its end: `changed` is False where it was so already. Mode, reason and since
    are None behind a `resume`."""

    site: str
    state: str
    changed: bool
    mode: str | None
    reason: str | None
    since: str | None
    #: What does not hold, a sentence each.
    warnings: tuple[str, ...]
    json: Mapping[str, Any] = field(repr=False, compare=False)

    @classmethod
    def of(cls, json: Mapping[str, Any]) -> LifeChange:
        return cls(
            json["site"], json["state"], json["changed"], json.get("mode"), json.get("reason"),
            json.get("since"), tuple(json["warnings"]), json,
        )


@dataclass(frozen=True)
class Usage:
    """What a tenant uses; a limit that is None is unlimited. Sizes are bytes."""

    site: str
    users: int
    user_limit: int | None
    #: database, publicFiles, privateFiles, backups, total.
    storage: Mapping[str, int]
    storage_limit: int | None
    #: By date, today last; empty where no app counts.
    api_calls: Mapping[str, int]
    last_activity: str | None
    measured: str
    json: Mapping[str, Any] = field(repr=False, compare=False)

    @classmethod
    def of(cls, json: Mapping[str, Any]) -> Usage:
        sizes = {name: size for name, size in json["storage"].items() if name != "limit"}
        return cls(
            json["site"], json["users"]["active"], json["users"]["limit"], sizes,
            json["storage"]["limit"], {day["date"]: day["count"] for day in json["apiCalls"]},
            json.get("lastActivity"), json["measured"], json,
        )

    @classmethod
    def list_of(cls, json: Mapping[str, Any]) -> tuple[Usage, ...]:
        return tuple(map(cls.of, json["usage"]))
