# What the agent answers: quick methods from what it knows, long ones by a child each.
import json
import os
import sys
import time
from typing import Any, Callable

import frappe
import frappe.database

from . import build, check, children, claim, drop, hot, index, keeper, prepare
from . import reconcile, reservations, server, standby, survey, wire
from .steps import Steps
from .wire import JSON, Trouble

Emit = Callable[[JSON], None]
SHARED = ("session", "apps", "settings", "adminPassword")
"""What the hello tells once and every job may need."""


class Agent:
    """One session. Call `attend` when a descriptor is ready or the time of `wait` has passed."""

    def __init__(self, output: int, own: list[int]) -> None:
        self.output, self.own = output, own
        self.children: dict[int, children.Child] = {}
        self.index = index.bench
        self.keeper: keeper.Keeper | None = None
        self.reservations = reservations.Reservations(self.index, self.answer)
        self.hello: JSON = {}
        self.credentials: Any = None
        self.remove: str | None = None
        self.standbys = hot.Standbys()
        self.build = ""
        self.asking: list[Any] = []
        self.ending = False

    # What a session asks

    def handle(self, request: Any, method: str, params: JSON) -> JSON | None:
        """The answer at once, or None when it comes later."""
        quick = {
            "hello": self.greet,
            "sites": self.sites,
            "overview": self.overview,
            "release": self.reservations.release,
            "cancel": self.cancel,
        }
        if method == "overview" and self.keeper and self.keeper.state["state"] == "connecting":
            self.asking.append(request)  # the keeper's first word is on its way
            return None
        if method in quick:
            return quick[method](params)
        if method == "reserve":
            return self.reservations.reserve(request, params)
        shared = {name: self.hello.get(name) for name in SHARED}
        params, credentials = {**shared, **params}, self.credentials
        if method == "prepare" and (found := self.from_standby(params)):
            return found
        if method == "claim" and self.standbys.claim(request, params):
            return None
        if method == "undo" and self.standbys.give_back(params["job"]):
            return {"dropped": []}
        if method == "standby":
            self.make_standby(request, params)
            return None
        if method == "drop":
            self.let_go(params["site"])
        if method == "reconcile":
            # At one moment, so that nobody's leftover is what a job of a moment later has begun.
            params = {**params, "live": self.live(), "seen": os.listdir(".")}
        long: dict[str, Callable[[Emit], Any]] = {
            "prepare": lambda emit: prepare.prepare(params, credentials, emit),
            "template": lambda emit: prepare.make_template(params, credentials),
            "survey": lambda emit: survey.survey(params, credentials, self.standbys.names()),
            "claim": lambda emit: claim.claim(params, emit),
            "reissue": lambda emit: claim.reissue(params),
            "undo": lambda emit: drop.drop_job(params, credentials),
            "drop": lambda emit: drop.drop_site(params, credentials),
            "reconcile": lambda emit: reconcile.reconcile(params, credentials),
            "verify": lambda emit: check.verify(params),
            "http": lambda emit: check.request(params),
        }
        if method not in long:
            raise Trouble("internal_error", f"The agent has no method {method}.")
        secrets = wire.secrets_in(params) + [self.credentials.password]
        child = children.start(
            request, params.get("job"), float(params["timeout"]), secrets, long[method], self.open()
        )
        self.children[child.reader] = child
        return None

    def greet(self, params: JSON) -> JSON:
        """The session's own facts; answered with the bench's."""
        if params.get("remove"):
            self.remove = os.path.realpath("..")
        self.hello = params
        server.bench_level()
        self.credentials = server.Credentials(params.get("rootUser"), params.get("rootPassword"))
        self.build = build.fingerprint(params.get("apps") or [])
        self.keeper = keeper.Keeper(self.credentials, params["session"], self.open())
        self.reservations.keeper = self.keeper
        apps = {}
        for app in [line.strip() for line in open("apps.txt", encoding="utf-8") if line.strip()]:
            try:
                apps[app] = str(frappe.get_module(app).__version__)
            except Exception as error:
                print(f"app {app}: {error}", file=sys.stderr)
                apps[app] = "unknown"
        return {
            "frappe": frappe.__version__,
            "apps": apps,
            "bench": os.path.realpath(".."),
            "python": sys.version.split()[0],
            "pid": os.getpid(),
        }

    def sites(self, params: JSON) -> JSON:
        """`site`: that one's record, if it is there; else all of them."""
        if "site" in params:
            return {"sites": [r for r in [self.index.look(params["site"])] if r]}
        self.index.refresh()
        return {"sites": list(self.index.records())}

    def overview(self, params: JSON) -> JSON:
        """How many sites are in which state, and how pool and database are doing."""
        self.index.glance()
        return {
            "counts": self.index.counts(),
            "database": self.keeper.state if self.keeper else {"state": "connecting"},
            "ready": sum(self.index.find(name) is not None for name in self.standbys.ready),
            "template": any(
                r["state"] == "template" and r["build"] == self.build for r in self.index.records()
            ),
        }

    def tell_overview(self) -> None:
        """Before the answer of a job that has changed the bench, so that whoever hears the answer
        finds it told."""
        message = {"jsonrpc": "2.0", "method": "overview", "params": self.overview({})}
        wire.send(self.output, message)

    # Standbys: finished sites that hot children hold

    def from_standby(self, params: JSON) -> JSON | None:
        """A standby of this build for the job, when one is ready; the two steps are done then."""
        if build.fingerprint(params["apps"]) != self.build:
            # The code on the disk is not the code in memory: no job may mix them.
            self.ending = True
            raise Trouble("bench_changed", "The bench was updated; the session starts again.")
        if params.get("fresh") or not self.standbys.ready:
            return None
        for name in self.standbys.names():
            record = self.index.look(name)
            if record is None:
                self.let_go(name)  # deleted by hand
            elif record["state"] == "standby" and record["build"] == self.build:
                self.standbys.assign(params["job"], name)
                warnings = prepare.missing_apps(params["apps"])
                steps = Steps(lambda event: self.progress(params["job"], event))
                with steps.run(1):
                    pass
                with steps.run(2) as step:
                    step.warnings = [warning["message"] for warning in warnings]
                return {"hidden": name, "path": "standby", "warnings": warnings}
        return None

    def make_standby(self, request: Any, params: JSON) -> None:
        """A new hot child, for a new copy or for the standby `hidden` of an earlier session."""
        credentials = self.credentials
        child = children.start_hot(
            request,
            params["job"],
            float(params["timeout"]),
            wire.secrets_in(params) + [credentials.password],
            lambda *channel: standby.hold(params, credentials, *channel),
            self.open(),
        )
        self.children[child.reader] = child

    def let_go(self, site: str) -> None:
        """Ends the hot child of a standby that is to be dropped."""
        if child := self.standbys.ready.get(site):
            child.kill(Trouble("cancelled", "The standby is dropped."))
            self.standbys.ended(child)

    def cancel(self, params: JSON) -> JSON:
        """Kills the job's child, or stops its waiting for a reservation; the call answers then."""
        why = Trouble("cancelled", "The job was ended.")
        for child in self.children.values():
            # A hot child is its job's only while it serves a request.
            if child.job == params["job"] and (child.commands is None or child.request is not None):
                child.kill(why)
        self.reservations.cancel(params["job"], why)
        return {}

    def live(self) -> list[str]:
        """The jobs of this session, the pool's included: what they make is nobody's leftover."""
        running = [child.job for child in self.children.values() if child.job]
        return [*self.reservations.reserved, *running]

    # The loop's side

    def open(self) -> list[int]:
        commands = [c.commands for c in self.children.values() if c.commands is not None]
        return [*self.own, *self.descriptors(), *commands]

    def descriptors(self) -> list[int]:
        channel = [self.keeper.channel.fileno()] if self.keeper else []
        return [*self.children, *channel]

    def progress(self, job: str | None, event: JSON) -> None:
        params = {"job": job, "seconds": 0, **event}
        wire.send(self.output, {"jsonrpc": "2.0", "method": "progress", "params": params})

    def wait(self) -> float | None:
        deadlines = [c.deadline for c in self.children.values() if c.stopped is None]
        soonest = min(deadlines, default=hot.FOREVER)
        return None if soonest == hot.FOREVER else max(0.0, soonest - time.monotonic())

    def attend(self, ready: list[int], now: float) -> None:
        for descriptor in [d for d in ready if d in self.children]:
            self.relay(self.children[descriptor])
        if self.keeper and self.keeper.channel.fileno() in ready:
            self.hear_keeper()
        for child in self.children.values():
            if now >= child.deadline and child.stopped is None:
                child.kill(Trouble("timeout", "The job took longer than its time limit."))

    def relay(self, child: children.Child) -> None:
        data = os.read(child.reader, 1 << 16)
        for text in child.lines.feed(data):
            message = json.loads(text)
            if "event" in message:
                self.progress(child.job, message["event"])
            elif child.stopped is None:
                child.answered = True
                request = child.request
                if child.commands is not None:
                    self.standbys.answered(child, message)
                self.tell_overview()
                self.answer(request, message.get("result"), message.get("error"))
        if not data:
            del self.children[child.reader]
            trouble = child.end()
            if child.commands is not None:
                self.standbys.ended(child)
            self.tell_overview()
            if child.commands is not None:
                if not child.claimed:
                    wire.send(self.output, {"jsonrpc": "2.0", "method": "standbyEnded"})
            if not child.answered:
                self.answer(child.request, error=trouble.error())

    def hear_keeper(self) -> None:
        assert self.keeper is not None
        data = os.read(self.keeper.channel.fileno(), 1 << 16)
        for text in self.keeper.lines.feed(data):
            message = json.loads(text)
            if "state" in message:
                self.keeper.state = message
                self.tell_overview()
                for request in self.asking:
                    self.answer(request, self.overview({}))
                self.asking = []
            else:
                self.reservations.hear(message)
        if not data:
            # Without it nobody can tell that this session lives: end, and be started again.
            raise BrokenPipeError

    def answer(self, request: Any, result: Any = None, error: JSON | None = None) -> None:
        body = {"error": error} if error else {"result": result}
        wire.send(self.output, {"jsonrpc": "2.0", "id": request, **body})

    def end(self) -> None:
        """Ends every child, and the sandbox's folder where it was a temporary one."""
        for child in self.children.values():
            child.kill(Trouble("cancelled", "The session ended."))
            child.end()
        if self.keeper:
            self.keeper.end()
        if self.remove:
            import shutil

            shutil.rmtree(self.remove, ignore_errors=True)
