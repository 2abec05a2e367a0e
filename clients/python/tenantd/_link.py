# The sync face's side of one process. There is no reading thread: a caller that waits reads for
# all (a hand-over between Python threads costs more than the whole round trip), and hands the
# reading on when its own answer has come.
from __future__ import annotations

import os
import select
import signal
import subprocess
import threading
from collections.abc import Callable
from typing import IO, Any

from ._errors import DisconnectedError, TenantdError
from ._process import Log, Program
from ._wire import Call, Rubbish, Silence, Wire

_CHUNK = 1 << 18


class Waiter(Call):
    """A call whose thread may sleep while another one reads. It belongs to one thread."""

    __slots__ = ("turn",)

    def __init__(self) -> None:
        super().__init__(self._stir)
        self.turn: threading.Event | None = None

    def _stir(self) -> None:
        if self.turn is not None:
            self.turn.set()


class Link:
    """A running tenantd. Once `over` is set nothing more is sent to it."""

    def __init__(self, program: Program, patience: float) -> None:
        self.program = program
        self.over: TenantdError | None = None
        self._patience = patience
        self._why: TenantdError | None = None  # why it was killed
        self._is_greeted = False
        self._is_gone = False
        self._is_closing = False
        self._wire = Wire()
        self._table = threading.Lock()  # guards the wire, the reader and the sleepers
        self._reader: Waiter | None = None
        self._sleepers: dict[Waiter, threading.Event] = {}
        self._writing = threading.Lock()
        self._log = Log()
        try:
            # A session of its own: Ctrl-C in a terminal is for the caller, who then cancels.
            self._process = subprocess.Popen(
                [program.path(), *program.arguments], bufsize=0, cwd=program.folder,
                env=program.environment, start_new_session=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )
        except OSError as error:
            raise program.not_started(error) from error
        assert self._process.stdin and self._process.stdout and self._process.stderr
        self._in, self._out = self._process.stdin, self._process.stdout
        os.set_blocking(self._in.fileno(), False)
        self._readable = select.poll()
        self._readable.register(self._out, select.POLLIN)
        self._listener = threading.Thread(
            target=_listen, args=(self._process.stderr, self._log), name="tenantd log", daemon=True
        )
        self._listener.start()
        try:
            self._greet()
        except BaseException:
            self._doom(DisconnectedError("tenantd was not fit to talk to."))
            self.close(0)
            raise

    def _greet(self) -> None:
        """Finds out whether it is tenantd, alive, and of this release."""
        waiter = Waiter()
        self.send("rpc.discover", {}, waiter)
        self.wait(waiter, lambda: waiter.done)
        self.program.greeted(waiter.value())
        self._is_greeted = True

    def send(self, method: str, params: dict[str, Any], call: Call | None = None) -> bool:
        """Sends a request. `False`: the process is gone and cannot have read it."""
        with self._table:
            if self.over is not None:
                return False
            line = self._wire.request(method, params, call)
        try:
            with self._writing:
                self._write(line)
            return True
        except (OSError, ValueError) as error:
            # Nobody reads, and a line without its end is none. Answers that were written before
            # can still be read, so this is not yet the end of the other calls.
            if isinstance(error, ValueError) and not self._in.closed:
                raise
            with self._table:
                if not self._is_greeted:
                    return True  # the end of the process, which is to come, tells more
                if call is not None:
                    self._wire.forget(call)
                self.over = self.over or DisconnectedError(self.program.DEAF)
            return False
        except BaseException:
            self._doom(self.program.trouble("was ended in the middle of a request.", True))
            raise

    def _write(self, line: bytes) -> None:
        rest = memoryview(line)
        while rest:
            try:
                rest = rest[os.write(self._in.fileno(), rest) :]
            except BlockingIOError:
                writable = select.poll()
                writable.register(self._in, select.POLLOUT)
                if not writable.poll(self._patience * 3000):
                    self._doom(self.program.silent(self._patience * 3, self._is_greeted))
                    raise

    def wait(self, waiter: Waiter, has_news: Callable[[], bool]) -> None:
        """Returns when there is news for a call; reads for all callers unless another one does."""
        try:
            while turn := self._sleeps(waiter, has_news):
                turn.wait()
            while not has_news():
                self._read()
        finally:
            with self._table:
                self._sleepers.pop(waiter, None)
                if self._reader is waiter:
                    self._reader = None
                if self._reader is None and self._sleepers:
                    next(iter(self._sleepers.values())).set()

    def _sleeps(self, waiter: Waiter, has_news: Callable[[], bool]) -> threading.Event | None:
        """What to sleep on; `None`: there is news, or it is this waiter's turn to read."""
        with self._table:
            if has_news():
                return None
            if self._reader is None:
                self._reader = waiter
                return None
            if waiter.turn is None:
                waiter.turn = threading.Event()
            waiter.turn.clear()
            self._sleepers[waiter] = waiter.turn
            return waiter.turn

    def _read(self) -> None:
        if not self._readable.poll(self._patience * 1000):
            return self._grow_impatient()
        try:
            data = os.read(self._out.fileno(), _CHUNK)
            with self._table:
                if data and self._why is None:
                    self._wire.feed(data)
        except Rubbish as rubbish:
            return self._doom(self.program.rubbish(str(rubbish), self._is_greeted))
        except BaseException:
            # What was read may be lost (a KeyboardInterrupt): no line can be trusted any more.
            self._doom(self.program.trouble("was ended, since reading was broken off.", True))
            raise
        if not data:
            self._end()

    def _grow_impatient(self) -> None:
        if self._is_closing:
            return  # a clock runs already
        with self._table:
            advice = self._wire.silence()
        if advice is Silence.ASK:
            self.send("ping", {})
        elif advice is Silence.GIVE_UP:
            self._doom(self.program.silent(self._patience * 3, self._is_greeted))

    def _end(self) -> None:
        """Its output has ended; only the reader comes here."""
        try:
            status: int | None = self._process.wait(5)
        except subprocess.TimeoutExpired:
            status = None
            self._kill()
        self._listener.join(1)
        self._out.close()
        with self._table:
            self._is_gone = True
            error = self._why or self.program.ended(status, self._log.words, self._is_greeted)
            self.over = self.over or error
            self._wire.end(error)

    def _doom(self, error: TenantdError) -> None:
        """Kills the process. What it had begun is undone when tenantd next starts; the calls that
        wait fail with `error` when its output has ended."""
        with self._table:
            self._why = self._why or error
            self.over = self.over or error
        self._kill()

    def _kill(self) -> None:
        """The whole session, since a wrapper's child may hold the pipes."""
        if self._process.returncode is None:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def close(self, grace: float) -> None:
        """Ends the input, at which tenantd finishes what it has accepted. After `grace` seconds it
        is told to undo instead, and when it does not do that either, it is killed."""
        with self._table:
            self._is_closing = True
            if self.over is None:
                self.over = DisconnectedError("This client was closed.")
        with self._writing:
            self._in.close()
        clocks = [
            # The second signal ends tenantd's own grace period.
            threading.Timer(grace, self._process.terminate),
            threading.Timer(grace + 0.1, self._process.terminate),
            threading.Timer(grace + 10, self._kill),
        ]
        for clock in clocks:
            clock.daemon = True
            clock.start()
        try:
            self.wait(Waiter(), lambda: self._is_gone)
            self._process.wait()
        finally:
            for clock in clocks:
                clock.cancel()
        self._listener.join(1)

    def leave_to_parent(self) -> None:
        """In a forked child: the pipes are the parent's, whose end must be tenantd's end."""
        for pipe in (self._in, self._out, self._process.stderr):
            if pipe is not None:
                pipe.close()
        self._process.returncode = 0  # it is no child of this process: there is none to wait for


def _listen(pipe: IO[bytes], log: Log) -> None:
    with pipe:
        while data := pipe.read(1 << 16):
            log.feed(data)
