# Redis for the stand-in: the site's cache keys (RedisWrapper) over a real Redis where one is
# configured (MariaDB mode), and over a folder of JSON files (Store) in the sandbox.
from __future__ import annotations

import fcntl
import json
import os
import time
from contextlib import contextmanager, suppress
from fnmatch import fnmatchcase
from typing import Any, Callable, Iterator
from urllib.parse import quote, unquote


def _text(key: Any) -> str:
    return key.decode() if isinstance(key, bytes) else str(key)


class Store:
    """The few commands of redis-py that are needed; each key, a hash or a list, is a file."""

    def __init__(self, folder: str) -> None:
        os.makedirs(folder, exist_ok=True)
        self._folder = folder

    def _path(self, key: Any) -> str:
        return os.path.join(self._folder, quote(_text(key), safe=":@") + ".json")

    def _read(self, key: Any) -> Any:
        with self._locked(fcntl.LOCK_SH):
            return self._value(key)

    def _value(self, key: Any) -> Any:
        with suppress(FileNotFoundError), open(self._path(key), encoding="utf-8") as file:
            # A writer that was killed may have left the end of a longer value behind this one.
            return json.JSONDecoder().raw_decode(file.read())[0]

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        folder = os.open(self._folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(folder, how)
            yield
        finally:
            os.close(folder)

    @contextmanager
    def _changing(self, key: Any, empty: Any) -> Iterator[Any]:
        """The key's value, to be changed in place; one process at a time. Written with one call
        and into the file itself: a kill leaves neither half a value nor a file of its own."""
        with self._locked(fcntl.LOCK_EX):
            yield (value := self._value(key) or empty)
            if value:
                data = json.dumps(value).encode()
                file = os.open(self._path(key), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
                try:
                    os.pwrite(file, data, 0)
                    os.truncate(file, len(data))
                finally:
                    os.close(file)
            else:
                self.delete(key)

    def keys(self, pattern: Any = "*") -> list[bytes]:
        names = [unquote(n[:-5]) for n in os.listdir(self._folder) if n.endswith(".json")]
        return [name.encode() for name in names if fnmatchcase(name, _text(pattern))]

    def scan_iter(self, match: Any = None, count: int | None = None) -> Iterator[bytes]:
        return iter(self.keys("*" if match is None else match))

    def type(self, key: Any) -> bytes:
        value = self._read(key)
        return b"none" if value is None else b"hash" if isinstance(value, dict) else b"list"

    def delete(self, *keys: Any) -> int:
        gone = 0
        for key in keys:
            with suppress(FileNotFoundError):
                os.unlink(self._path(key))
                gone += 1
        return gone

    def hset(self, key: Any, mapping: dict[str, str]) -> None:
        with self._changing(key, {}) as value:
            value.update(mapping)

    def hget(self, key: Any, field: str) -> bytes | None:
        value = (self._read(key) or {}).get(field)
        return None if value is None else str(value).encode()

    def hgetall(self, key: Any) -> dict[bytes, bytes]:
        found = self._read(key) or {}
        return {field.encode(): str(value).encode() for field, value in found.items()}

    def hdel(self, key: Any, field: str) -> None:
        with self._changing(key, {}) as value:
            value.pop(field, None)

    def rpush(self, key: Any, item: str) -> None:
        with self._changing(key, []) as value:
            value.append(item)

    def lrange(self, key: Any, start: int, end: int) -> list[bytes]:
        """The whole list, which is what 0 and -1 ask for."""
        return [item.encode() for item in self._read(key) or []]

    def lrem(self, key: Any, count: int, item: Any) -> int:
        """Removes every occurrence, which is what a count of 0 asks for."""
        with self._changing(key, []) as value:
            found = value.count(_text(item))
            value[:] = [other for other in value if other != _text(item)]
        return int(found)

    def zrem(self, key: Any, *items: Any) -> int:
        return 0  # nothing here makes a sorted set


def connection(key: str, folder: str) -> Any:
    """The Redis that the bench's config names under `key`, or else that folder of the bench."""
    import frappe
    from frappe.utils import get_bench_path

    config = frappe.get_conf()
    if config.db_type != "sqlite" and config.get(key):
        import redis  # type: ignore[import-not-found, import-untyped, unused-ignore]

        return redis.Redis.from_url(config[key])
    return Store(os.path.join(get_bench_path(), folder))


class RedisWrapper:
    """`frappe.cache`: keys carry the site's database name, so that they survive a rename."""

    def __call__(self) -> RedisWrapper:
        return self

    @property
    def _redis(self) -> Any:
        return connection("redis_cache", "cache")

    def make_key(self, key: str) -> bytes:
        import frappe

        return f"{frappe.conf.db_name}|{key}".encode()

    def get_keys(self, key: str) -> list[bytes]:
        return list(self._redis.keys(self.make_key(key + "*")))

    def delete_keys(self, key: str) -> None:
        if keys := self.get_keys(key):
            self._redis.delete(*keys)

    def hget(self, name: str, key: str, generator: Callable[[], Any]) -> Any:
        found = self._redis.hget(self.make_key(name), key)
        if found is not None:
            return json.loads(found)
        value = generator()
        self._redis.hset(self.make_key(name), mapping={key: json.dumps(value)})
        return value

    def execute_command(self, verb: str, key: bytes, *values: Any) -> Any:
        """redis-py's, for the commands that the agent uses; the stand-in caches hashes only."""
        if verb == "HGETALL":
            return self._redis.hgetall(key)
        if verb == "GET":
            return self._redis.hgetall(key).get(b"value")
        if verb == "HLEN":
            return len(self._redis.hgetall(key))
        if verb == "HSET":
            pairs = zip(values[::2], values[1::2])
            texts = {field.decode(): value.decode() for field, value in pairs}
            self._redis.hset(key, mapping=texts)
        return None

    def hkeys(self, name: str) -> list[bytes]:
        return list(self._redis.hgetall(self.make_key(name)))

    def hdel(self, name: str, key: str) -> None:
        self._redis.hdel(self.make_key(name), key)

    # Values that pass.

    def set_value(self, key: str, value: Any, expires_in_sec: float = float("inf")) -> None:
        held = {"value": json.dumps(value), "ends": str(time.time() + expires_in_sec)}
        self._redis.hset(self.make_key(key), mapping=held)

    def get_value(self, key: str) -> Any:
        held = self._redis.hgetall(self.make_key(key))
        if not held or float(held[b"ends"]) < time.time():
            return None
        return json.loads(held[b"value"])

    def delete_value(self, key: str) -> None:
        self._redis.delete(self.make_key(key))
