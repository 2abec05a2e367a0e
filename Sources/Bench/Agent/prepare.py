# Makes a whole site that has no customer's name yet: a copy of the template, or, where there is no
# template of this build, by the bench's own installer.
import secrets
import sys
import time
from typing import TYPE_CHECKING, Any, Callable, Sequence

import frappe

from . import build, caches, config, copying, drop, folder, index, install, methods, note
from . import optional, profile, profiles, secrecy, server, wizard
from .children import Work
from .steps import Steps
from .wire import Trouble

if TYPE_CHECKING:
    from .agent import Agent

JSON = dict[str, Any]
BEGINNING = 2.0
"""Seconds in which a process that keeps a pool begins to make the template that it lacks."""
LONGEST = 1800
"""Seconds that a template may take: longer than any job waits."""


def from_standby(agent: "Agent", request: Any, params: JSON) -> JSON | None:
    """A standby of this build for the job, when one is ready; the two steps are done then."""
    if build.fingerprint(params["apps"]) != agent.build:
        # The code on the disk is not the code in memory: no job may mix them.
        agent.ending = True
        raise Trouble("bench_changed", "The bench was updated; the session starts again.")
    own = None
    if question := profile.wanted(params):
        own = profile.known.get(profile.key(question))
        if own is None:
            profiles.ask(agent, request, params, question)
            return methods.LATER
    params["profile"] = own
    for name in agent.standbys.names():
        record = agent.index.look(name)
        if record is None:
            agent.standbys.let_go(name)  # deleted by hand
        elif (record["state"], record["build"], record["profile"]) == (
            *("standby", agent.build),
            own["id"] if own else None,
        ):
            agent.standbys.assign(params["job"], name)
            return prepared(
                name, params, lambda event: agent.replies.progress(params["job"], event)
            )
    return None


@methods.root(
    "prepare",
    takes=("job",),
    may_take=("awaitTemplate", "profile"),
    proven=True,
    reserved=True,
    template=True,
    before=from_standby,
    lasts="1 to 2 s by copy; by the installer, and for the first of a profile, 25 s and more",
)
def prepare(
    params: JSON, credentials: server.Credentials, work: Work, pool: bool = False
) -> JSON:
    """Runs with root. Leaves `tenantd-<job>` marked `ready`; a failure leaves it for the undo."""
    steps = Steps(work.emit)
    apps = [app for app in params.get("apps", []) if app]
    sites = index.bench
    sites.glance()
    template = build.current_template(apps, sites.of_state("template"))
    build.look(apps, every=60 if template else 0)
    warnings = missing_apps(apps)
    password, own = params.get("adminPassword"), params.get("profile")
    path = "copy"
    with steps.run(1):
        if not template:
            await_template(params, credentials)
            sites.glance()
            template = build.current_template(apps, sites.of_state("template"))
        if own and template and not template["uncopyable"]:
            known = build.current_template(apps, sites.of_state("template"), own["id"])
            if not known:
                path = "wizard"
            if known or not profiles.are_many():
                template = known or profiles.make(own, template, params, credentials, work)
        if template and template["uncopyable"]:
            template = None
        hidden = folder.make(params["job"], params["session"], pool=pool)
        if template and not copy(template, hidden, password, credentials, work):
            template = None
        if not template:
            install_site(hidden, password, credentials, work)
    with steps.run(2) as step:
        if not template:
            def remake() -> None:
                again(params, credentials, work, pool)

            warnings += optional.apps(hidden, apps, params, work, remake)
        if own and not (template and template["profile"]):
            work.app("wizard", {"hidden": hidden, "profile": own})
        if not template:
            install.change_database_password(hidden, credentials)
        step.warnings = [warning["message"] for warning in warnings]
    told = [warning["message"] for warning in warnings]
    known_by = {"build": build.fingerprint(apps), "profile": own, "warnings": told or None}
    folder.mark(hidden, state="ready", **known_by)
    path = path if template else "install"
    return {"hidden": hidden, "path": path, "profile": (own or {}).get("id"), "warnings": warnings}


def await_template(params: JSON, credentials: server.Credentials) -> None:
    """Waits while somebody makes the bench's template: it is further than an installation that
    would begin now beside it, and both would take longer. Not where it failed last time."""
    if note.read():
        return
    begun = time.monotonic()
    root = server.connect(credentials)
    try:
        while server.asked_free(root, "template", config.bench_id()):
            if not params.get("awaitTemplate") or time.monotonic() - begun > BEGINNING:
                return
            time.sleep(0.05)
        # Whoever waits in the server when the job's time is over is ended there.
        server.lock(root, "template", config.bench_id(), wait=LONGEST)
    finally:
        root.close()


