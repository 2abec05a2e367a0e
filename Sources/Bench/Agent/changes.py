# Which tenants have changed, for every process on the bench that keeps an index: a file of names that
# only grows, until it is begun anew. Its first line is its own name.
import os
import secrets
from typing import NamedTuple

from . import files

PATH = ".tenantd-changes"
LONGEST = 65_536


class Place(NamedTuple):
    """How far a reader has come, in which file; it was as old then."""

    file: str = ""
    offset: int = 0
    stamp: tuple[int, int, int] = (0, 0, 0)


def note(site: str) -> None:
    """Behind the change itself: who reads the name finds it done."""
    if not os.path.exists(PATH):
        begin(is_new=True)
    with open(PATH, "ab") as file:
        file.write(site.encode() + b"\n")
        is_long = file.tell() > LONGEST
    if is_long:
        begin(is_new=False)


def begin(is_new: bool) -> None:
    try:
        files.replace(PATH, secrets.token_hex(8) + "\n", is_new=is_new)
    except FileExistsError:
        pass  # another process was as quick


def since(place: Place) -> tuple[Place, list[str] | None]:
    """The place to go on from, and the names since the one given; None where they cannot be told,
    so that every site may have changed."""
    try:
        stat = os.stat(PATH)
        stamp = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
        if stamp == place.stamp:
            return place, []
        with open(PATH, "rb") as file:
            lines = file.read().split(b"\n")
    except FileNotFoundError:
        return Place(), None if place.file else []
    name, names = lines[0].decode(errors="replace"), lines[1:-1]
    here = Place(name, len(names), stamp)
    if place.file not in ("", name):
        return here, None
    return here, [found.decode(errors="replace") for found in names[place.offset :] if found]
