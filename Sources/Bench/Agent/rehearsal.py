# A rehearsal: a whole signup in a standby, which is undone. It loads what the real one will need.
# Where it is not undone whole, because an app's hook will not have it so, there are no more of them.
import gc
import os

import frappe

from . import caches, config, folder, held, optional, server, snapshot, workspace
from .owner import insert_owner, prove_keys
from .watch import Watch
from .wire import JSON, Trouble

OWNER = "rehearsal@tenantd.invalid"


def prepare(hidden: str, params: JSON) -> snapshot.Snapshot:
    """Makes a standby ready for its customer. Returns what it is, before and after.
    Raises `rehearsal_off` when it is not what it was: the site is of no use then, and the next one
    is not rehearsed."""
    before = snapshot.take(hidden)
    if reason_for_none(params.get("templateSite")):
        warm()
        return before
    try:
        trouble = rehearse(hidden, params, before)
    finally:
        warm()
    if trouble:
        sentence = f"Standbys are made without rehearsals from now on: in one, {trouble}."
        forbid(params.get("templateSite"), sentence)
        folder.mark(hidden, state="broken")
        raise Trouble("rehearsal_off", sentence)
    return before


def rehearse(hidden: str, params: JSON, before: snapshot.Snapshot) -> str | None:
    """What was wrong with it, beginning with the hook where that is known."""
    order = {
        "fullName": "Rehearsal Owner",
        "owner": OWNER,
        "password": os.urandom(12).hex(),
        "organization": "Rehearsal",
        "plan": {"name": "free", "users": 1, "storageGB": 1},
        "settings": params["settings"],
        "optional": params.get("optional"),
        "roles": params.get("roles"),
    }
    hold, watch, raised = held.Held(), Watch(hidden), ""
    try:
        with caches.clearing_put_off(), hold, watch:
            key, secret = os.urandom(32).hex(), os.urandom(32).hex()
            setup = workspace.fill(hidden, order)
            user, _ = insert_owner(order, key, secret, setup)
            optional.settings(order)
            workspace.check(hidden)
            prove_keys(user, key, secret)
    except Exception as error:
        if server.trouble(error) or (isinstance(error, OSError) and not watch.outside):
            raise  # the database's or the machine's, and another time there may be none
        raised = f"{watch.raiser(error)} raised {type(error).__name__}"
    difference = snapshot.take(hidden).difference(before)
    if watch.outside:
        return watch.outside[0]
    if watch.seen and (difference or not hold.is_whole):
        return watch.seen[0]
    if difference:
        return f"{hooks()} left {difference}"
    return raised or (None if hold.is_whole else f"{hooks()} ended the transaction")


def hooks() -> str:
    """Those that a signup runs, when it cannot be told which of them it was."""
    events = frappe.get_doc_hooks()
    found = [
        handler
        for doctype in ("User", "*")
        for handlers in events.get(doctype, {}).values()
        for handler in handlers
        if not handler.startswith("frappe.")
    ]
    return " or ".join(dict.fromkeys(found)) or "Frappe"


def reason_for_none(template: str | None) -> str | None:
    """Kept with the template, so that it is as old as its build."""
    mark = ((config.read(template) if template else None) or {}).get("tenantd") or {}
    reason = mark.get("unrehearsed")
    return str(reason) if reason else None


def forbid(template: str | None, sentence: str) -> None:
    if template:
        folder.mark(template, unrehearsed=sentence)


def warm() -> None:
    """What is there now stays: no garbage collection needs to look at it during the signup."""
    caches.clear()
    caches.warm()
    caches.load()
    gc.collect()
    gc.freeze()