def prepared(hidden: str, params: JSON, emit: Callable[[JSON], None]) -> JSON:
    """What a standby answers for the first two steps, which were done long ago."""
    steps = Steps(emit)
    warnings = missing_apps(params["apps"])
    own = params["profile"] or {}
    with steps.run(1):
        pass
    with steps.run(2) as step:
        step.warnings = [warning["message"] for warning in warnings]
    return {
        "hidden": hidden, "path": "standby", "profile": own.get("id"), "warnings": warnings
    }


def again(params: JSON, credentials: server.Credentials, work: Work, pool: bool) -> None:
    """The same site, from the beginning."""
    hidden = config.HIDDEN + params["job"]
    drop.drop(hidden, credentials, params["session"])
    folder.make(params["job"], params["session"], pool=pool)
    install_site(hidden, params.get("adminPassword"), credentials, work)


def install_site(
    hidden: str, admin_password: str | None, credentials: server.Credentials, work: Work
) -> None:
    """Database and user with root, everything else by the bench's installer without."""
    root = server.connect(credentials)
    install.create_database(root, config.read(hidden) or {})
    root.close()
    work.app("install", {"hidden": hidden, "adminPassword": admin_password})


def install_apps(
    hidden: str, apps: list[str], credentials: server.Credentials, work: Work
) -> None:
    work.app("install_apps", {"hidden": hidden, "apps": apps})
    install.change_database_password(hidden, credentials)


def copy(
    template: JSON,
    hidden: str,
    admin_password: str | None,
    credentials: server.Credentials,
    work: Work,
) -> bool:
    """The template's database under a name, a user and passwords of the new site's own. False:
    there is nothing of it, and the caller has to install: no failure of the fast way is one of
    the signup's. A template that is not what it was is marked as broken, and made again."""
    conf = config.read(hidden) or {}
    stage = {"hidden": hidden, "template": template["database"], "adminPassword": admin_password}
    root = server.connect(credentials)
    is_suspect = True
    try:
        plan = copying.kept_plan(template["site"])
        is_suspect = False
        install.create_database(root, conf, plan.get("collation", ""))
        is_suspect = True
        copying.copy_database(root, template["database"], conf["db_name"], plan)
        folder.copy_files(template["site"], hidden)
        wizard.copy(template["site"], hidden)
        work.app("settle", stage)
        return True
    except Exception as error:
        if server.trouble(error) or isinstance(error, Trouble) and error.kind != "step_failed":
            raise  # the server is away, or the job was ended: the installer would find the same
        print(f"tenantd: {template['site']} was not copied: {error}", file=sys.stderr)
        if is_suspect and not copying.is_passing(error):
            folder.mark(template["site"], state="broken")
        server.drop_database(root, conf["db_name"], [conf["db_name"]])
        folder.empty(hidden)
        return False
    finally:
        root.close()


@methods.stage(
    "settle", takes=("hidden", "template", "adminPassword"), secrets=("adminPassword",)
)
def settle(params: JSON, emit: methods.Emit) -> None:
    """Runs at the site: what a copy needs that its database and its files do not bring."""
    from frappe.utils.password import update_password

    folder.reconnect(params["hidden"])
    caches.copy(params["template"], frappe.conf.db_name)
    password = params["adminPassword"] or secrecy.remember(secrets.token_urlsafe(24))
    update_password("Administrator", password)
    frappe.db.commit()


def warm_template(params: JSON, without: Sequence[str] = ()) -> None:
    """Gives a template whose caches are colder those of the site that this process is at, which has
    just been signed up or rehearsed, but for what has one of the words in it: the next copy begins
    with them."""
    own, template = frappe.conf.db_name, params.get("template")
    if not template or caches.warmth(template) >= caches.warmth(own):
        return
    caches.copy(own, template, without)
    # A drop marks the site first and forgets its keys then: those written since would stay.
    if index.read(str(params["templateSite"]))["state"] != "template":
        drop.forget_cache(template)


def missing_apps(apps: list[str]) -> list[JSON]:
    present = frappe.get_all_apps()
    return [
        {
            "kind": "app_missing",
            "message": f"The bench has no app {app}; the site was made without it.",
        }
        for app in apps
        if app not in present
    ]
