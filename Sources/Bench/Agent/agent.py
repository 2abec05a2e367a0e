# One session's loop: a request goes to the method of its name, and what children and the locks'
# keeper say goes to whom it is for. What a method does is in the method's own file.
import shutil
import time
from typing import Any

from . import every, forkserver, hot, index, jobs, keeper, methods, overview  # noqa: F401
from . import replies, reservations, secrecy
from .children import Child
from .methods import Method
from .wire import JSON, SessionOver, Trouble


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
        """The folder of a sandbox that ends with the session."""
        self.standbys = hot.Standbys()
        self.build = ""
        self.asking: list[Any] = []
        """Requests for an overview that wait for the keeper's first word."""
        self.ending = False

    # What a session asks

    def serve(self, line: bytes) -> None:
        self.replies.serve(line, self.handle)

    def handle(self, request: Any, name: str, params: JSON) -> JSON | None:
        """The answer at once, or None when it comes later."""
        method = methods.METHODS.get(name)
        if self.keeper is None and not (method and method.early):
            raise Trouble("invalid_request", "The first request is hello.")
        if method is None:
            raise Trouble("internal_error", f"The agent has no method {name}.")
        method.check(params)
        if method.proven and self.keeper:
            self.keeper.demand_proof()
        if method.reserved:
            self.reservations.check(params["job"])
        if method.runs == "loop":
            answer: JSON | None = method.run(self, request, params)
            return answer
        params = {**{name: self.hello.get(name) for name in methods.SHARED}, **params}
        if method.template:
            self.tell_template(params)
        return self.go(request, method, params)

    def go(self, request: Any, method: Method, params: JSON) -> JSON | None:
        """Begins a job, or answers it at once."""
        if method.before and (found := method.before(self, request, params)) is not None:
            return None if found is methods.LATER else found
        self.run(request, method, params)
        return None

    def tell_template(self, params: JSON) -> None:
        """Which template the site of a job is a copy of."""
        hidden = params.get("hidden")
        record = (self.index.look(hidden) if isinstance(hidden, str) else None) or {}
        own = self.template(record.get("profile")) or {}
        params.update(template=own.get("database"), templateSite=own.get("site"))

    def run(self, request: Any, method: Method, params: JSON) -> None:
        """By a child, of the agent or of the fork server."""
        if method.runs == "app":
            self.jobs.start_app(request, method.name, params, self.reply)
            return
        credentials, then = self.credentials, method.then
        self.jobs.start_root(
            request,
            params,
            secrecy.secrets_in(params),
            lambda work: method.run(params, credentials, work),
            (lambda child, said: then(self, child, params, said)) if then else self.reply,
        )

    def template(self, profile: str | None = None) -> JSON | None:
        """The record of the template of this build and profile, as far as the last look tells."""
        for record in self.index.of_state("template"):
            if record["build"] == self.build and record["profile"] == profile:
                return record
        return None

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
        overview.tell(self)
        self.replies.answer(child.request, said.get("result"), said.get("error"))

    def ended(self, child: Child) -> None:
        """Its process is gone, and what it had to answer is answered."""
        if child.hot:
            self.standbys.ended(child)
            overview.tell(self)
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
        overview.tell(self)
        overview.answer_waiting(self)

    def end(self) -> None:
        """Ends every child, and the sandbox's folder where it was a temporary one."""
        self.jobs.end()
        if self.keeper:
            self.keeper.end()
        if self.remove:
            shutil.rmtree(self.remove, ignore_errors=True)
