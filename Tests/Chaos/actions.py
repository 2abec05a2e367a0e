# What can be done to a tenantd: each a name and a function that takes a world and its own chance.
from __future__ import annotations

import signal
from dataclasses import dataclass, replace
from random import Random
from typing import Callable

import cleanups
import floods
import kills
import outages
import planted
import races
import starved
from world import World


@dataclass(frozen=True)
class Action:
    name: str
    run: Callable[[World, Random], None]
    is_quick: bool = True
    """A short run has it."""
    places: tuple[str, ...] = ("sandbox", "bench")
    """Where it can be done."""
    stops_status: bool = False
    """It stops tenantd itself, or asks another one: `status` cannot be told to be slow."""


def killing(role: str, number: signal.Signals) -> Action:
    return Action(
        f"{number.name} of {role}",
        lambda world, random: kills.kill(world, random, role, number),
    )


def stopping(role: str) -> Action:
    return Action(
        f"stop of {role}",
        lambda world, random: kills.stop(world, random, role),
        stops_status=role == "tenantd",
    )


ROLES = ("tenantd", "agent", "fork server", "keeper", "child")
ACTIONS = [
    *(killing(role, signal.SIGKILL) for role in ROLES),
    *(killing(role, signal.SIGTERM) for role in ROLES),
    *(stopping(role) for role in ROLES),
    replace(killing("launcher", signal.SIGKILL), places=("bench",)),
    replace(killing("launcher", signal.SIGTERM), places=("bench",)),
    replace(stopping("launcher"), places=("bench",)),
    Action("two tenantd", lambda world, random: races.race(world, random, 2)),
    Action("four tenantd", lambda world, random: races.race(world, random, 4)),
    Action("cleanups among signups", cleanups.among_signups),
    Action("cleanup of orphans and pool", cleanups.of_everything),
    Action("flood of lines", floods.of_lines, stops_status=True),
    Action("unread output", floods.unread, stops_status=True),
    Action("few descriptors", starved.of_descriptors, is_quick=False, places=("sandbox",)),
    Action("few processes", starved.of_processes, is_quick=False, places=("sandbox",)),
    Action("full disk", starved.of_room, places=("sandbox",)),
    Action("service away", outages.outage),
    Action("hostile folders", planted.hostile),
]
