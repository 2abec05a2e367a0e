# What the methods take and answer, as Python values. Unknown members stay readable in `json`.
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict

from ._login import Login

# generated: states (by .ci/generate, from `tenantd describe`)
TenantState = Literal[
    "provisioning", "active", "suspended", "preparing", "ready", "claiming", "dropping", "standby",
    "template", "foreign", "broken", "alias",
]
# end of what is generated


class _Owner(TypedDict):
    organization_name: str
    full_name: str
    email: str


class Signup(_Owner, total=False):
    """The keywords of `provision`. A `None` counts as left out.

    password: 12 characters or more; absent: a strong one is made and returned once.
    subdomain: absent: derived from the organisation. plan: absent: the first one.
    idempotency_key: the same key again answers with the same tenant, never a second one.
    timeout: seconds for the whole request.
    country: of the workspace, two letters or Frappe's name; absent: what tenantd is set to, or none.
    currency, language, time_zone, chart_of_accounts, fiscal_year_start (MM-DD): absent: the country's.
    company_name, abbreviation: absent: the organisation's name, and its initials.
    login: True, or {"expires": seconds}: the answer has a link that logs the owner in once.
    """

    password: str | None
    subdomain: str | None
    plan: str | None
    country: str | None
    currency: str | None
    language: str | None
    time_zone: str | None
    chart_of_accounts: str | None
    fiscal_year_start: str | None
    company_name: str | None
    abbreviation: str | None
    login: bool | dict[str, int] | None
    idempotency_key: str | None
    timeout: float | None


class Selection(TypedDict, total=False):
    """The keywords of `cleanup`: `sites`, `pattern`, `orphans` or `pool` say what to drop.

    pattern: a glob for site names or subdomains. orphans: also what dead provisions left.
    pool: also the standby pool and its template; it stays empty until tenantd's next start.
    force: with `sites`: also sites that tenantd did not make. dry_run: only tell.
    delay: seconds before the first deletion, in which it can be cancelled; absent: 5.
    """

    sites: list[str] | None
    pattern: str | None
    orphans: bool | None
    pool: bool | None
    force: bool | None
    dry_run: bool | None
    delay: float | None


class Query(TypedDict, total=False):
    """The keywords of `tenants`; what is left out fits all.

    owner: an address, without regard to case. pattern: a glob for names or subdomains.
    search: words that name, organisation or owner must hold. sort: site (absent) or created.
    limit: how many a page, 1 to 1000; absent: 100.
    """

    state: str | None
    plan: str | None
    owner: str | None
    pattern: str | None
    search: str | None
    sort: str | None
    descending: bool | None
    limit: int | None


@dataclass(frozen=True)
class Plan:
    """A plan and its limits; None is unlimited."""

    name: str
    users: int | None
    storage_gb: int | None
    #: Further ones by name, such as `apiCalls` a day.
    limits: Mapping[str, int | None] = field(default_factory=dict, hash=False)

    @classmethod
    def of(cls, json: Mapping[str, Any]) -> Plan:
        return cls(json["name"], json["users"], json["storageGB"], json.get("limits") or {})


@dataclass(frozen=True)
class StepTime:
    step: int
    title: str
    seconds: float


@dataclass(frozen=True)
class Progress:
    """A stage of a request. `state` is started, done, warning, restarted (everything was undone and
    begins again), failed, or waiting (then `seconds` is how long the clean-up waits, and there is no
    site and no step yet)."""

    state: str
    of: int
    site: str | None = None
    step: int | None = None
    title: str | None = None
    seconds: float | None = None
    message: str | None = None

    @classmethod
    def of_json(cls, json: Mapping[str, Any]) -> Progress:
        known = ("state", "of", "site", "step", "title", "seconds", "message")
        return cls(**{name: json[name] for name in known if name in json})


@dataclass(frozen=True)
class Tenant:
    """A new workspace. Its secrets are left out of `repr`, so that they reach no log by chance."""

    site: str
    url: str
    user: str
    api_key: str = field(repr=False)
    api_secret: str = field(repr=False)
    #: Only when tenantd made it.
    password: str | None = field(repr=False)
    plan: Plan
    #: Whether the tenant was there already and only has new keys.
    reissued: bool
    #: Where the site came from: standby, copy, wizard or install; None for a reissue.
    path: str | None
    steps: tuple[StepTime, ...]
    warnings: tuple[str, ...]
    seconds: float
    json: Mapping[str, Any] = field(repr=False, compare=False)
    #: `state` is done, with company, country, currency and more, or wizard.
    setup: Mapping[str, str] = field(default_factory=dict)
    roles: tuple[str, ...] = ()
    #: Only when it was asked for.
    login: Login | None = None

    @classmethod
    def of(cls, json: Mapping[str, Any]) -> Tenant:
        return cls(
            json["site"], json["url"], json["user"], json["apiKey"], json["apiSecret"],
            json.get("password"), Plan.of(json["plan"]), json["reissued"], json.get("path"),
            tuple(StepTime(s["step"], s["title"], s["seconds"]) for s in json["steps"]),
            tuple(json["warnings"]), json["seconds"], json, json.get("setup", {}),
            tuple(json.get("roles", ())), Login.of(json["login"]) if "login" in json else None,
        )


