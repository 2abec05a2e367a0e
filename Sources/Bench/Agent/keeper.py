# Holds what says that this session is alive: one connection to the database server with named
# locks, for the session and for every name, owner and request key that a job has reserved. It is
# a process of its own because a database that does not answer must never block the agent.
import json
import os
import select
import signal
import socket
import time
from typing import Any

from . import children, server, wire
from .wire import JSON, Trouble

PING_SECONDS = 20.0
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
            serve(theirs.fileno(), credentials, session)
        finally:
            os._exit(0)

    def send(self, message: JSON) -> None:
        try:
            wire.send(self.channel.fileno(), message)
        except OSError:
            pass  # its end is seen as the end of the channel

    def hear(self) -> list[JSON]:
        data = os.read(self.channel.fileno(), 1 << 16)
        if not data:
            # Without it nobody can tell that this session lives: end, and be started again.
            raise BrokenPipeError
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


def serve(channel: int, credentials: server.Credentials, session: str) -> None:
    held: list[list[str]] = [["session", session]]
    lines = wire.Lines()
    waiting: list[JSON] = []
    while True:
        root: Any = None
        try:
            root = connect(credentials, held)
            wire.send(channel, {"state": "held", "version": server_version(root)})
            while True:
                while waiting:
                    answer(channel, root, waiting[0], held)
                    waiting.pop(0)
                waiting += receive(channel, lines, PING_SECONDS)
                if not waiting:
                    root.sql("SELECT 1")
        except (EOFError, BrokenPipeError):
            if root is not None:
                root.close()
            return
        except Exception as error:
            found = error if isinstance(error, Trouble) else server.trouble(error)
            found = found or Trouble("database_unavailable", str(error))
            if root is not None:
                close(root)
            else:
                wire.send(channel, {"state": "lost", "error": found.error()})
                for message in waiting:
                    if message["op"] == "unlock":
                        let_go(message, held)
                    else:
                        wire.send(channel, {"id": message["id"], "error": found.error()})
                waiting = []
                # The next request, or a second, is the time to try again.
                waiting += receive(channel, lines, 1.0)


def connect(credentials: server.Credentials, held: list[list[str]]) -> Any:
    """With all that is held, or not at all: the server may not have noticed yet that the
    connection before this one is lost, and a session without its lock counts as dead."""
    root = server.connect(credentials)
    for kind, value in held:
        if not server.lock(root, kind, value, wait=2):
            root.close()
            raise Trouble(
                "database_unavailable", "The database still holds a connection that was lost."
            )
    return root


def close(root: Any) -> None:
    """A lost connection too: what this side still has of it holds the locks in a sandbox."""
    try:
        root.close()
    except Exception:
        pass


def receive(channel: int, lines: wire.Lines, seconds: float) -> list[JSON]:
    deadline = time.monotonic() + seconds
    while True:
        left = max(0.0, deadline - time.monotonic())
        if not select.select([channel], [], [], left)[0]:
            return []
        data = os.read(channel, 1 << 16)
        if not data:
            raise EOFError
        if whole := lines.feed(data):
            return [json.loads(text) for text in whole]


def answer(channel: int, root: Any, message: JSON, held: list[list[str]]) -> None:
    """`lock`: all of them or, naming the one that is taken, none. `unlock`: each that is held."""
    taken: list[list[str]] = []
    if message["op"] == "unlock":
        for kind, value in let_go(message, held):
            server.unlock(root, kind, value)
        return
    for kind, value in message["locks"]:
        if [kind, value] in held or not server.lock(root, kind, value):
            for mine in taken:
                server.unlock(root, *mine)
            wire.send(channel, {"id": message["id"], "taken": kind})
            return
        taken.append([kind, value])
    held += taken
    wire.send(channel, {"id": message["id"], "taken": None})


def let_go(message: JSON, held: list[list[str]]) -> list[list[str]]:
    """Those of the message's locks that were held; a new connection does not take them again."""
    mine = [lock for lock in message["locks"] if lock in held]
    held[:] = [lock for lock in held if lock not in mine]
    return mine


def server_version(root: Any) -> str:
    return str(root.sql("SELECT VERSION()")[0][0])
