# tenantd's methods as values: what is sent, and how the answer is read. Both faces use these.
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ._errors import DisconnectedError, TenantdError
from ._life import Keys, LifeChange, PlanChange, Usage
from ._login import Login
from ._results import CleanupReport, Page, ServiceStatus, Tenant, TenantStatus

T = TypeVar("T")


@dataclass(frozen=True)
class Request(Generic[T]):
    """One request, before it has an id."""

    method: str
    params: dict[str, Any]
    read: Callable[[Any], T]

    #: How often it may be sent: a tenantd that dies at the same request each time is not helped.
    ATTEMPTS = 4

    def answer(self, result: Any) -> T:
        try:
            return self.read(result)
        except (KeyError, TypeError, AttributeError) as error:
            raise TenantdError(
                f"tenantd answered `{self.method}` with something else than expected: {error!r}"
            ) from error

    def repeats(self, error: TenantdError, attempt: int) -> bool:
        """Whether it can be sent again after `error` without doing its work twice."""
        return (
            isinstance(error, DisconnectedError)
            and "idempotencyKey" in self.params
            and attempt < self.ATTEMPTS
        )


def provision(signup: Mapping[str, Any], progress: bool) -> Request[Tenant]:
    return Request("provision", _params(signup, progress), Tenant.of)


def cleanup(selection: Mapping[str, Any], progress: bool) -> Request[CleanupReport]:
    return Request("cleanup", _params(selection, progress), CleanupReport.of)


def service_status() -> Request[ServiceStatus]:
    return Request("status", {}, ServiceStatus.of)


def tenant_status(site: str) -> Request[TenantStatus]:
    return Request("status", {"site": site}, TenantStatus.of)


def login(site: str, user: str | None, expires: int | None) -> Request[Login]:
    given = {"site": site, "user": user, "expires": expires}
    return Request("login", _params(given, progress=False), Login.of)


def tenants(query: Mapping[str, Any], after: str | None) -> Request[Page]:
    return Request("tenants", _params({"after": after, **query}, progress=False), Page.of)


def rotate_keys(site: str, user: str | None, timeout: float | None) -> Request[Keys]:
    return Request(
        "rotateKeys", _params({"site": site, "user": user, "timeout": timeout}, False), Keys.of)


def change_plan(
    site: str, plan: str, force: bool, dry_run: bool, timeout: float | None
) -> Request[PlanChange]:
    given = {"site": site, "plan": plan, "force": force, "dry_run": dry_run, "timeout": timeout}
    return Request("changePlan", _params(given, False), PlanChange.of)


def suspend(
    site: str, mode: str, reason: str | None, timeout: float | None
) -> Request[LifeChange]:
    given = {"site": site, "mode": mode, "reason": reason, "timeout": timeout}
    return Request("suspend", _params(given, False), LifeChange.of)


def resume(site: str, timeout: float | None) -> Request[LifeChange]:
    return Request("resume", _params({"site": site, "timeout": timeout}, False), LifeChange.of)


def usage(
    sites: Sequence[str] | None, pattern: str | None, days: int | None, timeout: float | None
) -> Request[tuple[Usage, ...]]:
    named = list(sites) if sites is not None else None
    given = {"sites": named, "pattern": pattern, "days": days, "timeout": timeout}
    return Request("usage", _params(given, False), Usage.list_of)


def any_method(method: str, params: Mapping[str, Any] | None) -> Request[Any]:
    return Request(method, dict(params or {}), lambda result: result)


def _params(keywords: Mapping[str, Any], progress: bool) -> dict[str, Any]:
    """The protocol's spelling: `full_name` is `fullName` there."""
    params = {_camel(name): value for name, value in keywords.items() if value is not None}
    if progress:
        params["progress"] = True
    return params


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
