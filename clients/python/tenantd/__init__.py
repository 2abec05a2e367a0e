"""Provision Frappe/ERPNext tenants through tenantd: `Tenantd` for threads, `AsyncTenantd` for
asyncio. See README.md for a first call."""

from ._async import AsyncJob, AsyncTenantd
from ._client import Job, Tenantd
from ._errors import DisconnectedError, FieldError, RequestError, StartError, TenantdError
# generated: imports (by .ci/generate, from `tenantd describe`)
from ._errors import (
    BenchUnprovenError,
    BenchUnreachableError,
    DatabaseDeniedError,
    DatabaseUnavailableError,
    DatabaseUnsupportedError,
    DockerUnavailableError,
    EmailInUseError,
    InvalidParamsError,
    NoSuchSiteError,
    NotATenantError,
    OverLimitError,
    QueueFullError,
    RefusedError,
    RequestCancelledError,
    RequestTimeoutError,
    ServiceNotFoundError,
    ShuttingDownError,
    SiteBusyError,
    SiteExistsError,
    StepFailedError,
    SuspendedError,
)
# end of what is generated
from ._life import Excess, Keys, LifeChange, PlanChange, Usage
from ._login import Login
from ._process import VERSION as __version__
from ._results import (
    Bench,
    CleanupReport,
    Dropped,
    NotDropped,
    Page,
    Plan,
    Progress,
    Query,
    RunningJob,
    Selection,
    ServiceStatus,
    Signup,
    StepTime,
    Tenant,
    TenantState, TenantStatus,
)

__all__ = [
    "AsyncJob", "AsyncTenantd", "Bench", "CleanupReport", "DisconnectedError", "Dropped",
    "Excess", "FieldError", "Job", "Keys", "LifeChange", "Login", "NotDropped", "Page", "Plan",
    "PlanChange", "Progress", "Query", "RequestError", "RunningJob", "Selection", "ServiceStatus",
    "Signup", "StartError", "StepTime", "Tenant", "TenantState", "TenantStatus", "Tenantd",
    "TenantdError", "Usage", "__version__",
]
# generated: exports (by .ci/generate, from `tenantd describe`)
__all__ += [
    "BenchUnprovenError", "BenchUnreachableError", "DatabaseDeniedError",
    "DatabaseUnavailableError", "DatabaseUnsupportedError", "DockerUnavailableError",
    "EmailInUseError", "InvalidParamsError", "NoSuchSiteError", "NotATenantError", "OverLimitError",
    "QueueFullError", "RefusedError", "RequestCancelledError", "RequestTimeoutError",
    "ServiceNotFoundError", "ShuttingDownError", "SiteBusyError", "SiteExistsError",
    "StepFailedError", "SuspendedError",
]
# end of what is generated
