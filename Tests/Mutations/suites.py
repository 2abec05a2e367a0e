# Builds a copy of the tree and runs suites in it: Python's as they are, Swift's by their filter.
# Says of one that failed which test was the first.
from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from mutation import is_python

LEAST_SECONDS, TIMES = 30.0, 6.0
"""A suite that takes so many times what it took without a mistake hangs, and that is a failure."""
FIRST_LIMIT = 600.0
FAILED = (
    r"^✘ Test (.*?) recorded an issue.*?( at \S+.*)",
    r"^(?:FAIL|ERROR): (\S+) \(.*?\)(.*)",
    r"^✘ (?:Test|Suite) (.*) failed (after.*)",
    r"^(.*(?:Fatal error|Traceback).*)()",
)
RAN = (r"Test run with [1-9]\d* test", r"^Ran [1-9]\d* test")


class Suites:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seconds: dict[str, float] = {}
        """How long each takes without a mistake."""

    def build(self) -> bool:
        words = ["swift", "build", "--build-tests"]
        return self.command(words, self.folder / "build.log", FIRST_LIMIT * 3) == 0

    def baseline(self, suites: list[str]) -> set[str]:
        """Those that prove nothing: without a mistake they fail, or run no test."""
        useless = set()
        for suite in suites:
            start = time.monotonic()
            # On a machine that others use as well, once may be chance.
            code = self.run(suite, FIRST_LIMIT) and self.run(suite, FIRST_LIMIT)
            self.seconds[suite] = time.monotonic() - start
            if code or not any(re.search(form, self.said(), re.MULTILINE) for form in RAN):
                why = self.first_failure() if code else "it runs no test"
                print(f"{suite} proves nothing: {why}", flush=True)
                useless.add(suite)
        return useless

    def outcome(self, suite: str) -> str:
        limit = max(LEAST_SECONDS, TIMES * self.seconds[suite])
        code = self.run(suite, limit)
        if code is None:
            return f"killed by {suite}: it hangs"
        return f"killed by {suite}: {self.first_failure()}" if code else f"SURVIVED by {suite}"

    def run(self, suite: str, limit: float) -> int | None:
        words = ["swift", "test", "--skip-build", "--disable-xctest", "--filter", suite]
        if is_python(suite):
            words = [sys.executable, "-W", "error", *suite.split(" ")]
        return self.command(words, self.folder / "test.log", limit)

    def command(self, words: list[str], log: Path, limit: float) -> int | None:
        """The exit code; None: it was ended when the time was over, with all that it began."""
        with open(log, "wb") as output:
            process = subprocess.Popen(
                words, cwd=self.folder, stdout=output, stderr=output, stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
            try:
                return process.wait(timeout=limit)
            except BaseException as error:
                end(process.pid)
                process.wait()
                if not isinstance(error, subprocess.TimeoutExpired):
                    raise
                return None

    def said(self) -> str:
        return (self.folder / "test.log").read_text(encoding="utf-8", errors="replace")

    def first_failure(self) -> str:
        """The first test that failed, and what it said."""
        said = self.said()
        for form in FAILED:
            if found := re.search(form, said, re.MULTILINE):
                return " ".join(f"{found[1]} {found[2]}".split())[:120]
        lines = said.strip().splitlines()
        return lines[-1][:150] if lines else "it said nothing"


def end(session: int) -> None:
    """A process that leads a session, and all that it has started there."""
    os.killpg(session, signal.SIGKILL)
    for name in os.listdir("/proc") if os.path.isdir("/proc") else []:
        try:
            if name.isdecimal() and os.getsid(int(name)) == session:
                os.kill(int(name), signal.SIGKILL)
        except ProcessLookupError:
            pass  # it has just ended
