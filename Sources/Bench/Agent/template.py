# Makes the template of the bench's build: the site that the others are copied from.
import secrets
import shutil
import sys
from typing import Any

from . import build, config, copying, folder, index, install, methods, objects, prepare, profiles
from . import server
from .children import Work

JSON = dict[str, Any]


@methods.root(
    "template",
    takes=("job",),
    proven=True,
    lasts="the installer once, 25 s and more, under the bench's `template` lock",
)
def make_template(params: JSON, credentials: server.Credentials, work: Work) -> JSON:
    """Runs with root: the bench's installer, once for each build. One at a time on a bench."""
    apps = [app for app in params.get("apps", []) if app]
    build.look(apps)
    root = server.connect(credentials)
    if not server.lock(root, "template", config.bench_id()):
        return {"state": "busy"}
    try:
        # Another tenantd may have made one since this one looked.
        sites = index.bench
        sites.glance()
        base = build.current_template(apps, sites.of_state("template"))
        made = {"state": "template"} if base else install_base(params, root, credentials, work)
    finally:
        root.close()  # and with it the lock, which a profile's template takes for itself
    base = base or index.read(made["hidden"])
    return make_own(base, params, credentials, work, made)


def install_base(
    params: JSON, root: Any, credentials: server.Credentials, work: Work
) -> JSON:
    apps = [app for app in params.get("apps", []) if app]
    since = build.fingerprint(apps)
    hidden = folder.make(params["job"], params["session"], pool=True)
    prepare.install_site(hidden, None, credentials, work)
    prepare.install_apps(hidden, apps, credentials, work)
    reason = examine(root, hidden, params)
    build.demand_same(apps, since)
    # No more of this job: that one's undo would take it with a profile's that fails.
    own = {"job": secrets.token_hex(16), "uncopyable": reason}
    folder.mark(hidden, state="template", build=since, **own)
    return {"state": "template", "hidden": hidden, "uncopyable": reason}


def make_own(
    base: JSON, params: JSON, credentials: server.Credentials, work: Work, answer: JSON
) -> JSON:
    """The template of the operator's profile, when there is one: that is what standbys copy."""
    wanted = profiles.resolved(params, work)
    if wanted is None or base["uncopyable"]:
        return answer
    made = profiles.make(wanted, base, params, credentials, work)
    return {**answer, "hidden": made["site"]} if made else answer


def examine(root: Any, hidden: str, params: JSON) -> str | None:
    """Finds out how the template is copied, by a trial that is dropped at once. Returns why it
    cannot be, as a sentence; such a template stays, so that nobody tries again with this build."""
    database = (config.read(hidden) or {})["db_name"]
    # A folder like any other site's, so that whatever a crash leaves can be found by it.
    trial = folder.make(secrets.token_hex(16), params["session"], params["job"], pool=True)
    conf = config.read(trial) or {}

    def make_trial(collation: str) -> str:
        server.drop_database(root, conf["db_name"], [conf["db_name"]])
        install.create_database(root, conf, collation)
        return str(conf["db_name"])

    try:
        plan = copying.plan(root, database, make_trial)
        folder.copy_files(hidden, trial)
        if folder.contents(hidden) != folder.contents(trial):
            raise objects.Uncopyable("its files are not those of a copy")
        copying.hold_still(root, database, plan)
        copying.keep_plan(hidden, plan)
        return None
    except Exception as error:
        if server.trouble(error) or copying.is_passing(error):
            raise
        told = str(error) if isinstance(error, objects.Uncopyable) else f"the copy failed: {error}"
        reason = f"New sites are installed, because the template cannot be copied: {told}."
        print(f"tenantd: {reason}", file=sys.stderr)
        return reason
    finally:
        server.drop_database(root, conf["db_name"], [conf["db_name"]])
        shutil.rmtree(trial)
