# What a job's process writes on standard output and error: passed on to the agent's own, and its
# last lines kept, since Frappe says there why it gives up.
import os
import select
import sys
from collections import deque

from . import secrecy

LAST_LINES = 20
LONGEST_LINE = 500
TRACE = "\0"
"""Begins each line of a trace, which is for the log only."""


class Output:
    """The agent's end. `secrets` are those of what the process works on."""

    def __init__(self, reader: int, secrets: list[str]) -> None:
        self.reader, self.secrets = reader, secrets
        self.rest = b""
        self.lines: deque[str] = deque(maxlen=LAST_LINES)

    def fileno(self) -> int:
        """-1 when it has ended."""
        return self.reader

    def hear(self) -> None:
        data = os.read(self.reader, 1 << 16)
        if not data:
            self.close()
            return
        *whole, self.rest = (self.rest + data).split(b"\n")
        self.rest = self.rest[-(1 << 16) :]
        for line in whole:
            self.keep(line)

    def keep(self, line: bytes) -> None:
        # A progress bar writes over itself.
        text = line.decode(errors="replace").rstrip("\r").rpartition("\r")[2].rstrip()
        text = secrecy.redact(text, self.secrets)
        if text:
            print(text.removeprefix(TRACE), file=sys.stderr, flush=True)
            if not text.startswith(TRACE):
                self.lines.append(text[:LONGEST_LINE])

    def finish(self) -> None:
        """What is there still. A process of its own that it started may go on writing: not ours."""
        if self.reader < 0:
            return
        poll = select.poll()
        poll.register(self.reader, select.POLLIN)
        while self.reader >= 0 and poll.poll(0):
            self.hear()
        self.close()

    def close(self) -> None:
        if self.reader >= 0:
            os.close(self.reader)
            self.reader = -1
            if self.rest:
                self.keep(self.rest)
                self.rest = b""

    def told(self, secrets: list[str]) -> None:
        """New work begins: what was said before does not belong to it."""
        self.lines.clear()
        self.secrets = secrets

