# What the agent can be asked beside its quick methods: who runs it, and what it may take.
from typing import Any, Callable, Literal, NamedTuple

from . import drop, identity, prepare, reconcile, server, standby, survey, template
from .children import Work
from .wire import JSON

RootRun = Callable[[JSON, server.Credentials, Work], Any]


class Method(NamedTuple):
    """`needs`: `root` runs in a child of the agent, which knows the root credentials and runs no
    app's code, but may ask for stages that do; `app` runs in a child of the fork server, which
    runs the apps' code and knows no root credentials."""

    needs: Literal["root", "app"]
    run: RootRun | None = None
    """Of one that needs root; the others are in `orders`, by the method's name."""


# The site's lock is the one on the connection that works on it; who holds a site is asked by
# `drop` before anything is dropped. Seconds are those of a bench with Frappe 15 on two cores.
METHODS: dict[str, Method] = {
    # A new site: 1 to 2 s by copy, 25 s and more by the installer. Nobody knows its name yet.
    "prepare": Method("root", prepare.prepare),
    # The installer once, under the bench's `template` lock.
    "template": Method("root", template.make_template),
    # The copy that a standby's hot child will hold, under the bench's `refill` lock.
    "standby": Method("root", standby.copy_one),
    # Locks are only asked for; 0.05 s.
    "survey": Method("root", lambda params, root, work: survey.survey(params, root)),
    # Each site under its `drop` lock; 1.2 s each.
    "undo": Method("root", lambda params, root, work: drop.drop_job(params, root)),
    "drop": Method("root", lambda params, root, work: drop.drop_site(params, root)),
    "reconcile": Method("root", lambda params, root, work: reconcile.reconcile(params, root)),
    # A row and a file; 0.05 s.
    "identity": Method("root", lambda params, root, work: identity.answer(params, root)),
    # A signup in a site that no hot child holds; 1 s. What a hot child holds is claimed by it.
    "claim": Method("app"),
    # One user saved; 0.5 s.
    "reissue": Method("app"),
    # Each app's code; 1 s.
    "imports": Method("app"),
    # Read only.
    "verify": Method("app"),
    "http": Method("app"),
}
