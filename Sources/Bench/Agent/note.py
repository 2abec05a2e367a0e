# Why the bench's pool cannot be kept, for every process on the bench: the one that tries may be
# another than the one a person asks.
import json
import os
from typing import Any

from . import files

JSON = dict[str, Any]
PATH = ".tenantd-pool"


def keep(params: JSON) -> JSON:
    """`failure`: its sentence, its time and how often it was tried; none: the pool is kept."""
    if params.get("failure"):
        files.replace(PATH, json.dumps(params["failure"]))
    else:
        try:
            os.unlink(PATH)
        except FileNotFoundError:
            pass
    return {}


def read() -> JSON | None:
    try:
        with open(PATH, encoding="utf-8") as file:
            found = json.load(file)
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
