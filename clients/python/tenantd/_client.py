# The sync face: `Tenantd`, safe to share between threads, and `Job`, a request under way.
from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from . import _methods
from ._errors import DisconnectedError
from ._link import Link, Waiter
from ._life import Keys, LifeChange, PlanChange, Usage
from ._login import Login
from ._methods import Request
from ._process import BackOff, Program
from ._results import CleanupReport, Progress, Query, Selection, ServiceStatus, Signup
from ._results import Tenant, TenantStatus

if TYPE_CHECKING:
    from typing_extensions import Unpack

T = TypeVar("T")


class Job(Generic[T]):
    """A request under way. Iterate it for its progress, then ask for its result.

    It belongs to one thread. A `KeyboardInterrupt` while it is waited for cancels it.
    """

    def __init__(self, client: Tenantd, request: Request[T]) -> None:
        self._client = client
        self._request = request
        self._attempt = 0
        self._begin()

    def _begin(self) -> None:
        while True:
            self._attempt += 1
            self._link, self._waiter = self._client._current(), Waiter()
            if self._link.send(self._request.method, self._request.params, self._waiter):
                return
            if self._attempt >= Request.ATTEMPTS:
                raise self._link.over or DisconnectedError("tenantd does not read its input.")

    def __iter__(self) -> Iterator[Progress]:
        """The progress as it comes, until there is an answer. One that is repeated with a new
        process begins again at its first step."""
        while True:
            self._wait(lambda: self._waiter.done or bool(self._waiter.progress))
            while self._waiter.progress:
                yield Progress.of_json(self._waiter.progress.popleft())
            if self._waiter.done and not self._repeat():
                return

    def result(self) -> T:
        """Waits for the answer.

        Raises: a `RequestError` of tenantd's, `DisconnectedError`, or `StartError`.
        """
        while True:
            self._wait(lambda: self._waiter.done)
            if not self._repeat():
                return self._request.answer(self._waiter.value())

    def cancel(self) -> bool:
        """Ends it: it is undone, and its result then raises `RequestCancelledError`. Returns when
        that is so. `False`: it had an answer already."""
        waiter = Waiter()
        if self._waiter.done or not self._link.send("cancel", {"id": self._waiter.id}, waiter):
            return False
        self._link.wait(waiter, lambda: waiter.done)
        return waiter.error is None and bool(waiter.result["found"])

    def _repeat(self) -> bool:
        error = self._waiter.error
        if error is None or not self._request.repeats(error, self._attempt):
            return False
        self._begin()
        return True

    def _wait(self, has_news: Callable[[], bool]) -> None:
        try:
            self._link.wait(self._waiter, has_news)
        except BaseException:
            self._link.send("cancel", {"id": self._waiter.id})
            raise


