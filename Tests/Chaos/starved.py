# Too little of what a machine gives: descriptors, processes, room on the disk. What cannot be done
# is said in time, with a sentence; and once there is enough again, it is done.
from __future__ import annotations

import json
import os
import pwd
import resource
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from random import Random

from daemon import JSON
from world import World

ANSWERED = 100.0
"""Seconds: the shortest timeout of a request here, its undo, and a start of the agent."""


def of_descriptors(world: World, random: Random) -> None:
    some = random.choice([8, 12, 16, 20, 24, 32, 48, 64, 128])
    alone(world, random, resource.RLIMIT_NOFILE, some)


def of_processes(world: World, random: Random) -> None:
    if os.geteuid() == 0:  # root has no such limit: somebody who owns nothing takes its place
        some = random.choice([1, 2, 3, 4, 5, 6, 8, 12])
        alone(world, random, resource.RLIMIT_NPROC, some, nobody())


def nobody() -> int:
    """A user of this machine that no account has, so that nobody else's processes count."""
    used = {entry.pw_uid for entry in pwd.getpwall()}
    return next(number for number in range(61_000, 62_000) if number not in used)


def alone(
    world: World, random: Random, limit: int, value: int, user: int | None = None
) -> None:
    """A tenantd of its own on a sandbox of its own, with so little; each request is answered."""
    folder = Path(tempfile.mkdtemp(dir="/tmp" if user else world.place.work))
    if user:
        os.chown(folder, user, user)
    try:
        letter = "n" if limit == resource.RLIMIT_NOFILE else "u"
        found = answers(world, random, folder, (limit, value), user)
        world.wrong += [f"with ulimit -{letter} {value}: {wrong}" for wrong in found]
    finally:
        shutil.rmtree(folder)


def answers(
    world: World, random: Random, folder: Path, limit: tuple[int, int], user: int | None
) -> list[str]:
    requests = [order.params for order in world.orders(random, 3)]
    del world.ledger.orders[-3:]  # nobody's customers: they are not on the bench
    lines = [message(0, "status", {})]
    for number, params in enumerate(requests, 1):
        lines.append(message(number, "provision", {**params, "timeout": 20}))

    def starve() -> None:
        resource.setrlimit(limit[0], (limit[1], limit[1]))

    log = world.place.work / "starved.log"
    with open(log, "wb") as errors:
        process = subprocess.Popen(
            [str(readable(world.place.binary, user)), f"--sandbox={folder}/bench", "--pool=1"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            preexec_fn=starve,
            user=user,
            env={**world.place.environment(), "HOME": str(folder), "TMPDIR": str(folder)},
        )
    try:
        output, _ = process.communicate(b"".join(lines), timeout=ANSWERED)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.communicate()
        return [f"no end with the end of input in {ANSWERED:.0f} s"]
    if process.returncode not in (0, 1, 2):
        return [f"ended with {process.returncode}"]
    told = [json.loads(line) for line in output.splitlines()]
    world.tried, world.survived = world.tried + len(lines), world.survived + len(told)
    if process.returncode == 0 and len(told) != len(lines):
        return [f"{len(told)} answers to {len(lines)} requests"]
    if process.returncode and not log.read_bytes().strip():
        return [f"ended with {process.returncode} and no sentence"]
    return []


def readable(binary: Path, user: int | None) -> Path:
    """The program, where another user may read it."""
    if user is None:
        return binary
    copy = Path(tempfile.gettempdir()) / f"tenantd-for-{user}"
    if not copy.exists() or copy.stat().st_mtime < binary.stat().st_mtime:
        shutil.copy(binary, copy)
        copy.chmod(0o755)
    return copy


def message(number: int, method: str, params: JSON) -> bytes:
    whole = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
    return json.dumps(whole).encode() + b"\n"


def of_room(world: World, random: Random) -> None:
    """The disk is full for a while: signups fail or wait, and are made when there is room."""
    disk = world.place.disk
    if disk is None:
        return
    ballast = disk / "ballast"
    waiting = world.sign_up(world.orders(random, random.randint(1, 3)))
    time.sleep(random.uniform(0, 0.5))
    try:
        fill(ballast, left=random.choice([0, 4096, 65_536, 262_144]))
        time.sleep(random.uniform(0.2, 2))
        waiting += world.sign_up(world.orders(random, 1))
        time.sleep(random.uniform(0, 1))
    finally:
        ballast.unlink(missing_ok=True)
    world.finish(waiting)


def fill(ballast: Path, left: int) -> None:
    with open(ballast, "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1 << 20))
        except OSError:
            pass
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
        file.truncate(max(0, file.tell() - left))
