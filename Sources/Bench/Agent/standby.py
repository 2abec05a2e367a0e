# A hot child holds one finished site: connected, rehearsed, and waiting for its customer.
import gc
import os
import select

import frappe

from . import caches, children, claim, config, folder, index, prepare, server, wire
from .children import Work
from .owner import apply_settings, insert_owner, prove_keys
from .wire import JSON, Trouble

PING_SECONDS = 20.0
REHEARSAL = "rehearsal@tenantd.invalid"


def hold(params: JSON, work: Work) -> None:
    """Runs in a child for as long as the standby `hidden` waits. Ends with the claim that
    succeeds, with the agent, or when the site or its connection is lost."""
    first = children.work(lambda: begin(params), wire.secrets_in(params))
    work.send(first)
    if "error" in first:
        return
    hidden = params["hidden"]
    inode = os.stat(hidden).st_ino
    while True:
        if not work.waiting and not select.select([work.descriptor], [], [], PING_SECONDS)[0]:
            if not is_whole(hidden, inode):
                return
            continue
        order = work.receive()
        if order is None:
            return
        if not is_whole(hidden, inode):
            lost = Trouble("standby_lost", f"The standby {hidden} is not whole any more.")
            work.send({"error": lost.error(), "lost": True})
            return
        answer = children.work(lambda: claim.sign_up(order, work.emit), wire.secrets_in(order))
        # Told with the answer: what may have been committed is nobody's standby any more.
        if "error" in answer and not is_whole(hidden, inode):
            answer["lost"] = True
        work.send(answer)
        if "result" in answer or "lost" in answer:
            return
        rehearse(params)


def begin(params: JSON) -> JSON:
    """Takes the site's lock on the very connection that will make the signup, and rehearses."""
    os.nice(5)  # customers first
    hidden: str = params["hidden"]
    folder.reconnect(hidden)
    if not server.lock(frappe.db, "site", hidden):
        raise Trouble("step_failed", f"{hidden} is held by another session.")
    check_whole(hidden)
    folder.mark(hidden, state="standby", session=params["session"])
    rehearse(params)
    prepare.warm_template(params.get("template"))
    return {"hidden": hidden}


def copy_one(params: JSON, credentials: server.Credentials, work: Work) -> JSON:
    """Runs with root. One refill at a time on a bench, counted again when it is this one's turn:
    several tenantd together do not overfill the pool."""
    os.nice(5)  # customers first
    root = server.connect(credentials)
    if not server.lock(root, "refill", config.bench_id()):
        raise Trouble("pool_busy", "Another tenantd is refilling the pool.")
    sites = index.bench
    sites.glance()
    if len(sites.of_state("standby")) >= params["size"]:
        raise Trouble("pool_busy", "The pool is full.")
    made = prepare.prepare(params, credentials, work)
    folder.mark(made["hidden"], state="standby")
    root.close()
    return {"hidden": made["hidden"]}


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