class Tenantd:
    """tenantd as a child process: started at the first call, and again when it has died.

    It may be shared between threads, and lives through a fork: the child process gets a tenantd of
    its own. When this process ends, however that happens, tenantd finishes what it has accepted,
    and ends.
    """

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
        """
        binary: tenantd; absent: `TENANTD_BINARY`, else `tenantd` on the `PATH`.
        sandbox: a bench in a temporary folder (True) or in a folder of yours: no Docker needed.
        flags: as `tenantd --help` lists them. env: added to what tenantd gets of the environment:
        its own settings, Docker's, and nothing else of this process.
        cwd: the compose project's folder. patience: a tenantd that answers no ping for three times
        as many seconds is ended. grace: seconds that `close` leaves to requests under way.
        """
        self._program = Program.of(binary, sandbox, flags, env, cwd)
        self._patience, self._grace = patience, grace
        self._is_closed = False
        self._link: Link | None = None
        self._back_off = BackOff()
        self._starting = threading.Lock()
        _clients.add(self)

    def provision(self, **signup: Unpack[Signup]) -> Tenant:
        """Makes a tenant, all or nothing. See `Signup` for the keywords."""
        return Job(self, _methods.provision(signup, progress=False)).result()

    def provisioning(self, **signup: Unpack[Signup]) -> Job[Tenant]:
        """Begins to make a tenant, with progress."""
        return Job(self, _methods.provision(signup, progress=True))

    @overload
    def status(self) -> ServiceStatus: ...
    @overload
    def status(self, site: str) -> TenantStatus: ...
    def status(self, site: str | None = None) -> ServiceStatus | TenantStatus:
        """The service as a whole, or one tenant by its site's whole name."""
        if site is None:
            return Job(self, _methods.service_status()).result()
        return Job(self, _methods.tenant_status(site)).result()

    def login(self, site: str, user: str | None = None, expires: int | None = None) -> Login:
        """A link that logs a user of a tenant in once: its owner, for 60 s, unless told."""
        return Job(self, _methods.login(site, user, expires)).result()

    def tenants(self, **query: Unpack[Query]) -> Iterator[TenantStatus]:
        """All tenants that fit; pages are fetched as they are needed. See `Query` for the keywords."""
        after: str | None = None
        while True:
            page = Job(self, _methods.tenants(query, after)).result()
            for tenant in page.tenants:
                yield tenant
            if (after := page.next) is None:
                return

    def rotate_keys(
        self, site: str, user: str | None = None, *, timeout: float | None = None
    ) -> Keys:
        """New API keys for a user of a tenant, or its owner; the old ones end."""
        return Job(self, _methods.rotate_keys(site, user, timeout)).result()

    def change_plan(
        self, site: str, plan: str, *, force: bool = False, dry_run: bool = False,
        timeout: float | None = None,
    ) -> PlanChange:
        """Another plan; `OverLimitError` where the tenant uses more than that allows."""
        return Job(self, _methods.change_plan(site, plan, force, dry_run, timeout)).result()

    def suspend(
        self, site: str, mode: str = "blocked", reason: str | None = None, *,
        timeout: float | None = None,
    ) -> LifeChange:
        """Stops a tenant, or with `read_only` leaves it to be read. Twice is once."""
        return Job(self, _methods.suspend(site, mode, reason, timeout)).result()

    def resume(self, site: str, *, timeout: float | None = None) -> LifeChange:
        """Lets a suspended tenant go on as it was. Twice is once."""
        return Job(self, _methods.resume(site, timeout)).result()

    def usage(
        self, sites: Sequence[str] | None = None, pattern: str | None = None,
        days: int | None = None, *, timeout: float | None = None,
    ) -> tuple[Usage, ...]:
        """What tenants use, measured now: of all of them unless told."""
        return Job(self, _methods.usage(sites, pattern, days, timeout)).result()

    def cleanup(self, **selection: Unpack[Selection]) -> CleanupReport:
        """Drops tenants. See `Selection` for the keywords; it waits 5 s first unless told."""
        return Job(self, _methods.cleanup(selection, progress=False)).result()

    def cleaning(self, **selection: Unpack[Selection]) -> Job[CleanupReport]:
        """Begins to drop tenants, with progress."""
        return Job(self, _methods.cleanup(selection, progress=True))

    def ping(self) -> None:
        """Returns when tenantd has answered."""
        self.call("ping")

    def call(self, method: str, params: Mapping[str, Any] | None = None) -> Any:
        """Any method, with its parameters and its result as the protocol has them."""
        return Job(self, _methods.any_method(method, params)).result()

    def close(self) -> None:
        """Ends tenantd when it has finished what it accepted; see `grace`."""
        with self._starting:
            self._is_closed = True
            link, self._link = self._link, None
            if link is not None:
                link.close(self._grace)

    def __enter__(self) -> Tenantd:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _current(self) -> Link:
        """The running tenantd, started if need be."""
        link = self._link
        if link is not None and link.over is None:
            return link
        with self._starting:
            if self._is_closed:
                raise DisconnectedError("This client was closed.")
            if self._link is not None:
                if self._link.over is None:
                    return self._link
                self._link.close(self._grace)
                self._link = None
                self._back_off.died()
            time.sleep(self._back_off.delay(time.monotonic()))
            self._link = Link(self._program, self._patience)
            self._back_off.started(time.monotonic())
            return self._link

    def _forget_parent(self) -> None:
        self._starting = threading.Lock()
        link, self._link = self._link, None
        if link is not None:
            link.leave_to_parent()


_clients: weakref.WeakSet[Tenantd] = weakref.WeakSet()


def _after_fork() -> None:
    for client in list(_clients):
        client._forget_parent()


os.register_at_fork(after_in_child=_after_fork)
