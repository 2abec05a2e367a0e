# `python -m tenantd`: one command, one JSON document on standard output, progress and sentences on
# standard error, an exit code for each kind of error.
from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from ._client import Job, Tenantd
from ._errors import RequestCancelledError, RequestError, TenantdError
from ._progress import ProgressLine

T = TypeVar("T")

# generated: exit codes (by .ci/generate, from `tenantd describe`)
OF_KINDS = {
    "invalid_params": 10, "site_exists": 11, "email_in_use": 12, "no_such_site": 13,
    "docker_unavailable": 14, "service_not_found": 15, "bench_unreachable": 16,
    "database_unavailable": 17, "database_denied": 18, "step_failed": 19, "timeout": 20,
    "cancelled": 21, "queue_full": 22, "shutting_down": 23, "database_unsupported": 24,
    "bench_unproven": 25, "refused": 26, "site_busy": 27, "not_a_tenant": 28, "suspended": 29,
    "over_limit": 30,
}
# end of what is generated

#: The same table as tenantctl's. A kind that is not here ends with 1.
EXIT_CODES = {"start_failed": 3, "disconnected": 3, **OF_KINDS}
#: A clean-up that was carried out, but not all of it.
PARTLY = 4
INTERRUPTED = 130


class _UsageError(Exception):
    """Said before tenantd is asked for anything; ends with 2, as argparse does."""


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tenantd", description="Provision Frappe/ERPNext tenants through tenantd."
    )
    parser.add_argument("--binary", help="tenantd; else TENANTD_BINARY, else `tenantd` on the PATH")
    parser.add_argument(
        "--sandbox", metavar="", help="or --sandbox=FOLDER: a bench in a temporary folder, or in"
        " FOLDER: no Docker needed",
    )
    parser.add_argument("--verbose", action="store_true", help="tenantd's log on standard error")
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser(
        "provision", help="make a tenant",
        epilog="The password comes from --password-file or the environment's TENANT_PASSWORD, never"
        " from an argument, which others can read. Absent: a strong one is made.",
    )
    make.add_argument("--organization", required=True)
    make.add_argument("--email", required=True)
    make.add_argument("--full-name", help="else the address")
    make.add_argument("--subdomain", help="else derived from the organization")
    make.add_argument("--plan")
    make.add_argument("--key", help="an idempotency key: again, it answers with the same tenant")
    make.add_argument("--timeout", type=float, help="seconds")
    make.add_argument("--password-file", metavar="FILE", help="- for standard input")
    look = commands.add_parser("status", help="the service, or one tenant")
    look.add_argument("site", nargs="?")
    drop = commands.add_parser("cleanup", help="drop tenants; Ctrl-C while it waits stops it")
    drop.add_argument("sites", nargs="*", metavar="site")
    drop.add_argument("--pattern", help="a glob, in quotes")
    drop.add_argument("--orphans", action="store_true", help="also what dead provisions left")
    drop.add_argument("--force", action="store_true", help="also sites not made by tenantd")
    drop.add_argument("--dry-run", action="store_true", help="only tell")
    drop.add_argument("--delay", type=float, metavar="SECONDS", help="before the first one [5]")
    return parser


def _password(file: str | None) -> str | None:
    """The whole file but its last line end."""
    if file is None:
        return os.environ.pop("TENANT_PASSWORD", None)
    try:
        if file == "-":
            text = sys.stdin.read()
        else:
            with open(file, encoding="utf-8", newline="") as stream:
                text = stream.read()
    except (OSError, UnicodeDecodeError) as error:
        raise _UsageError(f"The password cannot be read from {file}: {error}") from error
    password = text.removesuffix("\n").removesuffix("\r")
    if not password:
        raise _UsageError(f"There is no password in {file}.")
    return password


def _finish(job: Job[T], line: ProgressLine) -> T:
    """The result of a job whose progress is shown; Ctrl-C undoes it and waits until that is so."""
    try:
        for progress in job:
            line.show(progress)
        return job.result()
    except KeyboardInterrupt:
        line.say("Undoing …")
        job.cancel()
        return job.result()
    finally:
        line.clear()


def _provision(tenantd: Tenantd, given: argparse.Namespace, line: ProgressLine) -> Any:
    tenant = _finish(
        tenantd.provisioning(
            organization_name=given.organization,
            full_name=given.full_name or given.email,
            email=given.email, password=given.password, subdomain=given.subdomain,
            plan=given.plan, idempotency_key=given.key, timeout=given.timeout,
        ),
        line,
    )
    for warning in tenant.warnings:
        print(f"Warning: {warning}", file=sys.stderr)
    return tenant.json


def _status(tenantd: Tenantd, given: argparse.Namespace, line: ProgressLine) -> Any:
    return tenantd.call("status", {"site": given.site} if given.site else {})


def _cleanup(tenantd: Tenantd, given: argparse.Namespace, line: ProgressLine) -> Any:
    def job(dry_run: bool) -> Job[Any]:
        return tenantd.cleaning(
            sites=given.sites or None, pattern=given.pattern, orphans=given.orphans or None,
            force=given.force or None, dry_run=dry_run or None, delay=given.delay,
        )

    if line.is_on and not given.dry_run:
        for entry in _finish(job(dry_run=True), line).dropped:
            print(f"to be dropped: {entry.kind} {entry.name}", file=sys.stderr)
    return _finish(job(given.dry_run), line).json


def _print(document: Any) -> None:
    text = json.dumps(document, ensure_ascii=False, indent=2)
    # Some line readers split at these.
    print(text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


def _fail(error: TenantdError) -> int:
    print(f"tenantd: {error}", file=sys.stderr)
    if error.advice:
        print(error.advice, file=sys.stderr)
    if isinstance(error, RequestError):
        _print({"error": {"code": error.code, "message": str(error), "data": dict(error.data)}})
    else:
        _print({"error": {"message": str(error), "data": {"kind": error.kind}}})
    return EXIT_CODES.get(error.kind, 1)


def main(words: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    words = sys.argv[1:] if words is None else words
    # As tenantd has it: --sandbox takes a value behind `=` only, and never the command's name.
    given = _arguments().parse_args(["--sandbox=" if w == "--sandbox" else w for w in words])
    run: Callable[[Tenantd, argparse.Namespace, ProgressLine], Any] = {
        "provision": _provision, "status": _status, "cleanup": _cleanup,
    }[given.command]
    if given.verbose:
        logging.basicConfig(format="%(levelname)s: %(message)s", level=logging.DEBUG)
    else:
        logging.getLogger("tenantd").addHandler(logging.NullHandler())
    sandbox = given.sandbox or given.sandbox is not None
    try:
        if given.command == "provision":
            given.password = _password(given.password_file)
        with Tenantd(given.binary, sandbox=sandbox) as tenantd:
            result = run(tenantd, given, ProgressLine(sys.stderr))
    except _UsageError as error:
        print(error, file=sys.stderr)
        return 2
    except RequestCancelledError as error:
        _fail(error)
        return INTERRUPTED
    except TenantdError as error:
        return _fail(error)
    except KeyboardInterrupt:
        _print({"error": {"message": "Interrupted.", "data": {"kind": "cancelled"}}})
        return INTERRUPTED
    _print(result)
    return PARTLY if given.command == "cleanup" and result["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
