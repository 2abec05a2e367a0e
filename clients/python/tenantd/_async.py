# The asyncio face: `AsyncTenantd`, and `AsyncJob`, a request under way.
from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Generator, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from . import _methods
from ._async_link import AsyncLink, AsyncWaiter
from ._errors import DisconnectedError
from ._life import Keys, LifeChange, PlanChange, Usage
from ._login import Login
from ._methods import Request
from ._process import BackOff, Program
from ._results import CleanupReport, Progress, Query, Selection, ServiceStatus, Signup
from ._results import Tenant, TenantStatus

if TYPE_CHECKING:
    from typing_extensions import Unpack

T = TypeVar("T")


class AsyncJob(Generic[T]):
    """A request that begins when it is first awaited or iterated: `async for` its progress, then
    `await` its result. When the task that waits for it is cancelled, so is the request."""

    def __init__(self, client: AsyncTenantd, request: Request[T]) -> None:
        self._client = client
        self._request = request
        self._attempt = 0
        self._link: AsyncLink | None = None
        self._waiter = AsyncWaiter()

    async def _begin(self) -> AsyncLink:
        while True:
            self._attempt += 1
            self._link, self._waiter = await self._client._current(), AsyncWaiter()
            if await self._link.send(self._request.method, self._request.params, self._waiter):
                return self._link
            if self._attempt >= Request.ATTEMPTS:
                raise self._link.over or DisconnectedError("tenantd does not read its input.")

    async def __aiter__(self) -> AsyncIterator[Progress]:
        """The progress as it comes, until there is an answer. One that is repeated with a new
        process begins again at its first step."""
        while True:
            await self._wait(lambda: self._waiter.done or bool(self._waiter.progress))
            while self._waiter.progress:
                yield Progress.of_json(self._waiter.progress.popleft())
            if self._waiter.done and not await self._repeat():
                return

    async def result(self) -> T:
        """Waits for the answer; `await job` is the same.

        Raises: a `RequestError` of tenantd's, `DisconnectedError`, or `StartError`.
        """
        while True:
            await self._wait(lambda: self._waiter.done)
            if not await self._repeat():
                return self._request.answer(self._waiter.value())

    def __await__(self) -> Generator[Any, None, T]:
        return self.result().__await__()

    async def cancel(self) -> bool:
        """Ends it: it is undone, and its result then raises `RequestCancelledError`. Returns when
        that is so. `False`: it had an answer already, or had not begun."""
        waiter = AsyncWaiter()
        if self._link is None or self._waiter.done:
            return False
        if not self._link.post("cancel", {"id": self._waiter.id}, waiter):
            return False
        while not waiter.done:
            await waiter.news()
        return waiter.error is None and bool(waiter.result["found"])

    async def _repeat(self) -> bool:
        error = self._waiter.error
        if error is None or not self._request.repeats(error, self._attempt):
            return False
        await self._begin()
        return True

    async def _wait(self, has_news: Callable[[], bool]) -> None:
        link = self._link or await self._begin()
        try:
            while not has_news():
                await self._waiter.news()
        except BaseException:
            link.post("cancel", {"id": self._waiter.id})
            raise


