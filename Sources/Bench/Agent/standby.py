# A hot child holds one finished site: connected, rehearsed, and waiting for its customer.
import os
import select
import sys
import time
from typing import TYPE_CHECKING, Any

import frappe

from . import children, claim, config, folder, held, index, methods, overview, prepare, profiles
from . import rehearsal, secrecy, server, snapshot
from .children import Child, Work
from .wire import JSON, Trouble

if TYPE_CHECKING:
    from .agent import Agent

PING_SECONDS = 20.0


@methods.hot("hold")
def hold(params: JSON, work: Work) -> None:
    """Runs in a child for as long as the standby `hidden` waits. Ends with the claim that
    succeeds, with the agent, or when the site or its connection is lost."""
    standing: list[snapshot.Snapshot] = []
    first = children.work(lambda: begin(params, standing), secrecy.secrets_in(params))
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
        back = held.Held()
        answer = children.work(
            lambda: claim.sign_up(order, work.emit, back), secrecy.secrets_in(order)
        )
        # Told with the answer: what may have been committed is nobody's standby any more.
        if "error" in answer and not (
            back.is_whole and is_whole(hidden, inode) and is_as_it_was(hidden, standing[-1])
        ):
            answer["lost"] = True
            give_up(hidden)
        work.send(answer)
        if "result" in answer or "lost" in answer:
            return
        again = children.work(lambda: rehearsal.prepare(hidden, params), [])
        if "error" in again:
            print(again["error"]["message"], file=sys.stderr, flush=True)
            give_up(hidden)
            return


def is_as_it_was(hidden: str, standing: snapshot.Snapshot) -> bool:
    try:
        return not snapshot.take(hidden).difference(standing)
    except Exception:
        return False


def give_up(hidden: str) -> None:
    """Has the site dropped by whoever looks at the pool next, and adopted by nobody."""
    if not os.path.isdir(hidden):
        return  # Frappe's lock for the config would make a folder, and leave it there
    try:
        folder.mark(hidden, state="broken")
    except Exception:
        pass  # it is not there under this name: whoever undoes the job finds it


def begin(params: JSON, standing: list[snapshot.Snapshot]) -> JSON:
    """Takes the site's lock on the very connection that will make the signup, and rehearses. Adds
    to `standing` what the site is."""
    os.nice(5)  # customers first
    hidden: str = params["hidden"]
    folder.reconnect(hidden)
    if not server.lock(frappe.db, "site", hidden):
        raise Trouble("step_failed", f"{hidden} is held by another session.")
    check_whole(hidden)
    folder.mark(hidden, state="standby", session=params["session"])
    standing.append(rehearsal.prepare(hidden, params))
    prepare.warm_template(params)
    return {"hidden": hidden}


def adopt(agent: "Agent", request: Any, params: JSON) -> JSON | None:
    """With `hidden` it is there already: an earlier session has left it."""
    if not params.get("hidden"):
        return None
    start(agent, request, params)
    return methods.LATER


def copied(agent: "Agent", child: Child, params: JSON, said: JSON) -> None:
    """The copy is there: a hot child of the fork server takes it over, and answers."""
    if "error" in said:
        agent.reply(child, said)
        return
    left = max(0.0, child.deadline - time.monotonic())
    hidden = said["result"]["hidden"]
    try:
        start(agent, child.request, {**params, "timeout": left, "hidden": hidden})
    except Trouble as trouble:
        agent.reply(child, {"error": trouble.error()})


def start(agent: "Agent", request: Any, params: JSON) -> None:
    """A hot child for a site that is whole."""

    def answered(child: Child, said: JSON) -> None:
        """That it is ready, or a claim."""
        request = child.request
        agent.standbys.answered(child, said)
        overview.tell(agent)
        agent.replies.answer(request, said.get("result"), said.get("error"))

    agent.tell_template(params)
    agent.jobs.start_app(request, "hold", params, answered).hot = True


@methods.root(
    "standby",
    takes=("job", "size"),
    may_take=("hidden", "profile"),
    proven=True,
    template=True,
    before=adopt,
    then=copied,
    lasts="1 to 2 s for the copy, under the bench's `refill` lock; then the rehearsal",
)
def copy_one(params: JSON, credentials: server.Credentials, work: Work) -> JSON:
    """Runs with root. One refill at a time on a bench, counted again when it is this one's turn:
    several tenantd together do not overfill the pool. `profile`: the id of one that has a template;
    absent: the operator's."""
    os.nice(5)  # customers first
    root = server.connect(credentials)
    if not server.lock(root, "refill", config.bench_id()):
        raise Trouble("pool_busy", "Another tenantd is refilling the pool.")
    sites = index.bench
    sites.glance()
    wanted = params.get("profile")
    own = profiles.known_by(params, wanted) if wanted else profiles.resolved(params, work)
    kind = own["id"] if own else None
    if sum(r["profile"] == kind for r in sites.of_state("standby")) >= params["size"]:
        raise Trouble("pool_busy", "The pool is full.")
    params = {**params, "profile": own}
    made = prepare.prepare(params, credentials, work, pool=True)
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
