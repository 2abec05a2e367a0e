# Which build of the bench this is: sites are copied only from a template of the same build.
import hashlib
import json
import os
import time

from . import config, content
from .wire import Trouble

COPY_RULES = 3
"""Raise it when what a template or a copy holds is decided otherwise."""
OWN_APP = "tenantd_app"
"""The project's own app (`clients/frappe`), which makes limits and suspensions hold in a site."""
CONFIG = ("db_type", "db_host", "db_port", "db_socket", "install_apps", "developer_mode")
"""Keys of the bench's config that decide what a new site is, and on which server."""


def fingerprint(apps: list[str]) -> str:
    """Sixteen hexadecimal digits over versions, commits and files of Frappe and of all apps of the
    bench, its config where that matters, the apps that a new tenant gets, and tenantd's own rules.
    Costs a few small files: the others are as `look` has seen them last."""
    parts = [f"rules {COPY_RULES}", "install " + ",".join(apps), f"config {bench_config()}"]
    for app in bench_apps():
        if app not in contents:
            contents[app] = content.content(app)
        parts.append(f"{app} {version(app)} {commit(app)} {patches(app)} {contents[app]}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


contents: dict[str, str] = {}
"""By app; a child has its parent's."""


looked = 0.0


def look(apps: list[str], every: float = 0) -> None:
    """Looks at all files again, if that was not done in the last `every` seconds; it costs some
    ten milliseconds an app. Raises when they are not
    the ones that this process began with: no job may mix the code on the disk with that in memory."""
    global looked
    before = fingerprint(apps)
    if looked and time.monotonic() - looked < every:
        return
    looked = time.monotonic()
    for app in bench_apps():
        contents[app] = content.content(app)
    if fingerprint(apps) != before:
        raise Trouble("bench_changed", "The bench was updated; the session starts again.")


def demand_same(apps: list[str], since: str) -> None:
    """Raises when the bench was updated while something was made that took long: it may be of both
    builds, and of the new one it is not."""
    look(apps)
    if fingerprint(apps) != since:
        raise Trouble("bench_changed", "The bench was updated; the session starts again.")


def bench_apps() -> list[str]:
    with open("apps.txt", encoding="utf-8") as file:
        return [line.strip() for line in file if line.strip()]


def with_own(apps: list[str]) -> list[str]:
    """The apps of a new tenant: the project's own is the last of them wherever the bench has it."""
    is_wanted = OWN_APP not in apps and OWN_APP in bench_apps()
    return [*apps, OWN_APP] if is_wanted else apps


known_config = ""


def bench_config() -> str:
    """As it was before while somebody is writing it: bench does not do that atomically."""
    global known_config
    try:
        config = json.loads(read("common_site_config.json"))
        known_config = json.dumps([config.get(key) for key in CONFIG])
    except ValueError:
        pass
    return known_config


def in_maintenance() -> bool:
    """Whether the bench answers 503 for all of its sites."""
    try:
        return bool(json.loads(read("common_site_config.json")).get("maintenance_mode"))
    except (ValueError, AttributeError):
        return False


def folder(app: str) -> str:
    return os.path.join("..", "apps", app)


def version(app: str) -> str:
    """From the file, not from the module in memory: an update shows at once."""
    text = read(os.path.join(folder(app), app, "__init__.py"))
    lines = [line for line in text.splitlines() if line.startswith("__version__")]
    return lines[0].split("=", 1)[1].strip() if lines else "unknown"


def patches(app: str) -> str:
    text = read(os.path.join(folder(app), app, "patches.txt"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def commit(app: str) -> str:
    """What HEAD names, without asking git, which the bench may not have."""
    git = os.path.join(folder(app), ".git")
    head = read(os.path.join(git, "HEAD")).strip()
    if not head.startswith("ref: "):
        return head or "none"
    reference = head[5:]
    if found := read(os.path.join(git, reference)).strip():
        return found
    for line in read(os.path.join(git, "packed-refs")).splitlines():
        if line.endswith(" " + reference):
            return line.split(" ", 1)[0]
    return "none"


def read(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""


def current_template(
    apps: list[str], records: list[config.JSON], profile: str | None = None
) -> config.JSON | None:
    """The finished template of this build, and of that profile, if the bench has one."""
    wanted = fingerprint(apps)
    for record in records:
        if record["build"] == wanted and record["profile"] == profile:
            return record
    return None
