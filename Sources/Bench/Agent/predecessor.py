# The session before this one. One that is stopped (SIGSTOP) outlives the command that started it,
# and its locks with it: the next one ends it, where it is the very process of the very machine.
import os
import signal
from typing import Any, Iterator

JSON = dict[str, Any]


def who() -> JSON | None:
    """This process, so that the next session knows it again; none where there is no /proc."""
    return look(os.getpid())


def look(pid: int) -> JSON | None:
    """Numbers of processes are used again: so its start counts, the machine's, and the container."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            boot = file.read().strip()
        namespace = os.readlink("/proc/self/ns/pid")
        started = fields(pid)[19]
    except (OSError, IndexError):
        return None
    return {"pid": pid, "started": started, "boot": boot, "namespace": namespace}


def end(told: Any) -> None:
    """Kills the process that was told, and those that hold its locks; none that is another."""
    if not isinstance(told, dict) or not isinstance(pid := told.get("pid"), int):
        return
    if pid in (0, 1, os.getpid()) or pid < 0 or look(pid) != told:
        return
    # It first: what it started ends by itself when it goes, unless it is stopped as well.
    for each in [pid, *children(pid)]:
        try:
            os.kill(each, signal.SIGKILL)
        except OSError:
            pass  # it has ended; or it is another user's, and then its locks are not ours to take


def children(parent: int) -> Iterator[int]:
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and int(fields(int(name))[1]) == parent:
                yield int(name)
        except (OSError, IndexError):
            pass  # it has ended meanwhile


def fields(pid: int) -> list[str]:
    """Of `/proc/PID/stat`, from the state on: what comes before may hold anything."""
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
        return file.read().rpartition(")")[2].split()
