# A tenantd under trial: a thread takes what it says, whatever the trial does to it meanwhile.
from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Any, Mapping, Sequence

JSON = dict[str, Any]


class Gone(Exception):
    """The process has ended, or takes nothing any more."""


class Late(Exception):
    """No answer in the time that there was for it."""


class Daemon:
    """One process. Any thread may ask; `log` takes its standard error."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str],
        folder: Path | None = None,
        as_user: int | None = None,
    ) -> None:
        self.log = log
        with open(log, "ab") as errors:
            self.process = subprocess.Popen(
                list(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                bufsize=0,
                cwd=folder,
                env=dict(environment),
                user=as_user,
                start_new_session=True,
            )
        assert self.process.stdin and self.process.stdout
        self.input, self.output = self.process.stdin.fileno(), self.process.stdout.fileno()
        self.news = threading.Condition()
        self.writing = threading.Lock()
        self.last = 0
        self.asked: set[int] = set()
        self.replies: dict[int, JSON] = {}
        self.odd: list[str] = []
        """What it said that is no message."""
        self.ended = False
        self.reading = threading.Event()
        self.reading.set()
        self.reader = threading.Thread(target=self.listen, daemon=True)
        self.reader.start()

    @property
    def pid(self) -> int:
        return self.process.pid

    def listen(self) -> None:
        rest = b""
        while self.reading.wait() and (data := os.read(self.output, 1 << 20)):
            *lines, rest = (rest + data).split(b"\n")
            self.take(lines)
        with self.news:
            self.ended = True
            self.news.notify_all()

    def take(self, lines: list[bytes]) -> None:
        with self.news:
            for line in lines:
                try:
                    message = json.loads(line)
                except ValueError:
                    self.odd.append(line[:200].decode(errors="replace"))
                    continue
                for part in message if isinstance(message, list) else [message]:
                    if "method" not in part and (number := part.get("id")) in self.asked:
                        self.replies[number] = part
            self.news.notify_all()

    def write(self, data: bytes) -> None:
        """Raw bytes, as they are; another's bytes never come between them."""
        view = memoryview(data)
        with self.writing:
            try:
                while view:
                    view = view[os.write(self.input, view) :]
            except (OSError, ValueError) as error:
                raise Gone from error

    def send(self, method: str, params: JSON) -> int:
        """Writes a request; returns its id."""
        with self.news:
            self.last += 1
            number = self.last
            self.asked.add(number)
        message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        self.write(json.dumps(message).encode() + b"\n")
        return number

    def wait(self, number: int, seconds: float) -> JSON:
        """The reply, whole."""
        deadline = time.monotonic() + seconds
        with self.news:
            while number not in self.replies:
                left = deadline - time.monotonic()
                if self.ended:
                    raise Gone
                if left <= 0:
                    raise Late
                self.news.wait(left)
            self.asked.discard(number)
            return self.replies.pop(number)

    def ask(self, method: str, params: JSON | None = None, seconds: float = 60) -> JSON:
        return self.wait(self.send(method, params or {}), seconds)

    def signal(self, number: int) -> None:
        if self.process.poll() is None:
            self.process.send_signal(number)

    @property
    def is_alive(self) -> bool:
        return not self.ended and self.process.poll() is None

    def close(self, seconds: float = 60) -> int | None:
        """Ends the input and waits; None when it had to be killed."""
        self.reading.set()
        with self.writing:
            if self.process.stdin and not self.process.stdin.closed:
                self.process.stdin.close()
        return self.end(seconds)

    def end(self, seconds: float) -> int | None:
        code = self.wait_end(seconds)
        if code is None:
            self.kill()
        return code

    def wait_end(self, seconds: float) -> int | None:
        """Its exit code; None: it still runs."""
        try:
            return self.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return None

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self.process.wait()
