# The stand-in server's named locks (GET_LOCK and its kin), as locked files.
from __future__ import annotations

import fcntl
import hashlib
import os
import time
from contextlib import contextmanager, suppress
from typing import Any, Iterator, Protocol

Rows = list[tuple[Any, ...]]


class Holder(Protocol):
    """A session, as far as its locks go."""

    folder: str
    locks: dict[str, int]


# Named locks: a file each, locked with lockf, which ends with its process and is not inherited by
# fork. Since lockf knows processes only, `_held` tells this process's sessions apart; a forked
# child finds its parent's entries there, and passes over them by the process id.
_held: dict[str, tuple[int, Holder]] = {}


def _lock_path(session: Holder, name: str) -> str:
    return os.path.join(session.folder, "locks", hashlib.sha256(name.encode()).hexdigest())


def _holder(path: str) -> Holder | None:
    """The session of this process that holds the lock."""
    pid, session = _held.get(path, (0, None))
    return session if pid == os.getpid() else None


@contextmanager
def _alone(path: str) -> Iterator[None]:
    """One process at a time: whoever only asks about a lock holds it for a moment, which nobody
    may find in the way."""
    folder = os.open(os.path.dirname(path), os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _take(path: str) -> int | None:
    """The locked descriptor; None where the lock is taken. To be called alone."""
    while _holder(path) is None:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return None
        if os.fstat(descriptor).st_nlink:  # else its last holder removed the file in between
            return descriptor
        os.close(descriptor)
    return None


def _let_go(path: str, descriptor: int) -> None:
    """Also where the server is away, and its files with it."""
    with suppress(FileNotFoundError):
        os.unlink(path)
    os.close(descriptor)


def free_dead_locks(folder: str) -> None:
    """Removes what holders left that were killed: a real server frees locks with their connection."""
    for name in os.listdir(os.path.join(folder, "locks")):
        path = os.path.join(folder, "locks", name)
        with _alone(path):
            if (descriptor := _take(path)) is not None:
                _let_go(path, descriptor)


def get_lock(session: Holder, name: str, seconds: str) -> Rows:
    path, deadline = _lock_path(session, name), time.monotonic() + float(seconds)
    while _holder(path) is not session:
        with _alone(path):
            descriptor = _take(path)
        if descriptor is not None:
            session.locks[path] = descriptor
            _held[path] = (os.getpid(), session)
        elif time.monotonic() >= deadline:
            return [(0,)]
        else:
            time.sleep(0.005)
    return [(1,)]


def release_lock(session: Holder, name: str) -> Rows:
    path = _lock_path(session, name)
    if _holder(path) is session:
        del _held[path]
        _let_go(path, session.locks.pop(path))
        return [(1,)]
    return [(None if is_free_lock(session, name) == [(1,)] else 0,)]


def is_free_lock(session: Holder, name: str) -> Rows:
    path = _lock_path(session, name)
    with _alone(path):
        if (descriptor := _take(path)) is None:
            return [(0,)]
        _let_go(path, descriptor)
    return [(1,)]


def is_mine(session: Holder, name: str) -> Rows:
    return [(int(_holder(_lock_path(session, name)) is session),)]


def release_all(session: Holder) -> None:
    """What the end of a connection does; a forked child's copy of it does nothing."""
    for path in [path for path in session.locks if _holder(path) is session]:
        del _held[path]
        _let_go(path, session.locks.pop(path))
