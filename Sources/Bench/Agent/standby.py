# A hot child holds one finished site: connected, rehearsed, and waiting for its customer.
import gc
import json
import os
import select
from typing import Any, Callable

import frappe

from . import caches, claim, config, folder, index, prepare, server, wire
from .owner import apply_settings, insert_owner, prove_keys
from .wire import JSON, Trouble

PING_SECONDS = 20.0
REHEARSAL = "rehearsal@tenantd.invalid"


def hold(
    params: JSON,
    credentials: server.Credentials,
    commands: int,
    send: Callable[[JSON], None],
    work: Callable[[Callable[[], Any]], JSON],
) -> None:
    """Runs in a child for as long as the standby waits. `send` writes to the agent; `work` turns a
    function's result or error into an answer. Ends with the claim that succeeds, with the agent,
    or when the site or its connection is lost."""
    first = work(lambda: begin(params, credentials))
    send(first)
    if "error" in first:
        return
    hidden, inode = first["result"]["hidden"], os.stat(first["result"]["hidden"]).st_ino
    lines = wire.Lines()
    while True:
        if not select.select([commands], [], [], PING_SECONDS)[0]:
            if not is_whole(hidden, inode):
                return
            continue
        data = os.read(commands, 1 << 16)
        if not data:
            return
        for text in lines.feed(data):
            order = json.loads(text)
            if not is_whole(hidden, inode):
                lost = Trouble("standby_lost", f"The standby {hidden} is not whole any more.")
                send({"error": lost.error(), "lost": True})
                return
            answer = work(
                lambda: claim.sign_up(order, lambda event: send({"event": event}))
            )
            # Told with the answer: what may have been committed is nobody's standby any more.
            if "error" in answer and not is_whole(hidden, inode):
                answer["lost"] = True
            send(answer)
            if "result" in answer or "lost" in answer:
                return
            rehearse(params)


def begin(params: JSON, credentials: server.Credentials) -> JSON:
    """Copies a new site, or takes over one that a session before this one has left; then takes
    the site's lock on the very connection that will make the signup, and rehearses."""
    os.nice(5)  # customers first
    if adopted := params.get("hidden"):
        folder.reconnect(adopted)
        hidden: str = adopted
    else:
        hidden = copy_one(params, credentials)
    if not server.lock(frappe.db, "site", hidden):
        raise Trouble("step_failed", f"{hidden} is held by another session.")
    check_whole(hidden)
    folder.mark(hidden, state="standby", session=params["session"])
    rehearse(params)
    prepare.warm_template(params["apps"])
    return {"hidden": hidden}


def copy_one(params: JSON, credentials: server.Credentials) -> str:
    """One refill at a time on a bench, counted again when it is this one's turn: several tenantd
    together do not overfill the pool."""
    root = server.connect(credentials)
    if not server.lock(root, "refill", config.bench_id()):
        raise Trouble("pool_busy", "Another tenantd is refilling the pool.")
    sites = index.bench
    sites.refresh()
    if sum(r["state"] == "standby" for r in sites.records()) >= params["size"]:
        raise Trouble("pool_busy", "The pool is full.")
    made = prepare.prepare(params, credentials, lambda event: None)
    if made["path"] != "copy":
        raise Trouble("step_failed", "The template could not be copied.")
    folder.mark(made["hidden"], state="standby")
    root.close()
    return str(made["hidden"])


def check_whole(hidden: str) -> None:
    """What a customer must find; a standby that fails it is dropped and replaced."""
    for doctype in ("User", "System Settings", "Role"):
        if not frappe.db.exists("DocType", doctype):
            raise Trouble("step_failed", f"{hidden} is not whole: it has no DocType {doctype}.")
    if frappe.db.exists("User", {"user_type": "System User", "name": ["!=", "Administrator"]}):
        raise Trouble("step_failed", f"{hidden} has a user already.")


def is_whole(hidden: str, inode: int) -> bool:
    """The folder is the same one, the connection stands, and the lock is still this one's."""
    try:
        if os.stat(hidden).st_ino != inode or config.read(hidden) is None:
            return False
        holder = frappe.db.sql(
            "SELECT IS_USED_LOCK(%s) = CONNECTION_ID()", (server.lock_name("site", hidden),)
        )
        frappe.db.rollback()
        return bool(holder[0][0])
    except Exception:
        return False


def rehearse(params: JSON) -> None:
    """A whole signup that is rolled back: it loads the modules, the metadata and the caches that
    the real one will need, and leaves nothing in the database."""
    order = {
        "fullName": "Rehearsal Owner",
        "email": REHEARSAL,
        "password": os.urandom(12).hex(),
        "organisation": "Rehearsal",
        "plan": {"name": "free", "users": 1, "storageGB": 1},
        "settings": params["settings"],
    }
    try:
        with caches.clearing_put_off():
            key, secret = os.urandom(32).hex(), os.urandom(32).hex()
            user = insert_owner(order, key, secret)
            apply_settings(order)
            prove_keys(user, key, secret)
    finally:
        frappe.db.rollback()
        caches.clear()
        caches.warm()
        caches.load()
        # What is there now stays: no garbage collection needs to look at it during the signup.
        gc.collect()
        gc.freeze()
