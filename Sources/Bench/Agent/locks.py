# The keeper's process: a connection, the locks that it holds, and what is asked of it meanwhile.
import json
import os
import select
import time
from typing import Any

from . import identity, server, wire
from .wire import JSON, Trouble

PING_SECONDS = 20.0
PAUSE_SECONDS = 0.5
"""Between tries to connect: no neighbour may take this session for dead meanwhile."""


class Locks:
    """`held` are pairs of kind and value; the session's own is the first."""

    def __init__(self, channel: int, credentials: server.Credentials, session: str) -> None:
        self.channel, self.credentials = channel, credentials
        self.held: list[list[str]] = [["session", session]]
        self.lines = wire.Lines()
        self.waiting: list[JSON] = []
        self.root: Any = None
        self.connection = 0
        """The server's number of the connection, or of the last one that there was."""
        self.proof: JSON = {}
        self.failures = 0
        """Connections lost since the last time that one was of use."""

    def serve(self) -> None:
        """Until the agent closes its end."""
        while True:
            try:
                if self.root is None:
                    self.connect()
                    self.proof = proof(self.root, renew=True)
                    self.tell_state()
                while self.waiting:
                    self.attend(self.waiting[0])
                    self.waiting.pop(0)
                    self.failures = 0
                self.receive(PING_SECONDS)
                if not self.waiting:
                    before, self.proof = self.proof, proof(self.root)
                    if self.proof != before:
                        self.tell_state()
                    self.failures = 0
            except (EOFError, BrokenPipeError):
                self.close()
                return
            except Exception as error:
                self.fail(error)

    def tell_state(self) -> None:
        self.tell({"state": "held", "version": server_version(self.root), **self.proof})

    def attend(self, message: JSON) -> None:
        """A statement that fails on a connection that works fails alone."""
        try:
            self.answer(message)
        except (EOFError, BrokenPipeError):
            raise
        except Exception as error:
            self.root.sql("SELECT 1")
            self.refuse([message], error)

    def fail(self, error: Exception) -> None:
        """The connection is lost. It is made again at once, since its locks are free meanwhile;
        when that fails too, whoever waits is told, and the next try comes after a pause."""
        self.failures += 1
        could_connect = self.root is not None
        self.close()
        if could_connect and self.failures == 1:
            return
        if not could_connect:
            self.tell({"state": "lost", "error": trouble(error).error()})
        refused, self.waiting = self.waiting, []
        self.refuse(refused, error)
        until = time.monotonic() + PAUSE_SECONDS
        while (left := until - time.monotonic()) > 0 and not self.waiting:
            self.receive(left)

    def refuse(self, messages: list[JSON], error: Exception) -> None:
        for message in messages:
            if message["op"] == "unlock":
                let_go(message, self.held)
            else:
                self.tell({"id": message["id"], "error": trouble(error).error()})

    def connect(self) -> None:
        """With all that is held. The server may not have noticed yet that the connection before
        this one is lost: that one is ended. What somebody else has taken meanwhile is told."""
        root = server.connect(self.credentials)
        try:
            own = int(root.sql("SELECT CONNECTION_ID()")[0][0])
            lost = [lock for lock in self.held if not self.take_again(root, lock)]
        except BaseException:
            close(root)
            raise
        if any(kind == "session" for kind, _ in lost):
            close(root)
            raise Trouble("database_unavailable", "Somebody else holds this session's lock.")
        self.root, self.connection = root, own
        if lost:
            self.held = [lock for lock in self.held if lock not in lost]
            self.tell({"lost": lost})

    def take_again(self, root: Any, lock: list[str]) -> bool:
        kind, value = lock
        if server.lock(root, kind, value):
            return True
        if self.connection and server.holder(root, kind, value) == self.connection:
            server.end_connection(root, self.connection)
        return server.lock(root, kind, value, wait=2)

    def close(self) -> None:
        if self.root is not None:
            close(self.root)
            self.root = None

    def tell(self, message: JSON) -> None:
        wire.send(self.channel, message)

    def receive(self, seconds: float) -> None:
        """What is asked within that time, if anything. EOFError at the end of the session."""
        deadline = time.monotonic() + seconds
        while not self.waiting:
            left = max(0.0, deadline - time.monotonic())
            watched = [self.channel, *self.socket()]
            ready = select.select(watched, [], [], left)[0]
            if not ready:
                return
            if self.channel not in ready:
                # The server says nothing unasked but that it ends the connection.
                raise ConnectionError("The database has ended the connection.")
            data = os.read(self.channel, 1 << 16)
            if not data:
                raise EOFError
            self.waiting += [json.loads(text) for text in self.lines.feed(data)]

    def socket(self) -> list[int]:
        """The connection's descriptor, where the driver tells it: its end is seen at once, before
        a neighbour can take this session for dead."""
        connection = getattr(self.root, "_conn", None)
        for end in (getattr(connection, "_sock", None), connection):
            try:
                if end is not None:
                    return [int(end.fileno())]
            except Exception:
                continue
        return []

    def answer(self, message: JSON) -> None:
        """`lock`: all of them or, naming the one that is taken, none. `unlock`: each that is
        held."""
        if message["op"] == "unlock":
            for kind, value in let_go(message, self.held):
                server.unlock(self.root, kind, value)
            return
        taken: list[list[str]] = []
        try:
            for kind, value in message["locks"]:
                if [kind, value] in self.held or not server.lock(self.root, kind, value):
                    self.tell({"id": message["id"], "taken": kind})
                    return
                taken.append([kind, value])
            self.held += taken
            taken = []
        finally:
            for kind, value in taken:
                server.unlock(self.root, kind, value)
        self.tell({"id": message["id"], "taken": None})


def trouble(error: Exception) -> Trouble:
    found = error if isinstance(error, Trouble) else server.trouble(error)
    return found or Trouble("database_unavailable", f"{type(error).__name__}: {error}")


def proof(root: Any, renew: bool = False) -> JSON:
    """An error, when the bench is not proven to be the one that it says it is."""
    try:
        identity.prove(root, renew)
        identity.show_life(root)
    except Trouble as found:
        if found.kind != "bench_unproven":
            raise
        return {"error": found.error()}
    return {}


def close(root: Any) -> None:
    """A lost connection too: what this side still has of it holds the locks in a sandbox."""
    try:
        root.close()
    except Exception:
        pass


def let_go(message: JSON, held: list[list[str]]) -> list[list[str]]:
    """Those of the message's locks that were held; a new connection does not take them again."""
    mine = [lock for lock in message["locks"] if lock in held]
    held[:] = [lock for lock in held if lock not in mine]
    return mine


def server_version(root: Any) -> str:
    return str(root.sql("SELECT VERSION()")[0][0])
