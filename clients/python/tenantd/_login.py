# A link that logs somebody in, as a Python value.
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Login:
    """A link that logs `user` in once. Whoever has it is the user."""

    url: str = field(repr=False)
    expires: str
    user: str | None

    @classmethod
    def of(cls, json: Mapping[str, Any]) -> Login:
        return cls(json["url"], json["expires"], json.get("user"))
