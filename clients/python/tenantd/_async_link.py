# The asyncio face's side of one process: what the event loop reads and writes.
from __future__ import annotations

import asyncio
import os
import signal
from typing import Any, cast

from ._errors import DisconnectedError, TenantdError
from ._process import Log, Program
from ._wire import Call, Rubbish, Silence, Wire


class AsyncWaiter(Call):
    """A call that one task waits for."""

    __slots__ = ("_news",)

    def __init__(self) -> None:
        super().__init__(self._stir)
        self._news: asyncio.Future[None] | None = None

    def _stir(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)

    async def news(self) -> None:
        """Returns when something more has come."""
        self._news = asyncio.get_running_loop().create_future()
        await self._news


class AsyncLink(asyncio.SubprocessProtocol):
    """A running tenantd, as the event loop reads it."""

    def __init__(self, program: Program, patience: float) -> None:
        self.program = program
        self.over: TenantdError | None = None
        self.greeted = False
        self.gone = asyncio.Event()
        self._why: TenantdError | None = None
        self._patience = patience
        self._wire = Wire()
        self._log = Log()
        self._writable = asyncio.Event()
        self._writable.set()
        self._transport: asyncio.SubprocessTransport | None = None
        self._clock: asyncio.TimerHandle | None = None

    @classmethod
    async def start(cls, program: Program, patience: float) -> AsyncLink:
        try:
            _, link = await asyncio.get_running_loop().subprocess_exec(
                lambda: cls(program, patience), program.path(), *program.arguments,
                env=program.environment, cwd=program.folder, start_new_session=True,
            )
        except OSError as error:
            raise program.not_started(error) from error
        try:
            await link._greet()
        except BaseException:
            link._doom(DisconnectedError("tenantd was not fit to talk to."))
            await link.gone.wait()
            raise
        return link

    async def _greet(self) -> None:
        waiter = AsyncWaiter()
        self.post("rpc.discover", {}, waiter)
        while not waiter.done:
            await waiter.news()
        self.program.greeted(waiter.value())
        self.greeted = True

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.SubprocessTransport, transport)
        self._clock = asyncio.get_running_loop().call_later(self._patience, self._grow_impatient)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd == 2:
            self._log.feed(data)
        elif self._why is None:
            try:
                self._wire.feed(data)
            except Rubbish as rubbish:
                self._doom(self.program.rubbish(str(rubbish), self.greeted))

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        if fd == 0:
            if self.greeted:
                self.over = self.over or DisconnectedError(self.program.DEAF)
            self._writable.set()
        if fd == 1 and self._transport:
            # Its end follows at once, unless something else holds the other pipes.
            asyncio.get_running_loop().call_later(2, self._transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        """The process has ended, and all that it wrote was read."""
        status = self._transport.get_returncode() if self._transport else None
        error = self._why or self.program.ended(status, self._log.words, self.greeted)
        self.over = self.over or error
        self._wire.end(error)
        if self._clock:
            self._clock.cancel()
        if self._transport:
            self._transport.close()
        self._writable.set()
        self.gone.set()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    # What the calls use.

    async def send(self, method: str, params: dict[str, Any], call: Call | None = None) -> bool:
        """Sends a request when the pipe takes it. `False`: the process is gone."""
        if not self._writable.is_set():
            await self._writable.wait()
        return self.post(method, params, call)

    def post(self, method: str, params: dict[str, Any], call: Call | None = None) -> bool:
        """Sends a request at once, whatever waits."""
        if self.over is not None or self._transport is None:
            return False
        pipe = cast(asyncio.WriteTransport, self._transport.get_pipe_transport(0))
        pipe.write(self._wire.request(method, params, call))
        if not pipe.is_closing() or not self.greeted:
            return True  # of a start that fails, the end of the process tells more
        # It failed at once: nobody reads, and a line without its end is none.
        if call is not None:
            self._wire.forget(call)
        self.over = DisconnectedError(self.program.DEAF)
        return False

    async def close(self, grace: float) -> None:
        """As the sync face's: end of input, then SIGTERM, then SIGKILL."""
        self.over = self.over or DisconnectedError("This client was closed.")
        if self.gone.is_set() or self._transport is None:
            return
        if self._clock:
            self._clock.cancel()
        pipe = self._transport.get_pipe_transport(0)
        if pipe:
            pipe.close()
        loop = asyncio.get_running_loop()
        clocks = [
            # The second signal ends tenantd's own grace period.
            loop.call_later(grace, self._signal, signal.SIGTERM),
            loop.call_later(grace + 0.1, self._signal, signal.SIGTERM),
            loop.call_later(grace + 10, self._kill),
        ]
        try:
            await self.gone.wait()
        finally:
            for clock in clocks:
                clock.cancel()

    def _grow_impatient(self) -> None:
        advice = self._wire.silence()
        if advice is Silence.ASK:
            self.post("ping", {})
        elif advice is Silence.GIVE_UP:
            return self._doom(self.program.silent(self._patience * 3, self.greeted))
        self._clock = asyncio.get_running_loop().call_later(self._patience, self._grow_impatient)

    def _doom(self, error: TenantdError) -> None:
        self._why = self._why or error
        self.over = self.over or error
        self._kill()

    def _kill(self) -> None:
        """The whole session, since a wrapper's child may hold the pipes."""
        if self._transport and self._transport.get_returncode() is None:
            try:
                os.killpg(self._transport.get_pid(), signal.SIGKILL)
            except ProcessLookupError:
                pass

    def _signal(self, number: int) -> None:
        if self._transport:
            try:
                self._transport.send_signal(number)
            except ProcessLookupError:
                pass
