# The template of a profile: a copy of the bench's template that Frappe's wizard has been run in.
import datetime
import os
import secrets
import time
from typing import TYPE_CHECKING, Any

from . import build, config, drop, folder, index, methods, prepare, profile, server, template, wizard
from .children import Child, Work
from .wire import JSON, Trouble

if TYPE_CHECKING:
    from .agent import Agent

IDLE, SCARCE = 7 * 86400, 86400
"""Seconds after its last copy in which the template of a profile is kept, beside the operator's;
fewer where there are as many as there may be."""
MOST = 20
"""Templates of profiles. Whoever asks for another one has the wizard run in his own site."""
MOST_KNOWN = 1000


def ask(agent: "Agent", request: Any, params: JSON, question: JSON) -> None:
    """Has a child find out the profile that a job is for, and goes on with the job then."""

    def answered(child: Child, said: JSON) -> None:
        if "error" in said:
            agent.reply(child, said)
            return
        if len(profile.known) >= MOST_KNOWN:
            profile.known.clear()
        profile.known[profile.key(question)] = said["result"]
        try:
            if (found := agent.go(request, methods.METHODS["prepare"], params)) is not None:
                agent.replies.answer(request, found)
        except Trouble as trouble:
            agent.replies.answer(request, error=trouble.error())

    order = {**question, "job": params["job"], "timeout": params["timeout"]}
    agent.jobs.start_app(request, "profile", order, answered)


def resolved(params: JSON, work: Work) -> JSON | None:
    """The profile of a job, in a job with root."""
    question = profile.wanted(params)
    found: JSON | None = work.app("profile", question) if question else None
    return found


def known_by(params: JSON, wanted: str) -> JSON:
    """The profile of that id, which the bench has a template of."""
    apps = [app for app in params.get("apps", []) if app]
    found = build.current_template(apps, index.bench.of_state("template"), wanted)
    kept = wizard.read(found["site"]) if found else None
    if not kept:
        raise Trouble("pool_busy", "The template of that profile is gone.")
    profile: JSON = kept["profile"]
    return profile


def are_many() -> bool:
    """Whether the bench has as many templates of profiles as it may have."""
    return sum(bool(r["profile"]) for r in index.bench.of_state("template")) >= MOST


def make(
    wanted: JSON, base: JSON, params: JSON, credentials: server.Credentials, work: Work
) -> JSON | None:
    """Makes it, or waits for whoever makes it. None: the bench's template cannot be copied, and new
    sites are installed. Whatever fails leaves it to the undo of the job, as all that is half made."""
    apps = [app for app in params.get("apps", []) if app]
    since = build.fingerprint(apps)
    root = server.connect(credentials)
    try:
        server.lock(root, "template", config.bench_id(), wait=prepare.LONGEST)
        sites = index.bench
        sites.glance()
        if found := build.current_template(apps, sites.of_state("template"), wanted["id"]):
            return found
        hidden = folder.make(secrets.token_hex(16), params["session"], params["job"], pool=True)
        if not prepare.copy(base, hidden, None, credentials, work):
            drop.drop(hidden, credentials, params["session"])
            return None
        work.app("wizard", {"hidden": hidden, "profile": wanted})
        reason = template.examine(root, hidden, params)
        build.demand_same(apps, since)
        # No more of this job: that one's undo would take it.
        own = {"job": secrets.token_hex(16), "profile": wanted, "uncopyable": reason}
        folder.mark(hidden, state="template", build=since, **own)
        return index.read(hidden)
    finally:
        root.close()


def is_over(record: JSON, standard: str | None) -> bool:
    """Whether a site that waits is for nobody who may come, for a fiscal year that has passed, or
    the template of a profile that nobody asks for; `standard` is the operator's profile."""
    if record["profile"] == standard:
        return False
    if record["profile"] is None:
        return bool(record["state"] != "template")  # that is what the profiles' are copies of
    kept = wizard.read(record["site"]) or {}
    year = (kept.get("profile") or {}).get("fiscalYear") or {}
    if year.get("end", "9999") < datetime.date.today().isoformat():
        return True
    if record["state"] != "template":
        return False
    try:
        stat = os.stat(os.path.join(record["site"], wizard.NAME))
    except OSError:
        return True
    return time.time() - stat.st_mtime > (SCARCE if are_many() else IDLE)
