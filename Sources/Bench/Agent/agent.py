# What the agent answers: quick methods from what it knows, long ones by a child each.
import json
import os
import sys
import time
from typing import Any, Callable

import frappe
import frappe.database

from . import check, children, claim, config, drop, index, keeper, prepare, reconcile, server, wire
from .wire import JSON, Trouble

Emit = Callable[[JSON], None]


class Agent:
    """One session. Call `attend` when a descriptor is ready or the time of `wait` has passed."""

    def __init__(self, output: int, own: list[int]) -> None:
        self.output, self.own = output, own
        self.children: dict[int, children.Child] = {}
        self.index = index.Index()
        self.keeper: keeper.Keeper | None = None
        self.reserving: dict[int, tuple[Any, JSON]] = {}
        self.reserved: dict[str, list[list[str]]] = {}
        self.hello: JSON = {}
        self.credentials: Any = None
        self.remove: str | None = None

    # What a session asks

    def handle(self, request: Any, method: str, params: JSON) -> JSON | None:
        """The answer at once, or None when it comes later."""
        quick = {
            "hello": self.greet,
            "sites": self.sites,
            "release": self.release,
            "cancel": self.cancel,
        }
        if method in quick:
            return quick[method](params)
        if method == "reserve":
            return self.reserve(request, params)
        params = {"session": self.hello.get("session"), **params}
        credentials = self.credentials
        long: dict[str, Callable[[Emit], Any]] = {
            "prepare": lambda emit: prepare.prepare(params, credentials, emit),
            "claim": lambda emit: claim.claim(params, emit),
            "reissue": lambda emit: claim.reissue(params),
            "undo": lambda emit: drop.drop_job(params, credentials),
            "drop": lambda emit: drop.drop_site(params, credentials),
            "reconcile": lambda emit: reconcile.reconcile(
                {**params, "live": list(self.reserved)}, credentials
            ),
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
        self.keeper = keeper.Keeper(self.credentials, params["session"], self.open())
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
        """`site`: that one's record; else all of them. Also how the database is doing."""
        self.index.refresh()
        state = self.keeper.state if self.keeper else {"state": "connecting"}
        if "site" in params:
            return {"sites": [r for r in [self.index.find(params["site"])] if r], "database": state}
        return {"sites": list(self.index.records()), "database": state}

    # Reservations: a name, an owner and a request key, for as long as a job works on them

    def reserve(self, request: Any, params: JSON) -> JSON | None:
        if found := self.existing(params):
            return found
        scope = config.bench_id() + ":"
        wanted = [["key", scope + params["request"]]] if params.get("request") else []
        wanted.append(["name", scope + params["site"]])
        if params.get("uniqueEmail"):
            wanted.append(["owner", scope + params["owner"]])
        # tenantd lets one of its own jobs at a time have a name: an older one has ended.
        for job, locks in list(self.reserved.items()):
            if any(lock in wanted for lock in locks):
                self.release({"job": job})
        number = max(self.reserving, default=0) + 1
        self.reserving[number] = (request, {**params, "locks": wanted})
        assert self.keeper is not None
        self.keeper.send({"id": number, "op": "lock", "locks": wanted})
        return None

    def existing(self, params: JSON) -> JSON | None:
        self.index.refresh()
        if params.get("request") in self.index.by_key:
            record = self.index.find(self.index.by_key[params["request"]])
            return {"state": "same_key", "record": record}
        if os.path.lexists(params["site"]):
            return {"state": "site_exists"}
        if params.get("uniqueEmail") and params["owner"] in self.index.by_owner:
            return {"state": "email_in_use", "site": self.index.by_owner[params["owner"]]}
        return None

    def reserve_answered(self, message: JSON) -> None:
        request, params = self.reserving.pop(message["id"], (None, {}))
        if request is None:
            return
        if error := message.get("error"):
            self.answer(request, error=error)
            return
        taken = {"key": "busy", "name": "site_exists", "owner": "email_in_use"}
        if message["taken"]:
            self.answer(request, {"state": taken[message["taken"]], "busy": True})
            return
        # Somebody may have published between the look and the locks.
        self.reserved[params["job"]] = params["locks"]
        if found := self.existing(params):
            self.release(params)
            self.answer(request, found)
            return
        self.answer(request, {"state": "free"})

    def release(self, params: JSON) -> JSON:
        locks = self.reserved.pop(params["job"], [])
        if locks and self.keeper:
            self.keeper.send({"op": "unlock", "locks": locks})
        return {}

    def cancel(self, params: JSON) -> JSON:
        """Kills the job's child, or stops its waiting for a reservation; the call answers then."""
        why = Trouble("cancelled", "The job was ended.")
        for child in self.children.values():
            if child.job == params["job"]:
                child.kill(why)
        for number, (request, wanted) in list(self.reserving.items()):
            if wanted["job"] == params["job"]:
                self.reserving[number] = (None, {})
                if self.keeper:
                    self.keeper.send({"op": "unlock", "locks": wanted["locks"]})
                self.answer(request, error=why.error())
        return {}

    # The loop's side

    def open(self) -> list[int]:
        return [*self.own, *self.descriptors()]

    def descriptors(self) -> list[int]:
        channel = [self.keeper.channel.fileno()] if self.keeper else []
        return [*self.children, *channel]

    def wait(self) -> float | None:
        deadlines = [c.deadline for c in self.children.values() if c.stopped is None]
        return max(0.0, min(deadlines) - time.monotonic()) if deadlines else None

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
                event = {"job": child.job, **message["event"]}
                wire.send(
                    self.output, {"jsonrpc": "2.0", "method": "progress", "params": event}
                )
            elif child.stopped is None:
                child.answered = True
                self.answer(child.request, message.get("result"), message.get("error"))
        if not data:
            del self.children[child.reader]
            trouble = child.end()
            if not child.answered:
                self.answer(child.request, error=trouble.error())

    def hear_keeper(self) -> None:
        assert self.keeper is not None
        data = os.read(self.keeper.channel.fileno(), 1 << 16)
        for text in self.keeper.lines.feed(data):
            message = json.loads(text)
            if "state" in message:
                self.keeper.state = message
            else:
                self.reserve_answered(message)
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
