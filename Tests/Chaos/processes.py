# The processes of a trial as the machine sees them: who works for whom, and their command lines.
from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Iterator


@dataclass(frozen=True)
class Process:
    pid: int
    parent: int
    words: bytes


def processes() -> Iterator[Process]:
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", "rb") as file:
                parent = int(file.read().rsplit(b")", 1)[1].split()[1])
            with open(f"/proc/{name}/cmdline", "rb") as file:
                yield Process(int(name), parent, file.read())
        except (OSError, IndexError):
            continue  # it ended meanwhile


def tree(root: int) -> dict[int, list[Process]]:
    """The process's descendants, by how many generations they are away."""
    everybody = list(processes())
    found: dict[int, list[Process]] = {}
    parents = {root}
    while parents:
        children = [process for process in everybody if process.parent in parents]
        if children:
            found[len(found) + 1] = children
        parents = {process.pid for process in children}
    return found


def memory(pid: int) -> int:
    """Resident bytes; 0 when it has ended."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def descriptors(pid: int) -> int:
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return 0


def waited(pid: int) -> float:
    """Seconds that its threads have been ready to run, all together, and had no processor; 0 when
    it has ended. The second figure of a thread's `schedstat`."""
    found = 0
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/schedstat", "rb") as file:
                found += int(file.read().split()[1])
    except (OSError, IndexError):
        pass
    return found / 1e9