class AsyncTenantd:
    """tenantd as a child process of an asyncio program: started at the first call, and again when
    it has died. It belongs to one event loop; `async with` ends it."""

    def __init__(
        self,
        binary: str | os.PathLike[str] | None = None,
        *,
        sandbox: bool | str | os.PathLike[str] = False,
        flags: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
        cwd: str | os.PathLike[str] | None = None,
        patience: float = 10,
        grace: float = 10,
    ) -> None:
        """As `Tenantd`."""
        self._program = Program.of(binary, sandbox, flags, env, cwd)
        self._patience, self._grace = patience, grace
        self._is_closed = False
        self._link: AsyncLink | None = None
        self._back_off = BackOff()
        self._starting = asyncio.Lock()

    async def provision(self, **signup: Unpack[Signup]) -> Tenant:
        """Makes a tenant, all or nothing. See `Signup` for the keywords."""
        return await AsyncJob(self, _methods.provision(signup, progress=False))

    def provisioning(self, **signup: Unpack[Signup]) -> AsyncJob[Tenant]:
        """A tenant to be made, with progress."""
        return AsyncJob(self, _methods.provision(signup, progress=True))

    @overload
    async def status(self) -> ServiceStatus: ...
    @overload
    async def status(self, site: str) -> TenantStatus: ...
    async def status(self, site: str | None = None) -> ServiceStatus | TenantStatus:
        """The service as a whole, or one tenant by its site's whole name."""
        if site is None:
            return await AsyncJob(self, _methods.service_status())
        return await AsyncJob(self, _methods.tenant_status(site))

    async def login(self, site: str, user: str | None = None, expires: int | None = None) -> Login:
        """A link that logs a user of a tenant in once: its owner, for 60 s, unless told."""
        return await AsyncJob(self, _methods.login(site, user, expires))

    async def tenants(self, **query: Unpack[Query]) -> AsyncIterator[TenantStatus]:
        """All tenants that fit; pages are fetched as they are needed. See `Query` for the keywords."""
        after: str | None = None
        while True:
            page = await AsyncJob(self, _methods.tenants(query, after))
            for tenant in page.tenants:
                yield tenant
            if (after := page.next) is None:
                return

    async def rotate_keys(
        self, site: str, user: str | None = None, *, timeout: float | None = None
    ) -> Keys:
        """New API keys for a user of a tenant, or its owner; the old ones end."""
        return await AsyncJob(self, _methods.rotate_keys(site, user, timeout))

    async def change_plan(
        self, site: str, plan: str, *, force: bool = False, dry_run: bool = False,
        timeout: float | None = None,
    ) -> PlanChange:
        """Another plan; `OverLimitError` where the tenant uses more than that allows."""
        return await AsyncJob(self, _methods.change_plan(site, plan, force, dry_run, timeout))

    async def suspend(
        self, site: str, mode: str = "blocked", reason: str | None = None, *,
        timeout: float | None = None,
    ) -> LifeChange:
        """Stops a tenant, or with `read_only` leaves it to be read. Twice is once."""
        return await AsyncJob(self, _methods.suspend(site, mode, reason, timeout))

    async def resume(self, site: str, *, timeout: float | None = None) -> LifeChange:
        """Lets a suspended tenant go on as it was. Twice is once."""
        return await AsyncJob(self, _methods.resume(site, timeout))

    async def usage(
        self, sites: Sequence[str] | None = None, pattern: str | None = None,
        days: int | None = None, *, timeout: float | None = None,
    ) -> tuple[Usage, ...]:
        """What tenants use, measured now: of all of them unless told."""
        return await AsyncJob(self, _methods.usage(sites, pattern, days, timeout))

    async def cleanup(self, **selection: Unpack[Selection]) -> CleanupReport:
        """Drops tenants. See `Selection` for the keywords; it waits 5 s first unless told."""
        return await AsyncJob(self, _methods.cleanup(selection, progress=False))

    def cleaning(self, **selection: Unpack[Selection]) -> AsyncJob[CleanupReport]:
        """Tenants to be dropped, with progress."""
        return AsyncJob(self, _methods.cleanup(selection, progress=True))

    async def ping(self) -> None:
        """Returns when tenantd has answered."""
        await self.call("ping")

    async def call(self, method: str, params: Mapping[str, Any] | None = None) -> Any:
        """Any method, with its parameters and its result as the protocol has them."""
        return await AsyncJob(self, _methods.any_method(method, params)).result()

    async def close(self) -> None:
        """Ends tenantd when it has finished what it accepted; see `grace`."""
        async with self._starting:
            self._is_closed = True
            link, self._link = self._link, None
            if link is not None:
                await link.close(self._grace)

    async def __aenter__(self) -> AsyncTenantd:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def _current(self) -> AsyncLink:
        """The running tenantd, started if need be."""
        link = self._link
        if link is not None and link.over is None:
            return link
        async with self._starting:
            if self._is_closed:
                raise DisconnectedError("This client was closed.")
            if self._link is not None:
                if self._link.over is None:
                    return self._link
                await self._link.close(self._grace)
                self._link = None
                self._back_off.died()
            await asyncio.sleep(self._back_off.delay(time.monotonic()))
            self._link = await AsyncLink.start(self._program, self._patience)
            self._back_off.started(time.monotonic())
            return self._link
