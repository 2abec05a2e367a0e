# What a child of the fork server does with its order, which is for something that runs code of the
# bench's apps: none of these children gets root credentials.
from typing import Any

import frappe

from . import children, every, folder, methods, secrecy, server  # noqa: F401
from .methods import Method
from .wire import JSON, Trouble

LOCK_SECONDS = 5
"""Killed processes take a moment to let go of a site."""


def obey(work: children.Work) -> None:
    """The whole life of such a child: its first order says what it is for."""
    order = work.receive()
    if order is None:
        return
    ordered, params = methods.ORDERS[order["run"]], order["params"]
    if ordered.hot:
        ordered.run(params, work)
        return
    secrets = secrecy.secrets_in(params)
    work.send(children.work(lambda: carry_out(ordered, params, work.emit), secrets))


def carry_out(ordered: Method, params: JSON, emit: methods.Emit) -> Any:
    """At the site, with its lock, where the order is to work on one. After a failure the process's
    end lets go: Frappe has put aside at the site what is still to be told of it."""
    if ordered.locks is None:
        return ordered.run(params, emit)
    site = params[ordered.locks]
    folder.reconnect(site)
    if not server.lock(frappe.db, "site", site, wait=LOCK_SECONDS):
        raise Trouble("site_held", f"{site} is held by another session.", site=site)
    result = ordered.run(params, emit)
    frappe.destroy()
    return result
