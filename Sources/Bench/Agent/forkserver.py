# The process that children with the apps' code are forked from. It is born before the agent is
# told any root credentials and gets no descriptor that carries them, so that no hook of an app
# can find them in its memory. It never reads what its children are told: each has a channel.
import json
import os
import select
import signal
import socket
import sys
import time
from typing import Any, NoReturn

import frappe

from . import build, children, orders, server, wire
from .wire import JSON

END_SECONDS = 1.0


class ForkServer:
    """The agent's end."""

    def __init__(self, close: list[int]) -> None:
        """Forks. `close` are the descriptors that it must not keep, beside standard input."""
        ours, theirs = socket.socketpair()
        parent = os.getpid()
        self.pid = children.fork()
        if not self.pid:
            ours.close()
            for descriptor in close:
                os.close(descriptor)
            run(theirs, parent)
        theirs.close()
        self.channel, self.lines = ours, wire.Lines()
        self.channel.settimeout(children.ORDER_SECONDS)

    def fork(self, number: int, channel: socket.socket, writer: int) -> None:
        """Asks for a child with that end of a channel, whose output goes to the descriptor; `hear`
        tells its process."""
        ends = [channel.fileno(), writer]
        socket.send_fds(self.channel, [wire.line({"fork": number})], ends)

    def collect(self, pid: int) -> None:
        """Of one that was told to have ended: its number may be another's from here on."""
        try:
            self.channel.sendall(wire.line({"collect": pid}))
        except OSError:
            pass  # its end is heard

    def hear(self) -> list[JSON] | None:
        """`{child, pid}`, `{child, error}`, `{ended, status}`; None when the server has ended."""
        try:
            data = self.channel.recv(1 << 16)
        except OSError:
            data = b""
        return [json.loads(text) for text in self.lines.feed(data)] if data else None

    def end(self) -> None:
        self.channel.close()
        deadline = time.monotonic() + END_SECONDS
        while os.waitpid(self.pid, os.WNOHANG)[0] == 0:
            if time.monotonic() > deadline:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
                return
            select.select([], [], [], 0.005)


def run(channel: socket.socket, parent: int) -> NoReturn:
    """The server's process, to its end."""
    try:
        os.setpgid(0, 0)
        children.die_with(parent)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        warm_up()
        Server(channel).serve()
    except BaseException as error:
        print(f"tenantd agent: the fork server ended: {error!r}", file=sys.stderr)
    finally:
        os._exit(0)


def warm_up() -> None:
    """Frappe at the bench's level, and the apps' packages: no child has to load them again."""
    server.bench_level()
    for app in build.bench_apps():
        try:
            frappe.get_module(app)
        except Exception as error:
            print(f"app {app}: {error}", file=sys.stderr)


class Server:
    def __init__(self, channel: socket.socket) -> None:
        self.channel, self.lines = channel, wire.Lines()
        self.received: list[int] = []
        """The descriptors that came with the request that is read now."""
        self.running: set[int] = set()
        self.wake_reader, self.wake_writer = os.pipe()
        os.set_blocking(self.wake_writer, False)
        signal.set_wakeup_fd(self.wake_writer)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)

    def serve(self) -> None:
        while True:
            ready = select.select([self.channel.fileno(), self.wake_reader], [], [])[0]
            if self.wake_reader in ready:
                os.read(self.wake_reader, 512)
                self.look()
            if self.channel.fileno() in ready:
                data, descriptors, _, _ = socket.recv_fds(self.channel, 1 << 16, 32)
                self.received = list(descriptors)
                for text in self.lines.feed(data):
                    self.obey(json.loads(text))
                for descriptor in self.received:
                    os.close(descriptor)
                if not data:
                    break
        for pid in self.running:
            children.kill_group(pid)

    def obey(self, message: JSON) -> None:
        if "fork" in message:
            self.fork(message["fork"])
        else:
            children.collect(message["collect"])

    def fork(self, number: int) -> None:
        if len(self.received) != 2:
            self.tell({"child": number, "error": "it may open no more files"})
            return
        (channel, writer), self.received = self.received, []
        parent = os.getpid()
        try:
            pid = children.fork()
        except OSError as error:
            self.tell({"child": number, "error": str(error)})
            os.close(channel)
            os.close(writer)
            return
        if not pid:
            try:
                own = [self.channel.fileno(), self.wake_reader, self.wake_writer]
                children.isolate(parent, own)
                children.speak_to(writer)
                orders.obey(children.Work(channel))
                os._exit(0)
            finally:
                os._exit(70)
        os.close(channel)
        os.close(writer)
        self.running.add(pid)
        self.tell({"child": number, "pid": pid})

    def look(self) -> None:
        """Tells which children have ended; the agent says when to collect them."""
        for pid in list(self.running):
            status = children.has_exited(pid)
            if status is not None:
                self.running.discard(pid)
                self.tell({"ended": pid, "status": status})

    def tell(self, message: JSON) -> None:
        self.channel.sendall(wire.line(message))


