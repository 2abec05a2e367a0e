# The children of this session: how they are started, what becomes of what they say, how they end.
# Who needs root is the agent's own child and runs no app's code; who runs apps' code is the fork
# server's. A child with root has a stage run by one of the other kind when it asks for that.
import json
import os
import select
import socket
import time
from typing import Any, Callable

from . import children, forkserver, methods, secrecy
from .children import Child, Work
from .output import Output
from .replies import Replies
from .wire import JSON, SessionOver, Trouble

FOREVER = float("inf")
FORK_SECONDS = 20.0
"""For the fork server to say that it has forked; it takes 0.01."""
Reply = Callable[[Child, JSON], None]


class Jobs:
    """`own` are the agent's descriptors that no child may keep; `others` gives those that come
    and go; `ended` takes a child that is gone."""

    def __init__(
        self,
        server: forkserver.ForkServer,
        own: list[int],
        others: Callable[[], list[int]],
        ended: Callable[[Child], None],
        replies: Replies,
    ) -> None:
        self.server, self.own, self.others = server, own, others
        self.ended, self.replies = ended, replies
        self.children: dict[int, Child] = {}
        """By their numbers."""
        self.last = 0

    def start_root(
        self,
        request: Any,
        params: JSON,
        secrets: list[str],
        run: Callable[[Work], Any],
        reply: Reply,
    ) -> Child:
        """A child of the agent, which may be told the root credentials."""
        child, theirs, writer = self.prepared(request, params, reply, secrets)
        parent = os.getpid()
        try:
            child.pid = children.fork()
        except OSError as error:
            theirs.close()
            os.close(writer)
            self.forget(child)
            raise no_room(error) from error
        if not child.pid:
            try:
                children.isolate(parent, [*self.own, *self.others(), *self.descriptors()])
                children.speak_to(writer)
                work = Work(theirs.fileno())
                work.send(children.work(lambda: run(work), secrets))
                os._exit(0)
            finally:
                os._exit(70)
        theirs.close()
        os.close(writer)
        return child

    def start_app(self, request: Any, name: str, params: JSON, reply: Reply) -> Child:
        """A child of the fork server, for one of `methods.ORDERS`."""
        secrets = secrecy.secrets_in(params)
        child, theirs, writer = self.prepared(request, params, reply, secrets)
        child.is_app = True
        try:
            self.server.fork(child.number, theirs, writer)
        except OSError as error:
            self.forget(child)
            raise no_room(error) from error
        finally:
            theirs.close()
            os.close(writer)
        child.tell({"run": name, "params": params})
        return child

    def prepared(
        self, request: Any, params: JSON, reply: Reply, secrets: list[str]
    ) -> tuple[Child, socket.socket, int]:
        """With the child's own ends: of its channel, and of where its output goes."""
        deadline = time.monotonic() + seconds(params)
        try:
            ours, theirs = children.channel()
        except OSError as error:
            raise no_room(error) from error
        try:
            reader, writer = os.pipe()
        except OSError as error:
            ours.close()
            theirs.close()
            raise no_room(error) from error
        self.last += 1
        output = Output(reader, secrets)
        child = Child(self.last, request, params.get("job"), ours, output, deadline, reply)
        self.children[child.number] = child
        return child, theirs, writer

    def start_stage(self, parent: Child, message: JSON) -> None:
        """What a child with root has asked for: its answer goes back to it."""
        left = parent.deadline - time.monotonic()
        params = {**message["params"], "job": parent.job, "timeout": left}
        try:
            methods.ORDERS[message["app"]].check(message["params"])
            child = self.start_app(None, message["app"], params, lambda _, said: parent.tell(said))
            child.parent = parent
        except Trouble as trouble:
            parent.tell({"error": trouble.error()})

    # The loop's side

    def descriptors(self) -> list[int]:
        ends = [end for c in self.children.values() for end in (c.channel, c.output)]
        return [*(e.fileno() for e in ends if e.fileno() >= 0), self.server.channel.fileno()]

    def next_deadline(self) -> float:
        waits = [c.deadline for c in self.children.values() if c.stopped is None]
        forks = [c.born + FORK_SECONDS for c in self.children.values() if c.pid is None]
        return min(waits + forks, default=FOREVER)

    def attend(self, ready: set[int], now: float) -> None:
        for child in list(self.children.values()):
            if child.output.fileno() in ready:
                self.guarded(child, child.output.hear)
            if child.channel.fileno() in ready:
                self.guarded(child, self.relay, child)
        if self.server.channel.fileno() in ready:
            self.hear_server()
        for child in list(self.children.values()):
            if now >= child.deadline and child.stopped is None:
                child.kill(Trouble("timeout", "The job took longer than its time limit."))
            if not child.is_app and child.pid is not None:
                status = children.has_exited(child.pid)
                if status is not None:
                    self.guarded(child, self.finish, child, status)
            elif child.pid is None:
                self.miss(child, now)

    def guarded(self, child: Child, action: Callable[..., None], *arguments: Any) -> None:
        """One child's nonsense ends that child."""
        try:
            action(*arguments)
        except SessionOver:
            raise
        except Exception as error:
            child.kill(self.replies.unexpected("The job's process in the bench", error))

    def miss(self, child: Child, now: float) -> None:
        """The fork server has not said yet which process it is: an answer does not wait for that
        longer than its job may take, nor a session much longer."""
        if child.stopped and not child.answered:
            child.answered = True
            self.guarded(child, child.reply, child, {"error": child.trouble(0).error()})
        if now - child.born > FORK_SECONDS:
            raise SessionOver("the fork server does not answer")

    def relay(self, child: Child) -> None:
        """Whatever the child has said; its end, when it has closed its channel."""
        try:
            data = child.channel.recv(1 << 16)
        except OSError:
            data = b""
        for text in child.lines.feed(data):
            message = json.loads(text)
            if "event" in message:
                self.replies.progress(child.job, message["event"])
            elif child.stopped is None and "app" in message:
                self.start_stage(child, message)
            elif child.stopped is None:
                child.answered = True
                child.reply(child, self.with_output(child, message))
        if not data:
            child.channel.close()
            if child.pid is not None:
                children.kill_group(child.pid)

    def hear_server(self) -> None:
        messages = self.server.hear()
        if messages is None:
            raise SessionOver("the fork server has ended")
        for message in messages:
            if "ended" in message:
                for child in list(self.children.values()):
                    if child.is_app and child.pid == message["ended"]:
                        self.guarded(child, self.finish, child, message["status"])
                continue
            child = self.children[message["child"]]
            if "pid" in message:
                child.pid = message["pid"]
                if child.stopped or child.channel.fileno() < 0:
                    children.kill_group(message["pid"])
            else:
                child.stopped = child.stopped or no_room(message["error"])
                self.guarded(child, self.report, child, 0)

    def finish(self, child: Child, status: int) -> None:
        """The child's process has ended; what it has said before that counts."""
        pid, child.pid = child.pid, None
        assert pid is not None
        children.kill_group(pid)
        if child.is_app:
            self.server.collect(pid)
        else:
            children.collect(pid)
        # What it started may have left its group and hold the channel: it is not waited for.
        while child.channel.fileno() >= 0 and readable(child.channel.fileno()):
            self.relay(child)
        self.report(child, status)

    def report(self, child: Child, status: int) -> None:
        del self.children[child.number]
        child.channel.close()
        for other in self.children.values():
            if other.parent is child:
                other.kill(Trouble("cancelled", "Who asked for it has ended."))
        child.output.finish()
        if not child.answered:
            said = self.with_output(child, {"error": child.trouble(status).error()})
            child.reply(child, said)
        self.ended(child)

    def with_output(self, child: Child, said: JSON) -> JSON:
        """An answer of `step_failed` carries the last lines that the process wrote."""
        data = said["error"].get("data", {}) if "error" in said else {}
        if data.get("kind") == "step_failed" and "output" not in data:
            while child.output.fileno() >= 0 and readable(child.output.fileno()):
                child.output.hear()
            if child.output.lines:
                data["output"] = list(child.output.lines)
        return said

    def forget(self, child: Child) -> None:
        child.channel.close()
        child.output.close()
        del self.children[child.number]

    def cancel(self, job: str, why: Trouble) -> None:
        for child in self.children.values():
            if child.job == job and child.is_working:
                child.kill(why)

    def names(self) -> list[str]:
        """The jobs that children are at."""
        return [child.job for child in self.children.values() if child.job]

    def end(self) -> None:
        """Ends every child, and then the fork server."""
        for child in self.children.values():
            child.kill(Trouble("cancelled", "The session ended."))
            if child.pid is not None and not child.is_app:
                children.collect(child.pid)
        self.server.end()


def readable(descriptor: int) -> bool:
    """Whether a read would not wait."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


def no_room(error: object) -> Trouble:
    return Trouble("step_failed", f"The bench has no room for another process: {error}")


def seconds(params: JSON) -> float:
    """The time limit of a request."""
    value = params.get("timeout")
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < FOREVER:
        return float(value)
    raise Trouble("invalid_params", f"A timeout of {value!r} is not a number of seconds.")