@dataclass(frozen=True)
class TenantStatus:
    """One tenant; protocol.md says what each `state` means."""

    site: str
    state: TenantState
    url: str | None
    plan: Plan | None
    owner: str | None
    organization: str | None
    created: str | None
    step: int | None
    seconds: float | None
    #: What its signup had to leave out.
    warnings: tuple[str, ...]
    json: Mapping[str, Any] = field(repr=False, compare=False)
    #: Of a suspended one: blocked or read_only; why, for people; since when.
    mode: str | None = None
    reason: str | None = None
    since: str | None = None

    @classmethod
    def of(cls, json: Mapping[str, Any]) -> TenantStatus:
        return cls(
            json["site"], json["state"], json.get("url"),
            Plan.of(json["plan"]) if json.get("plan") else None, json.get("owner"),
            json.get("organization"), json.get("created"), json.get("step"), json.get("seconds"),
            tuple(json.get("warnings") or ()), json, *map(json.get, ("mode", "reason", "since")),
        )


@dataclass(frozen=True)
class Page:
    """Tenants, how many fit in all, and where the next page begins."""

    tenants: tuple[TenantStatus, ...]
    total: int
    next: str | None

    @classmethod
    def of(cls, json: Mapping[str, Any]) -> Page:
        return cls(tuple(map(TenantStatus.of, json["tenants"])), json["total"], json.get("next"))


@dataclass(frozen=True)
class RunningJob:
    """A provision that runs or waits; one that waits has no step."""

    site: str
    seconds: float
    step: int | None
    title: str | None

    @classmethod
    def of(cls, json: Mapping[str, Any]) -> RunningJob:
        return cls(json["site"], json["seconds"], json.get("step"), json.get("title"))


@dataclass(frozen=True)
class Bench:
    """`state` is ready, connecting, or the kind of what is wrong: then `error` is a sentence."""

    state: str
    error: str | None
    advice: str | None
    frappe: str | None
    apps: Mapping[str, str]


@dataclass(frozen=True)
class ServiceStatus:
    """The service: its jobs, its bench, and how many tenants are in which state (None: the
    bench has told nothing yet)."""

    version: str
    uptime: float
    bench: Bench
    running: tuple[RunningJob, ...]
    queued: tuple[RunningJob, ...]
    #: `min`, `max` and `wanted`; when the bench can be asked, how many standbys are `ready` and if
    #: there is a `template`; and the last `failure`, while they cannot be made.
    pool: Mapping[str, Any]
    tenants: Mapping[str, int] | None
    json: Mapping[str, Any] = field(repr=False, compare=False)

    @classmethod
    def of(cls, json: Mapping[str, Any]) -> ServiceStatus:
        bench, jobs = json["bench"], json["jobs"]
        return cls(
            json["version"], json["uptime"],
            Bench(
                bench["state"], bench.get("error"), bench.get("advice"), bench.get("frappe"),
                bench.get("apps", {}),
            ),
            tuple(map(RunningJob.of, jobs["running"])), tuple(map(RunningJob.of, jobs["queued"])),
            json.get("pool", {}), json["tenants"], json,
        )


@dataclass(frozen=True)
class Dropped:
    """What was dropped (or would be): `kind` is site, database, folder, …."""

    kind: str
    name: str


@dataclass(frozen=True)
class NotDropped:
    """What was kept or could not be dropped, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class CleanupReport:
    dry_run: bool
    dropped: tuple[Dropped, ...]
    failed: tuple[NotDropped, ...]
    kept: tuple[NotDropped, ...]
    seconds: float
    json: Mapping[str, Any] = field(repr=False, compare=False)

    @classmethod
    def of(cls, json: Mapping[str, Any]) -> CleanupReport:
        return cls(
            json["dryRun"],
            tuple(Dropped(entry["kind"], entry["name"]) for entry in json["dropped"]),
            tuple(NotDropped(entry["name"], entry["reason"]) for entry in json["failed"]),
            tuple(NotDropped(entry["site"], entry["reason"]) for entry in json["kept"]),
            json["seconds"], json,
        )
