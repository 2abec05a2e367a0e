# The children of this session: how they are started, what becomes of what they say, how they end.
# Who needs root is the agent's own child and runs no app's code; who runs apps' code is the fork
# server's. A child with root has a stage run by one of the other kind when it asks for that.
import json
import os
import select
import socket
import time
from typing import Any, Callable

from . import children, forkserver
from .children import Child, Work
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
        child, theirs = self.prepared(request, params, reply)
        parent = os.getpid()
        try:
            child.pid = children.fork()
        except OSError as error:
            theirs.close()
            self.forget(child)
            raise no_room(error) from error
        if not child.pid:
            try:
                children.isolate(parent, [*self.own, *self.others(), *self.descriptors()])
                work = Work(theirs.fileno())
                work.send(children.work(lambda: run(work), secrets))
                os._exit(0)
            finally:
                os._exit(70)
        theirs.close()
        return child

    def start_app(self, request: Any, name: str, params: JSON, reply: Reply) -> Child:
        """A child of the fork server, for one of the stages in `orders`."""
        child, theirs = self.prepared(request, params, reply)
        child.is_app = True
        try:
            self.server.fork(child.number, theirs)
        except OSError as error:
            self.forget(child)
            raise no_room(error) from error
        finally:
            theirs.close()
        child.tell({"run": name, "params": params})
        return child

    def prepared(self, request: Any, params: JSON, reply: Reply) -> tuple[Child, socket.socket]:
        deadline = time.monotonic() + seconds(params)
        try:
            ours, theirs = children.channel()
        except OSError as error:
            raise no_room(error) from error
        self.last += 1
        child = Child(self.last, request, params.get("job"), ours, deadline, reply)
        self.children[child.number] = child
        return child, theirs

    def start_stage(self, parent: Child, message: JSON) -> None:
        """What a child with root has asked for: its answer goes back to it."""
        left = parent.deadline - time.monotonic()
        params = {**message["params"], "job": parent.job, "timeout": left}
        try:
            child = self.start_app(None, message["app"], params, lambda _, said: parent.tell(said))
            child.parent = parent
        except Trouble as trouble:
            parent.tell({"error": trouble.error()})

    # The loop's side

    def descriptors(self) -> list[int]:
        channels = [c.channel.fileno() for c in self.children.values() if c.channel.fileno() >= 0]
        return [*channels, self.server.channel.fileno()]

    def next_deadline(self) -> float:
        waits = [c.deadline for c in self.children.values() if c.stopped is None]
        forks = [c.born + FORK_SECONDS for c in self.children.values() if c.pid is None]
        return min(waits + forks, default=FOREVER)

    def attend(self, ready: set[int], now: float) -> None:
        for child in list(self.children.values()):
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
                child.reply(child, message)
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
        while child.channel.fileno() >= 0 and select.select([child.channel], [], [], 0)[0]:
            self.relay(child)
        self.report(child, status)

    def report(self, child: Child, status: int) -> None:
        self.forget(child)
        for other in self.children.values():
            if other.parent is child:
                other.kill(Trouble("cancelled", "Who asked for it has ended."))
        if not child.answered:
            child.reply(child, {"error": child.trouble(status).error()})
        self.ended(child)

    def forget(self, child: Child) -> None:
        child.channel.close()
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


def no_room(error: object) -> Trouble:
    return Trouble("step_failed", f"The bench has no room for another process: {error}")


def seconds(params: JSON) -> float:
    """The time limit of a request."""
    value = params.get("timeout")
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < FOREVER:
        return float(value)
    raise Trouble("invalid_params", f"A timeout of {value!r} is not a number of seconds.")
