# Why the bench's pool cannot be kept, for every process on the bench: the one that tries may be
# another than the one a person asks.
import json
import os
from typing import TYPE_CHECKING, Any

from . import files, methods

if TYPE_CHECKING:
    from .agent import Agent

JSON = dict[str, Any]
PATH = ".tenantd-pool"


@methods.quick("note", may_take=("failure",))
def note(agent: "Agent", request: Any, params: JSON) -> JSON:
    keep(params)
    return {}


def keep(params: JSON) -> None:
    """`failure`: its sentence, its time and how often it was tried; none: the pool is kept."""
    if params.get("failure"):
        files.replace(PATH, json.dumps(params["failure"]))
    else:
        try:
            os.unlink(PATH)
        except FileNotFoundError:
            pass


def read() -> JSON | None:
    try:
        with open(PATH, encoding="utf-8") as file:
            found = json.load(file)
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
