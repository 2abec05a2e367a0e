# Holds what says that this session is alive: one connection to the database server with named
# locks, for the session and for every name, owner and request key that a job has reserved. It is
# a process of its own because a database that does not answer must never block the agent.
import json
import os
import select
import signal
import socket
import time

from . import children, locks, server, wire
from .wire import JSON, Trouble

END_SECONDS = 1.0


class Keeper:
    """The parent's end: sends requests, and reports what comes back."""

    def __init__(self, credentials: server.Credentials, session: str, close: list[int]) -> None:
        ours, theirs = socket.socketpair()
        self.channel = ours
        self.lines = wire.Lines()
        self.state: JSON = {"state": "connecting"}
        parent = os.getpid()
        self.pid = children.fork()
        if self.pid:
            theirs.close()
            return
        try:
            children.isolate(parent, [ours.fileno(), *close])
            locks.Locks(theirs.fileno(), credentials, session).serve()
        finally:
            os._exit(0)

    def demand_proof(self) -> None:
        """Refuses what only a bench may do that is proven to be the one that it says it is."""
        why = self.state.get("error")
        if why and why["data"]["kind"] == "bench_unproven":
            raise Trouble("bench_unproven", why["message"])

    def send(self, message: JSON) -> None:
        try:
            wire.send(self.channel.fileno(), message)
        except OSError:
            pass  # its end is seen as the end of the channel

    def hear(self) -> list[JSON]:
        try:
            data = os.read(self.channel.fileno(), 1 << 16)
        except OSError:
            data = b""
        if not data:
            # Without it nobody can tell that this session lives: end, and be started again.
            raise wire.SessionOver("the keeper of the session's locks has ended")
        return [json.loads(text) for text in self.lines.feed(data)]

    def end(self) -> None:
        """Lets it close its connection, which frees the locks at once; one that hangs is killed."""
        deadline = time.monotonic() + END_SECONDS
        try:
            self.channel.shutdown(socket.SHUT_WR)
            while (left := deadline - time.monotonic()) > 0:
                if not select.select([self.channel], [], [], left)[0] or not self.channel.recv(4096):
                    break
        except OSError:
            pass  # it is gone already
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(self.pid, 0)
        self.channel.close()
