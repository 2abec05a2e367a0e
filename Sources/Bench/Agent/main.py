# The agent's main loop: messages in, children out. It never touches the database or waits for
# anything but its descriptors, so that a quick request is answered whatever the jobs are doing.
import gc
import importlib
import math
import os
import select
import signal
import sys
import time
from typing import Any

from . import wire

PRELOADED = (
    "frappe.auth",
    "frappe.installer",
    "frappe.core.doctype.comment.comment",
    "frappe.core.doctype.docshare.docshare",
    "frappe.core.doctype.has_role.has_role",
    "frappe.core.doctype.system_settings.system_settings",
    "frappe.core.doctype.user.user",
    "frappe.core.doctype.user_social_login.user_social_login",
    "frappe.core.doctype.user_type.user_type",
    "frappe.core.doctype.version.version",
    "frappe.desk.doctype.notification_settings.notification_settings",
    "frappe.database.mariadb.setup_db",
    "frappe.utils.background_jobs",
    "frappe.utils.global_search",
    "frappe.utils.password",
    "frappe.website.router",
)
"""What each job's child would import otherwise."""
LONGEST_WAIT = 3600.0
"""Seconds; then the loop looks again. A limit of 1e308 would be no number of milliseconds."""


def main() -> None:
    """Owns the real standard output; what Frappe or a library prints goes to standard error."""
    output = os.dup(1)
    os.dup2(2, 1)
    # What is imported here leaves nothing in the bench's folders.
    sys.dont_write_bytecode = True
    enter_bench()
    from . import agent as agents
    from . import forkserver, guard

    server = forkserver.ForkServer(close=[output])
    guard.close()
    wake_reader, wake_writer = os.pipe()
    os.set_blocking(wake_writer, False)
    signal.set_wakeup_fd(wake_writer)
    ended = False

    def end(number: int, frame: Any) -> None:
        nonlocal ended
        ended = True

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, end)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)  # the loop wakes up
    agent = agents.Agent(output, [0, output, wake_reader, wake_writer], server)
    lines = wire.Lines()
    try:
        while not ended:
            ready = readable([0, wake_reader, *agent.descriptors()], agent.wait())
            if wake_reader in ready:
                os.read(wake_reader, 512)
            agent.attend(ready, time.monotonic())
            if 0 in ready:
                data = os.read(0, 1 << 16)
                if not data:
                    break
                for text in lines.feed(data):
                    agent.serve(text)
            ended = ended or agent.ending
    except wire.SessionOver as error:
        print(f"tenantd agent: {error}", file=sys.stderr)
    finally:
        agent.end()
    sys.stderr.flush()
    os._exit(0)


def readable(descriptors: list[int], seconds: float | None) -> set[int]:
    """Those that have something to read or have ended. Not `select`, which ends at 1,024."""
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    found = poll.poll(None if seconds is None else math.ceil(min(seconds, LONGEST_WAIT) * 1000))
    return {descriptor for descriptor, _ in found}


def enter_bench() -> None:
    """Goes to the bench's `sites`, where Frappe expects to run, and imports Frappe once. The
    bench's folder is the argument, or else the folder that the launcher started in. A second argument
    names a module that makes the folder first."""
    for name in sys.argv[2:]:
        maker = importlib.import_module(name)
        try:
            maker.create(sys.argv[1])
        except (OSError, maker.Refused) as error:
            raise SystemExit(f"tenantd agent: the bench cannot be made: {error}") from error
    try:
        os.chdir(os.path.join(*sys.argv[1:2], "sites"))
    except OSError as error:
        raise SystemExit(f"tenantd agent: {os.getcwd()} is not a bench: {error}") from error
    try:
        from . import agent  # noqa: F401
    except ImportError as error:
        raise SystemExit(f"tenantd agent: this Python cannot import Frappe: {error}") from error
    for name in PRELOADED:
        try:
            importlib.import_module(name)
        except ImportError:
            pass  # another version has it elsewhere, and imports it when it is needed
    # A child shares this process's memory until it is written to: keep the collector off it.
    gc.collect()
    gc.freeze()
