# Rows of workspaces that are set up: a standby of a profile, its first page, a copy of the profile's
# template, and that template made while a customer waits.
from __future__ import annotations

import time
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from bench import Bench
from report import NotRun, Row, duration, median, not_run, percentile, summary
from signup_rows import Paths
from signups import POOL, Signups, settle
from wire import JSON

COUNTRY = "DE"
READY = "signup with a country, standby of its profile, p50"
PAGE = "its first page, logged in by the link of the answer, p50"
EMPTY = "signup with a country, pool empty, profile's template there, p50"
MADE = "signup with a country that nobody asked for before, p50"
KINDS = "USD INR JPY NOK CHF AUD CAD DKK HUF PLN".split()
"""Currencies that are not that country's: a profile each that nobody asks for. Templates of theirs
stay until nobody has asked for them for a week; until then no more can be measured with them."""


def rows(bench: Bench, signups: Signups, rounds: int) -> list[Row]:
    ready, empty, made = Paths("standby"), Paths("copy"), Paths("wizard")
    pages: list[float] = []
    setup: JSON = {}
    own = {"TENANTD_COUNTRY": COUNTRY}
    with bench.start(POOL, own) as pooled, bench.start(0, own) as bare:
        settle(bare, 0)
        settle(pooled, limit=1800)
        for round in range(rounds):
            for _ in range(5):
                settle(pooled)
                tenant, seconds = sign_up(signups, pooled, login=True)
                ready.add(tenant, seconds)
                setup = tenant["setup"]
                if bench.folder:  # the sandbox's web server has no desk
                    pages.append(first_page(bench, tenant))
            settle(pooled)
            for _ in range(3):
                empty.add(*sign_up(signups, bare))
            kind = KINDS[round % len(KINDS)]
            made.add(*sign_up(signups, bare, currency=kind, timeout=1800))
            signups.remove(bare)
    is_erpnext = "sandbox" not in bench.name and "company" in setup
    limits = (0.20, 0.35, 2.5, 30.0) if is_erpnext else (0.06, 0.2, 2.5, 30.0)
    found = [
        row(READY, ready, f"p50 ≤ {limits[0]:.2f} s, p95 ≤ {limits[1]:.2f} s", limits[:2]),
        page_row(pages),
        row(EMPTY, empty, f"p50 ≤ {limits[2]} s", (limits[2], float("inf"))),
        row(MADE, made, f"p50 ≤ {limits[3]:.0f} s", (limits[3], float("inf"))),
    ]
    if "company" not in setup:
        found[-1].note += "; without ERPNext there is no company in it"
    return found


def sign_up(signups: Signups, wire: Any, **more: Any) -> tuple[JSON, float]:
    result, seconds = wire.call("provision", **signups.order(), **more)
    assert isinstance(result, dict)
    return result, seconds


def first_page(bench: Bench, tenant: JSON) -> float:
    """What a browser does with the link: the seconds until it has the page that it is led to."""
    address = urlsplit(bench.web())
    start = time.perf_counter()
    path, cookie, hops = tenant["login"]["url"].partition(tenant["site"])[2].partition("/")[2], "", 0
    path = "/" + path
    while True:
        connection = HTTPConnection(address.hostname or "127.0.0.1", address.port or 80, timeout=60)
        try:
            connection.request("GET", path, headers={"Host": tenant["site"], "Cookie": cookie})
            answer = connection.getresponse()
            answer.read()
        finally:
            connection.close()
        for value in answer.headers.get_all("Set-Cookie") or []:
            if value.startswith("sid="):
                cookie = value.split(";")[0]
        hops += 1
        if answer.status not in (301, 302, 303, 307) or hops > 5:
            break
        target = urlsplit(answer.headers["Location"])
        path = target.path + (f"?{target.query}" if target.query else "")
    if answer.status != 200 or "sid=Guest" in cookie or not cookie:
        raise NotRun(f"the link of {tenant['site']} ended at {path} with {answer.status}")
    return time.perf_counter() - start


def page_row(samples: list[float]) -> Row:
    needed = "p50 ≤ 0.5 s"
    if not samples:
        return not_run("workspace", PAGE, "a sandbox has no desk", needed)
    p50 = median(samples)
    note = f"p95 {duration(percentile(samples, 95))}, n={len(samples)}"
    return Row(
        "workspace", PAGE, tenantd=duration(p50), needed=needed, met=p50 <= 0.5, note=note,
        figures=summary(samples),
    )  # fmt: skip


def row(what: str, paths: Paths, needed: str, limits: tuple[float, float]) -> Row:
    """By nothing but the seconds: today's script sets no workspace up."""
    found = paths.row(what, [], needed, (*limits, 0))
    found.group = "workspace"
    if paths.seconds:
        p50, p95 = median(paths.seconds), percentile(paths.seconds, 95)
        found.met = p50 <= limits[0] and p95 <= limits[1]
    return found
