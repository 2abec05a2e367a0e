# What the bench's apps consist of, by the content of their files: an image that was built again
# with the same code is the same build, one whose code differs is another, with git or without.
import hashlib
import importlib.util
import json
import os
from typing import Iterator

from . import files

KEPT = ".tenantd-code"
"""In the folder of sites: for each app what its files looked like, and the hash of their content."""
IGNORED_FOLDERS = {"node_modules", "__pycache__", "public", "dist", "tests", "cypress"}
"""And those that begin with a dot. What is in these goes to browsers and developers, not into a
site."""
IGNORED_ENDS = (".pyc", ".md", ".po", ".pot", ".lock", ".svg", ".png", ".log")


def content(app: str) -> str:
    """The hash of an app's files. Reads them only when one of them has another size or time of
    change than when they were read last."""
    top = folder(app)
    if top is None:
        return "none"
    files = list(walk(top))
    looks = digest(f"{path}\0{size}\0{changed}" for path, size, changed in files)
    known = kept()
    if known.get(app, ["", ""])[0] != looks:
        known[app] = [looks, digest(f"{path}\0{read(top, path)}" for path, _, _ in files)]
        keep(known)
    return known[app][1]


def folder(app: str) -> str | None:
    """An app's Python package: in the bench's folder of apps, or wherever it is installed."""
    own = os.path.join("..", "apps", app, app)
    if os.path.isdir(own):
        return own
    try:
        found = importlib.util.find_spec(app)
    except (ImportError, ValueError):
        return None
    places = list(found.submodule_search_locations or []) if found else []
    return places[0] if places and os.path.isdir(places[0]) else None


def walk(top: str, below: str = "") -> Iterator[tuple[str, int, int]]:
    """Path, size and time of change of each file, in the order of names."""
    with os.scandir(os.path.join(top, below)) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        path = os.path.join(below, entry.name)
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in IGNORED_FOLDERS and not entry.name.startswith("."):
                yield from walk(top, path)
        elif entry.is_file() and not entry.name.endswith(IGNORED_ENDS):
            stat = entry.stat()
            yield path, stat.st_size, stat.st_mtime_ns


def read(top: str, path: str) -> str:
    with open(os.path.join(top, path), "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def digest(parts: Iterator[str]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part.encode("utf-8", "surrogateescape") + b"\n")
    return whole.hexdigest()[:16]


def kept() -> dict[str, list[str]]:
    try:
        with open(KEPT, encoding="utf-8") as file:
            found = json.load(file)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def keep(known: dict[str, list[str]]) -> None:
    """Best effort: what cannot be kept is read again."""
    try:
        files.replace(KEPT, json.dumps(known))
    except OSError:
        pass
