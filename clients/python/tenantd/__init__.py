"""Provision Frappe/ERPNext tenants through tenantd: `Tenantd` for threads, `AsyncTenantd` for
asyncio. See README.md for a first call."""

from ._async import AsyncJob, AsyncTenantd
from ._client import Job, Tenantd
from ._errors import (
    BenchUnreachableError,
    BenchUnprovenError,
    DatabaseDeniedError,
    DatabaseUnavailableError,
    DatabaseUnsupportedError,
    DisconnectedError,
    DockerUnavailableError,
    EmailInUseError,
    FieldError,
    InvalidParamsError,
    NoSuchSiteError,
    QueueFullError,
    RefusedError,
    RequestCancelledError,
    RequestError,
    RequestTimeoutError,
    ServiceNotFoundError,
    ShuttingDownError,
    SiteExistsError,
    StartError,
    StepFailedError,
    TenantdError,
)
from ._process import VERSION as __version__
from ._results import (
    Bench,
    CleanupReport,
    Dropped,
    NotDropped,
    Plan,
    Progress,
    RunningJob,
    Selection,
    ServiceStatus,
    Signup,
    StepTime,
    Tenant,
    TenantStatus,
)

__all__ = [
    "AsyncJob", "AsyncTenantd", "Bench", "BenchUnreachableError", "CleanupReport",
    "BenchUnprovenError",
    "DatabaseDeniedError", "DatabaseUnavailableError", "DatabaseUnsupportedError",
    "DisconnectedError",
    "DockerUnavailableError", "Dropped", "EmailInUseError", "FieldError", "InvalidParamsError",
    "Job", "NoSuchSiteError", "NotDropped", "Plan", "Progress", "QueueFullError",
    "RefusedError",
    "RequestCancelledError", "RequestError", "RequestTimeoutError", "RunningJob", "Selection",
    "ServiceNotFoundError", "ServiceStatus", "ShuttingDownError", "Signup", "SiteExistsError",
    "StartError", "StepFailedError", "StepTime", "Tenant", "TenantStatus", "Tenantd",
    "TenantdError", "__version__",
]
