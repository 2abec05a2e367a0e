# The first request of a session: who asks, with which credentials, and on which bench that is.
import os
import sys
from typing import TYPE_CHECKING, Any

import frappe

from . import build, keeper, methods, predecessor, secrecy, server
from .wire import JSON, Trouble

if TYPE_CHECKING:
    from .agent import Agent


@methods.quick(
    "hello",
    takes=("session",),
    may_take=(
        *("apps", "settings", "optional", "adminPassword", "roles", "workspace"),
        *("rootUser", "rootPassword", "predecessor", "remove"),
    ),
    secrets=("adminPassword", "rootPassword"),
    early=True,
)
def hello(agent: "Agent", request: Any, params: JSON) -> JSON:
    """The session's own facts; answered with the bench's (the apps' code is not run here)."""
    if agent.keeper:
        raise Trouble("invalid_request", "The session has begun already.")
    if params.get("remove"):
        agent.remove = os.path.realpath("..")
    apps = build.with_own(params.get("apps") or [])
    agent.hello = {**params, "apps": apps}
    for secret in secrecy.secrets_in(params):
        secrecy.remember(secret)
    predecessor.end(params.get("predecessor"))
    server.bench_level()
    agent.credentials = server.Credentials(params.get("rootUser"), params.get("rootPassword"))
    build.look(apps)
    agent.build = build.fingerprint(apps)
    others = [*agent.jobs.own, *agent.jobs.descriptors()]
    agent.keeper = keeper.Keeper(agent.credentials, params["session"], others)
    agent.reservations.keeper = agent.keeper
    return {
        "frappe": frappe.__version__,
        "apps": {
            app: frappe.__version__ if app == "frappe" else build.version(app).strip("\"'")
            for app in build.bench_apps()
        },
        "bench": os.path.realpath(".."),
        "python": sys.version.split()[0],
        "process": predecessor.who(),
    }
