# The agent's messages: JSON lines out, and errors that carry a stable kind.
import json
import os
from typing import Any

JSON = dict[str, Any]


class SessionOver(Exception):
    """Who the session cannot do without is gone: tenantd, the keeper, the fork server."""


class Trouble(Exception):
    """A failure that the caller is told: a kind from protocol.md and a sentence."""

    def __init__(self, kind: str, message: str, **data: Any) -> None:
        super().__init__(message)
        self.kind, self.message, self.data = kind, message, data

    def error(self) -> JSON:
        return {"code": -32000, "message": self.message, "data": {"kind": self.kind, **self.data}}


def invalid(field: str, reason: str) -> Trouble:
    """A parameter, as the request calls it, that is not what the bench or the site takes."""
    return Trouble("invalid_params", reason, field=field)


def write_all(descriptor: int, data: bytes) -> None:
    """Writes every byte, whatever the pipe takes at once."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def line(message: JSON) -> bytes:
    return json.dumps(message, separators=(",", ":"), ensure_ascii=True).encode() + b"\n"


def send(descriptor: int, message: JSON) -> None:
    write_all(descriptor, line(message))


class Lines:
    """Splits what a descriptor delivers into whole lines."""

    def __init__(self) -> None:
        self.rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        *whole, self.rest = (self.rest + data).split(b"\n")
        return [text for text in whole if text.strip()]
