# One session: what is answered at once from what the agent knows, and what children are for.
import os
import shutil
import sys
import time
from typing import Any

import frappe

from . import build, forkserver, hot, index, jobs, keeper, methods, note
from . import predecessor, prepare, replies, reservations, secrecy, server, wire
from .children import Child
from .wire import JSON, SessionOver, Trouble

SHARED = ("session", "apps", "settings", "adminPassword", "optional")
"""What the hello tells once and every job may need."""
RESERVED = ("prepare", "claim")
"""Methods of a job that has reserved its name, owner and key."""
OWN_TEMPLATE = ("prepare", "standby", "claim")
"""Methods that give the template back what its copies have warmed."""
PROVEN = ("reserve", "prepare", "template", "standby", "claim")
"""What makes something: only on a bench that is proven to be the one that it says it is."""


class Agent:
    """Call `attend` when a descriptor is ready or the time of `wait` has passed."""

    def __init__(self, output: int, own: list[int], fork_server: forkserver.ForkServer) -> None:
        self.replies = replies.Replies(output)
        self.jobs = jobs.Jobs(fork_server, own, self.keepers, self.ended, self.replies)
        self.index = index.bench
        self.keeper: keeper.Keeper | None = None
        self.reservations = reservations.Reservations(self.index, self.replies.answer)
        self.hello: JSON = {}
        self.credentials: Any = None
        self.remove: str | None = None
        self.standbys = hot.Standbys()
        self.build = ""
        self.asking: list[Any] = []
        self.ending = False

    # What a session asks

    def serve(self, line: bytes) -> None:
        self.replies.serve(line, self.handle)

    def handle(self, request: Any, method: str, params: JSON) -> JSON | None:
        """The answer at once, or None when it comes later."""
        quick = {
            "hello": self.greet,
            "ping": lambda params: {},
            "sites": self.sites,
            "overview": self.overview,
            "release": self.reservations.release,
            "cancel": self.cancel,
            "note": note.keep,
        }
        if method == "overview" and self.keeper and self.keeper.state["state"] == "connecting":
            self.asking.append(request)  # the keeper's first word is on its way
            return None
        if method not in ("hello", "ping") and self.keeper is None:
            raise Trouble("invalid_request", "The first request is hello.")
        if method in quick:
            return quick[method](params)
        if method in PROVEN and self.keeper:
            self.keeper.demand_proof()
        if method == "reserve":
            return self.reservations.reserve(request, params)
        if method in RESERVED:
            self.reservations.check(params["job"])
        params = {**{name: self.hello.get(name) for name in SHARED}, **params}
        if method in OWN_TEMPLATE:
            own = self.template() or {}
            params.update(template=own.get("database"), templateSite=own.get("site"))
        if method == "prepare" and (found := self.from_standby(params)):
            return found
        if method == "claim" and self.standbys.claim(request, params):
            return None
        if method == "undo" and self.standbys.give_back(params["job"]):
            return {"dropped": []}
        if method == "standby" and params.get("hidden"):
            self.hold(request, params, params["hidden"])
            return None
        if method == "drop":
            self.let_go(params["site"])
        if method == "survey":
            params["mine"] = self.standbys.names()
        if method == "reconcile":
            # At one moment, so that nobody's leftover is what a job of a moment later has begun.
            params = {**params, "live": self.live(), "seen": os.listdir(".")}
        self.run(request, method, params)
        return None

    def run(self, request: Any, name: str, params: JSON) -> None:
        """By a child, as the table of methods says."""
        method = methods.METHODS.get(name)
        if method is None:
            raise Trouble("internal_error", f"The agent has no method {name}.")
        if (run := method.run) is None:
            self.jobs.start_app(request, name, params, self.reply)
            return
        credentials = self.credentials
        self.jobs.start_root(
            request,
            params,
            secrecy.secrets_in(params),
            lambda work: run(params, credentials, work),
            self.reply if name != "standby" else lambda child, said: self.copied(child, params, said),
        )

    def greet(self, params: JSON) -> JSON:
        """The session's own facts; answered with the bench's (the apps' code is not run here)."""
        if self.keeper:
            raise Trouble("invalid_request", "The session has begun already.")
        if params.get("remove"):
            self.remove = os.path.realpath("..")
        self.hello = params
        for secret in secrecy.secrets_in(params):
            secrecy.remember(secret)
        predecessor.end(params.get("predecessor"))
        server.bench_level()
        self.credentials = server.Credentials(params.get("rootUser"), params.get("rootPassword"))
        build.look(params.get("apps") or [])
        self.build = build.fingerprint(params.get("apps") or [])
        others = [*self.jobs.own, *self.jobs.descriptors()]
        self.keeper = keeper.Keeper(self.credentials, params["session"], others)
        self.reservations.keeper = self.keeper
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
            "template": self.template() is not None,
            "failure": note.read(),
        }

    def template(self) -> JSON | None:
        """The record of the template of this build, as far as the last look tells."""
        for record in self.index.of_state("template"):
            if record["build"] == self.build:
                return record
        return None

    def tell_overview(self) -> None:
        """Before the answer of a job that has changed the bench, so that whoever hears the answer
        finds it told. That it cannot be known does not keep the answer."""
        try:
            found = self.overview({})
        except Exception as error:
            self.replies.unexpected("The overview", error)
            return
        self.replies.tell({"method": "overview", "params": found})

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
                return prepare.prepared(
                    name, params["apps"], lambda event: self.replies.progress(params["job"], event)
                )
        return None

    def copied(self, child: Child, params: JSON, said: JSON) -> None:
        """The copy for a standby is there: a hot child of the fork server takes it over."""
        if "error" in said:
            self.reply(child, said)
            return
        left = {**params, "timeout": max(0.0, child.deadline - time.monotonic())}
        try:
            self.hold(child.request, left, said["result"]["hidden"])
        except Trouble as trouble:
            self.reply(child, {"error": trouble.error()})

    def hold(self, request: Any, params: JSON, hidden: str) -> None:
        """A hot child for a site that is whole: a new copy, or what an earlier session left."""
        child = self.jobs.start_app(request, "hold", {**params, "hidden": hidden}, self.held)
        child.hot = True

    def held(self, child: Child, said: JSON) -> None:
        """What a hot child answers: that it is ready, or a claim."""
        request = child.request
        self.standbys.answered(child, said)
        self.tell_overview()
        self.replies.answer(request, said.get("result"), said.get("error"))

    def let_go(self, site: str) -> None:
        """Ends the hot child of a standby that is to be dropped."""
        if child := self.standbys.ready.get(site):
            child.kill(Trouble("cancelled", "The standby is dropped."))
            self.standbys.ended(child)

    def cancel(self, params: JSON) -> JSON:
        """Kills the job's children or stops its waiting for a reservation; the call answers."""
        why = Trouble("cancelled", "The job was ended.")
        self.jobs.cancel(params["job"], why)
        self.reservations.cancel(params["job"], why)
        return {}

    def live(self) -> list[str]:
        """The jobs of this session, the pool's included: what they make is nobody's leftover."""
        return [*self.reservations.reserved, *self.jobs.names()]

    # The loop's side

    def keepers(self) -> list[int]:
        return [self.keeper.channel.fileno()] if self.keeper else []

    def descriptors(self) -> list[int]:
        return [*self.keepers(), *self.jobs.descriptors()]

    def wait(self) -> float | None:
        soonest = self.jobs.next_deadline()
        return None if soonest == jobs.FOREVER else max(0.0, soonest - time.monotonic())

    def attend(self, ready: set[int], now: float) -> None:
        self.jobs.attend(ready, now)
        if self.keeper and self.keeper.channel.fileno() in ready:
            for message in self.keeper.hear():
                try:
                    self.hear_keeper(self.keeper, message)
                except SessionOver:
                    raise
                except Exception as error:
                    self.replies.unexpected("What the keeper said", error)

    def reply(self, child: Child, said: JSON) -> None:
        if "error" in said and said["error"]["data"]["kind"] == "bench_changed":
            self.ending = True
        self.tell_overview()
        self.replies.answer(child.request, said.get("result"), said.get("error"))

    def ended(self, child: Child) -> None:
        """Its process is gone, and what it had to answer is answered."""
        if child.hot:
            self.standbys.ended(child)
            self.tell_overview()
            if not child.claimed:
                self.replies.tell({"method": "standbyEnded"})

    def hear_keeper(self, keeper: keeper.Keeper, message: JSON) -> None:
        if "lost" in message:
            why = "The database was away, and another tenantd has what the job had reserved."
            for job in self.reservations.lost(message["lost"]):
                self.jobs.cancel(job, Trouble("database_unavailable", why))
            return
        if "state" not in message:
            self.reservations.hear(message)
            return
        keeper.state = message
        self.tell_overview()
        asking, self.asking = self.asking, []
        for request in asking:
            try:
                self.replies.answer(request, self.overview({}))
            except SessionOver:
                raise
            except Exception as error:
                self.replies.answer(request, error=self.replies.unexpected("The overview", error).error())

    def end(self) -> None:
        """Ends every child, and the sandbox's folder where it was a temporary one."""
        self.jobs.end()
        if self.keeper:
            self.keeper.end()
        if self.remove:
            shutil.rmtree(self.remove, ignore_errors=True)
