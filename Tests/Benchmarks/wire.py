# A JSON-RPC server as a child process, spoken to over its raw pipes from one thread.
from __future__ import annotations

import itertools
import json
import os
import select
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any, Mapping, Sequence

JSON = dict[str, Any]


class CallFailed(Exception):
    """The server answered with an error."""

    def __init__(self, error: JSON) -> None:
        self.error = error
        self.kind = (error.get("data") or {}).get("kind")
        super().__init__(f"{self.kind}: {error.get('message')}")


class ServerEnded(Exception):
    """The server's output has ended, or nothing came in time."""


class Wire:
    """Starts the server. Replies may come in any order; each is kept with the moment it came."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        log: Path | None = None,
    ) -> None:
        with open(log or os.devnull, "ab") as errors:
            self.process = subprocess.Popen(
                list(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                bufsize=0,
                cwd=folder,
                env={**os.environ, **(environment or {})},
            )
        assert self.process.stdin and self.process.stdout
        self.input, self.output = self.process.stdin.fileno(), self.process.stdout.fileno()
        self.ids = itertools.count(1)
        self.buffer = b""
        self.replies: dict[int, tuple[JSON, float]] = {}

    def send(self, method: str, **params: Any) -> int:
        """Writes a request; returns its id."""
        number = next(self.ids)
        message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        data = memoryview(json.dumps(message).encode() + b"\n")
        while data:
            data = data[os.write(self.input, data) :]
        return number

    def receive(self, timeout: float = 300) -> None:
        """Waits for output once, and files the replies that came with it."""
        if not select.select([self.output], [], [], timeout)[0]:
            raise ServerEnded(f"no answer within {timeout:.0f} s")
        data = os.read(self.output, 1 << 20)
        at = time.perf_counter()
        if not data:
            raise ServerEnded("the server's output ended")
        *lines, self.buffer = (self.buffer + data).split(b"\n")
        for line in lines:
            message = json.loads(line)
            if "method" not in message:
                self.replies[message["id"]] = (message, at)

    def pause(self, seconds: float) -> None:
        """Lets time pass, and files the replies that come meanwhile."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            if select.select([self.output], [], [], left)[0]:
                self.receive()

    def take(self, number: int, timeout: float = 300) -> tuple[JSON, float]:
        """The reply to a request, and when it came; waits for it."""
        while number not in self.replies:
            self.receive(timeout)
        return self.replies.pop(number)

    def call(self, method: str, **params: Any) -> tuple[Any, float]:
        """The result, and the seconds from writing the request to having its reply; which is waited
        for as long as the request itself may take."""
        start = time.perf_counter()
        longest = max(300.0, float(params.get("timeout", 0)) + 60)
        message, at = self.take(self.send(method, **params), longest)
        if "error" in message:
            raise CallFailed(message["error"])
        return message["result"], at - start

    def memory(self) -> dict[str, int]:
        """Bytes of the server itself: resident, its share of them (PSS), and private."""
        figures: Counter[str] = Counter()
        with open(f"/proc/{self.process.pid}/smaps_rollup", encoding="ascii") as file:
            for line in file.readlines()[1:]:
                name, value = line.split(":")
                figures[name] = int(value.split()[0]) * 1024
        private = figures["Private_Clean"] + figures["Private_Dirty"]
        return {"rss": figures["Rss"], "pss": figures["Pss"], "private": private}

    def close(self) -> None:
        """Ends the input, and waits until the server has finished what it accepted."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        try:
            while os.read(self.output, 1 << 20):
                pass
            self.process.wait(timeout=120)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        finally:
            self.process.stdout.close()

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
