# As much of Frappe as the app's own tests need, which are about the app's decisions: what Frappe and
# MariaDB make of them is seen on a bench.
import json
import os
from types import SimpleNamespace
from typing import Any, Callable, NoReturn

from . import database

local = SimpleNamespace()


class _dict(dict[str, Any]):
    def __getattr__(self, name: str) -> Any:
        return self.get(name)

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value


class ValidationError(Exception):
    http_status_code = 417


class InReadOnlyMode(ValidationError):
    http_status_code = 503


class Pipeline:
    def __init__(self, cache: "Cache") -> None:
        self.cache, self.steps = cache, list[Callable[[], Any]]()

    def get(self, key: bytes) -> "Pipeline":
        self.steps.append(lambda: self.cache.get(key))
        return self

    def delete(self, key: bytes) -> "Pipeline":
        self.steps.append(lambda: self.cache.delete(key))
        return self

    def execute(self) -> list[Any]:
        return [step() for step in self.steps]


class Cache:
    """Of the Redis of one site."""

    def __init__(self) -> None:
        self.values: dict[bytes, Any] = {}
        self.expiries: dict[bytes, int] = {}
        self.is_away = False

    def make_key(self, key: str) -> bytes:
        return f"db|{key}".encode()

    def get_value(self, key: str) -> Any:
        return self.values.get(self.make_key(key))

    def get(self, key: bytes) -> Any:
        return self.values.get(key)

    def set(self, key: bytes, value: Any) -> None:
        self.values[key] = value

    def delete(self, key: bytes) -> int:
        return int(self.values.pop(key, None) is not None)

    def incrby(self, key: bytes, by: int) -> int:
        if self.is_away:
            raise ConnectionError("Redis is away")
        self.values[key] = int(self.values.get(key, 0)) + by
        return int(self.values[key])

    def expire(self, key: bytes, seconds: int) -> None:
        self.expiries[key] = seconds

    def pipeline(self, transaction: bool) -> Pipeline:
        assert transaction
        return Pipeline(self)


def begin(site_path: str, record: dict[str, Any] | None) -> None:
    """A request to a site, in whose config `tenantd` is the record."""
    os.makedirs(os.path.join(site_path, "private", "files"), exist_ok=True)
    os.makedirs(os.path.join(site_path, "public", "files"), exist_ok=True)
    local.__dict__.clear()
    local.site, local.site_path, local.conf = "acme.localhost", site_path, _dict(db_name="db")
    local.flags, local.form_dict, local.response = _dict(), _dict(), _dict()
    local.session, local.request = _dict(user="Guest"), None
    local.cache, local.hooks, local.pages = Cache(), {}, list[str]()
    local.db = database.Database(os.path.join(site_path, "site.db"))
    write(record)


def write(record: dict[str, Any] | None) -> None:
    path = os.path.join(local.site_path, "site_config.json")
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump({"db_name": "db", **({"tenantd": record} if record is not None else {})}, file)
    os.replace(path + ".new", path)


def __getattr__(name: str) -> Any:
    if name in ("conf", "flags", "session", "db"):
        return getattr(local, name)
    raise AttributeError(name)


def cache() -> Cache:
    found: Cache = local.cache
    return found


def throw(message: str, exc: type[Exception] = ValidationError, title: str = "") -> NoReturn:
    raise exc(message)


def whitelist(**_: Any) -> Callable[[Any], Any]:
    return lambda function: function


def respond_as_web_page(title: str, text: str, **_: Any) -> None:
    local.pages.append(title)


def get_hooks(name: str) -> list[str]:
    return list(local.hooks.get(name, []))


def get_attr(name: str) -> Any:
    return local.hooks["attributes"][name]


def get_site_path(*names: str) -> str:
    return os.path.join(local.site_path, *names)


def logger(name: str) -> Any:
    return SimpleNamespace(warning=lambda text: None)
