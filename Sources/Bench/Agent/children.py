# Jobs run in forked children: one job's crash, memory or sys.exit never touches another, and a
# job can be killed with everything it started.
import ctypes
import os
import signal
import sys
import time
import traceback
from typing import Any, Callable

from . import server, wire
from .wire import JSON, Trouble

PR_SET_PDEATHSIG = 1
JOB_NICENESS = 5
"""Below the agent itself, which answers `status` while the jobs work."""
libc: Any = ctypes.CDLL(None) if sys.platform == "linux" else None


class Child:
    """A running job. `stopped` says why it was killed, when it was."""

    def __init__(self, request: Any, job: str | None, pid: int, reader: int, deadline: float) -> None:
        self.request, self.job, self.pid, self.reader = request, job, pid, reader
        self.deadline = deadline
        self.lines = wire.Lines()
        self.answered = False
        self.stopped: Trouble | None = None
        # Of a hot child only: where its orders go, the standby it holds, and whether that is gone.
        self.commands: int | None = None
        self.standby: str | None = None
        self.claimed = False

    def kill(self, why: Trouble) -> None:
        """Ends the whole process group; the answer is given when its pipe has closed."""
        if self.stopped is None and not self.answered:
            self.stopped = why
        for target in (os.killpg, os.kill):
            try:
                target(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def end(self) -> Trouble:
        """Collects the dead child and says what to answer when it did not answer itself."""
        os.close(self.reader)
        if self.commands is not None:
            os.close(self.commands)
        _, status = os.waitpid(self.pid, 0)
        if self.stopped:
            return self.stopped
        code = os.waitstatus_to_exitcode(status)
        how = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
        return Trouble("step_failed", f"The job's process in the bench {how}.")


def start(
    request: Any,
    job: str | None,
    timeout: float,
    secrets: list[str],
    run: Callable[[Callable[[JSON], None]], Any],
    close: list[int],
) -> Child:
    """Forks; `run(emit)` works in the child, whose result or error goes through a pipe.
    `close` are the parent's descriptors that the child must not keep open."""
    reader, writer = os.pipe()
    pid = fork()
    if pid:
        os.close(writer)
        return Child(request, job, pid, reader, time.monotonic() + timeout)
    try:
        isolate([reader, *close])
        answer = work(lambda: run(lambda event: wire.send(writer, {"event": event})), secrets)
        wire.send(writer, answer)
        os._exit(0)
    finally:
        os._exit(70)


def start_hot(
    request: Any,
    job: str,
    timeout: float,
    secrets: list[str],
    run: Callable[[int, Callable[[JSON], None], Callable[[Callable[[], Any]], JSON]], None],
    close: list[int],
) -> Child:
    """Forks a child that answers more than once: `run(commands, send, work)`."""
    commands, orders = os.pipe()
    reader, writer = os.pipe()
    pid = fork()
    if pid:
        os.close(writer)
        os.close(commands)
        child = Child(request, job, pid, reader, time.monotonic() + timeout)
        child.commands = orders
        return child
    try:
        isolate([reader, orders, *close])
        run(commands, lambda message: wire.send(writer, message), lambda f: work(f, secrets))
        os._exit(0)
    finally:
        os._exit(70)


def fork() -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    return os.fork()


def isolate(close: list[int]) -> None:
    """A process group of its own, that dies with the agent."""
    os.setpgid(0, 0)
    os.nice(JOB_NICENESS)
    if libc is not None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == 1:
            os._exit(70)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    for descriptor in close:
        os.close(descriptor)


def work(run: Callable[[], Any], secrets: list[str]) -> JSON:
    """The answer: the function's result, or its error without any of the secrets."""
    try:
        return {"result": run()}
    except BaseException as error:
        found = error if isinstance(error, Trouble) else server.trouble(error)
        if found is None:
            text = wire.redact("".join(traceback.format_exception(error)), secrets)
            print(text, file=sys.stderr, flush=True)
            found = Trouble("step_failed", describe(error))
        found.message = wire.redact(found.message, secrets)
        return {"error": found.error()}


def describe(error: BaseException) -> str:
    """One line a person can act on: Frappe's own message where it left one."""
    import frappe

    messages = getattr(frappe.local, "message_log", None) or []
    last = messages[-1] if messages else None
    text = last.get("message") if isinstance(last, dict) else None
    text = str(text or error).strip().splitlines()
    return f"{type(error).__name__}: {text[0] if text else 'no message'}"[:500]
