# A job's process, seen from both sides. Jobs run in forked children: one job's crash, memory or
# sys.exit never touches another, and a job can be killed with everything it started.
import ctypes
import json
import os
import signal
import socket
import sys
import time
import traceback
from typing import Any, Callable

from . import secrecy, server, wire
from .output import TRACE, Output
from .wire import JSON, Trouble

PR_SET_PDEATHSIG = 1
JOB_NICENESS = 5
"""Below the agent itself, which answers `status` while the jobs work."""
ORDER_SECONDS = 5
"""How long a child may take to begin to read an order that does not fit into its channel."""
LONGEST_SENTENCE = 500
libc: Any = ctypes.CDLL(None) if sys.platform == "linux" else None


class Child:
    """The agent's side. `channel` carries orders to the child, and events and answers back;
    `reply` takes each answer. A child that answers more than once is *hot*."""

    def __init__(
        self,
        number: int,
        request: Any,
        job: str | None,
        channel: socket.socket,
        output: Output,
        deadline: float,
        reply: Callable[["Child", JSON], None],
    ) -> None:
        self.number, self.request, self.job = number, request, job
        self.channel, self.output = channel, output
        self.deadline, self.reply = deadline, reply
        self.born = time.monotonic()
        self.pid: int | None = None
        """None until the fork server has said it, and when the process has been collected."""
        self.is_app = False
        """Whether the fork server is its parent, and not the agent."""
        self.parent: Child | None = None
        """The child with root that asked for this one."""
        self.lines = wire.Lines()
        self.answered = False
        self.stopped: Trouble | None = None
        """Why it was killed, when it was."""
        # Of a hot child only: the standby it holds, and whether that is gone.
        self.hot = False
        self.standby: str | None = None
        self.claimed = False

    @property
    def is_working(self) -> bool:
        """A hot child is its job's only while it serves a request."""
        return not self.hot or self.request is not None

    def tell(self, message: JSON) -> None:
        """An order, or what another child answered. A child that does not take it is ended."""
        try:
            self.channel.sendall(wire.line(message))
        except OSError:
            self.kill(Trouble("step_failed", "The job's process in the bench takes no orders."))

    def kill(self, why: Trouble) -> None:
        """Ends the whole process group; the answer is given when the process is gone."""
        if self.stopped is None and not self.answered:
            self.stopped = why
        if self.pid is not None:
            kill_group(self.pid)

    def trouble(self, status: int) -> Trouble:
        """What to answer for one that has ended without an answer of its own."""
        if self.stopped:
            return self.stopped
        code = os.waitstatus_to_exitcode(status)
        how = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
        return Trouble("step_failed", f"The job's process in the bench {how}.")


def kill_group(pid: int) -> None:
    """Of a child that nobody has collected yet, so that the number is still its own."""
    for target in (os.killpg, os.kill):
        try:
            target(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass


def has_exited(pid: int) -> int | None:
    """The exit status of a child of this process that has ended; it is not collected yet."""
    try:
        found = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return 0  # somebody else has collected it
    if found is None:
        return None
    return found.si_status << 8 if found.si_code == os.CLD_EXITED else found.si_status


def collect(pid: int) -> None:
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:
        pass


def channel() -> tuple[socket.socket, socket.socket]:
    """Both ends: ours, which never waits for long, and the child's."""
    ours, theirs = socket.socketpair()
    ours.settimeout(ORDER_SECONDS)
    return ours, theirs


class Work:
    """The child's side of its channel."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor, self.lines = descriptor, wire.Lines()
        self.waiting: list[JSON] = []

    def send(self, message: JSON) -> None:
        wire.send(self.descriptor, message)

    def emit(self, event: JSON) -> None:
        self.send({"event": event})

    def receive(self) -> JSON | None:
        """The next order; None at the end of the session."""
        while not self.waiting:
            data = os.read(self.descriptor, 1 << 16)
            if not data:
                return None
            self.waiting += [json.loads(text) for text in self.lines.feed(data)]
        return self.waiting.pop(0)

    def app(self, stage: str, params: JSON) -> Any:
        """Has a stage run in a child that runs the apps' code and knows no root credentials, and
        waits for its result. Of a child with root only."""
        self.send({"app": stage, "params": params})
        answer = self.receive()
        if answer is None:
            raise Trouble("cancelled", "The session ended.")
        if error := answer.get("error"):
            data = dict(error.get("data") or {})
            raise Trouble(data.pop("kind", "step_failed"), error["message"], **data)
        return answer.get("result")


def fork() -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    return os.fork()


def speak_to(writer: int) -> None:
    """In a job's process: what it and its programs write goes to the agent from here on."""
    for number in (1, 2):
        os.dup2(writer, number)
    os.close(writer)


def isolate(parent: int, close: list[int]) -> None:
    """A process group of its own, that dies with its parent, whose descriptors it closes."""
    os.setpgid(0, 0)
    os.nice(JOB_NICENESS)
    die_with(parent)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    for descriptor in close:
        os.close(descriptor)


def die_with(parent: int) -> None:
    if libc is not None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(70)


def work(run: Callable[[], Any], secrets: list[str]) -> JSON:
    """The answer to one request: the function's result, or its error without any of the request's
    secrets or of those that were made meanwhile."""
    try:
        try:
            result = run()
        finally:
            sys.stdout.flush()  # what was said comes before the answer
        return {"result": result}
    except BaseException as error:
        found = error if isinstance(error, Trouble) else server.trouble(error)
        if found is None:
            text = secrecy.redact("".join(traceback.format_exception(error)), secrets)
            log(text)
            # Cut after that: half a secret would not be found.
            told = secrecy.redact(describe(error), secrets)[:LONGEST_SENTENCE]
            found = Trouble("step_failed", told)
        error_answer: JSON = secrecy.redact_all(found.error(), secrets)
        return {"error": error_answer}


def log(text: str) -> None:
    """A trace: for the log, and not among what the process said last."""
    print("\n".join(TRACE + line for line in text.splitlines()), file=sys.stderr, flush=True)


def describe(error: BaseException) -> str:
    """One line a person can act on: Frappe's own message where it left one for this error."""
    from . import refusal

    if message := refusal.said(error).get("message"):
        return f"{type(error).__name__}: {refusal.plain(message)}"
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0] if text else 'no message'}"
