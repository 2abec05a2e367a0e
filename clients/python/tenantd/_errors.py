# What can go wrong: an exception for each kind that tenantd answers with, and those of the client.
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar


class TenantdError(Exception):
    """Anything that went wrong: str() is a sentence for a person, `kind` a word for a program."""

    kind: str = "internal_error"
    advice: str | None = None


class StartError(TenantdError):
    """There is no tenantd to talk to: missing, not executable, of another version, or not it."""

    kind = "start_failed"


class DisconnectedError(TenantdError):
    """tenantd ended, or stopped answering, before the answer came.

    A request that was under way is undone when tenantd next starts; what finished in its last
    moment stays. With an idempotency key it is safe to ask again.
    """

    kind = "disconnected"


@dataclass(frozen=True)
class FieldError:
    """One wrong parameter: its name as the protocol spells it, and what is wrong with it."""

    field: str
    reason: str


class RequestError(TenantdError):
    """An error that tenantd answered with; a kind that this client does not know has this class."""

    kinds: ClassVar[dict[str, type[RequestError]]] = {}

    def __init_subclass__(cls, kind: str) -> None:
        cls.kind = kind
        RequestError.kinds[kind] = cls

    def __init__(self, code: int, message: str, data: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data
        self.kind = str(data.get("kind", type(self).kind))
        self.advice = data.get("advice")
        #: The site in question, when there is one.
        self.site: str | None = data.get("site")
        #: Of `refused`: what the app writes above its sentence, and the parameter it is about.
        self.title: str | None = data.get("title")
        self.field: str | None = data.get("field")
        #: The step that failed, as `{"number": 3, "title": "Create owner"}`.
        self.step: Mapping[str, Any] | None = data.get("step")
        #: Whether nothing is left of the work; None when there was none.
        self.rolled_back: bool | None = data.get("rolledBack")
        #: Subdomains that are free, where one that tenantd had derived is taken.
        self.suggestions = tuple(str(name) for name in data.get("suggestions") or ())
        #: Of `over_limit`: `limit`, `used` and `allowed` of each limit that the tenant is above.
        self.exceeds: tuple[Mapping[str, Any], ...] = tuple(data.get("exceeds") or ())
        self.fields = tuple(
            FieldError(str(entry.get("field")), str(entry.get("reason")))
            for entry in data.get("fields") or ()
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """So that it survives pickling: a task queue hands exceptions to other processes."""
        return type(self), (self.code, self.message, self.data)


# generated: classes (by .ci/generate, from `tenantd describe`)
class InvalidParamsError(RequestError, kind="invalid_params"):
    """A parameter is missing, wrong or unknown, or an idempotency key was used for something else;
    or the password is too weak for the site's own policy."""


class SiteExistsError(RequestError, kind="site_exists"):
    """The name is a site, or another request is making or removing it; on Frappe 16 also: it was a
    tenant's within the last minute."""


class EmailInUseError(RequestError, kind="email_in_use"):
    """The address owns a tenant, or one is being made for it."""


class NoSuchSiteError(RequestError, kind="no_such_site"):
    """The site is not on the bench."""


class RefusedError(RequestError, kind="refused"):
    """An app of the bench refuses the signup: the message is its own sentence for the customer, as
    plain text."""


class SiteBusyError(RequestError, kind="site_busy"):
    """Another request works on the site now, of this process or of another."""


class NotATenantError(RequestError, kind="not_a_tenant"):
    """The site is on the bench, but is no tenant that can be worked on: tenantd did not make it, or
    its config cannot be read."""


class SuspendedError(RequestError, kind="suspended"):
    """The tenant is suspended, and what was asked for makes no sense then."""


class OverLimitError(RequestError, kind="over_limit"):
    """The tenant uses more than the plan allows; data.exceeds says of what."""


class DockerUnavailableError(RequestError, kind="docker_unavailable"):
    """Docker is missing, not running, or may not be used."""


class ServiceNotFoundError(RequestError, kind="service_not_found"):
    """No such compose project, service or container, or it does not run."""


class BenchUnreachableError(RequestError, kind="bench_unreachable"):
    """The agent cannot be started in the bench, or the session to it was lost and did not come back
    in the request's time."""


class DatabaseUnavailableError(RequestError, kind="database_unavailable"):
    """The bench's database does not answer."""


class DatabaseDeniedError(RequestError, kind="database_denied"):
    """The database refuses the root login, or no root password is known."""


class BenchUnprovenError(RequestError, kind="bench_unproven"):
    """The bench's folder may be a copy of another bench's: nothing is made or dropped there until a
    person says which it is."""


class DatabaseUnsupportedError(RequestError, kind="database_unsupported"):
    """The bench keeps its sites in another database than MariaDB, such as PostgreSQL."""


class StepFailedError(RequestError, kind="step_failed"):
    """A step failed for a reason of its own; data.step says which."""


class RequestTimeoutError(RequestError, kind="timeout"):
    """The request's time was over, waiting in the queue included."""


class RequestCancelledError(RequestError, kind="cancelled"):
    """The request was cancelled."""


class QueueFullError(RequestError, kind="queue_full"):
    """As many provisions wait as may, or more is in flight than may be."""


class ShuttingDownError(RequestError, kind="shutting_down"):
    """tenantd is ending and takes no new work."""

# end of what is generated


def request_error(error: object) -> RequestError:
    """The exception for the `error` member of a reply, whatever its shape."""
    body = error if isinstance(error, dict) else {}
    data = body.get("data")
    data = data if isinstance(data, dict) else {}
    code, message = body.get("code"), body.get("message")
    return RequestError.kinds.get(str(data.get("kind")), RequestError)(
        code if isinstance(code, int) else -32603,
        message if isinstance(message, str) else "tenantd answered with a malformed error.",
        data,
    )
