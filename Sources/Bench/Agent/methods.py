# What the agent can be asked, and what a child of the fork server can be told: the registry, and the
# decorators that fill it. Each method is in a file of its own, which says there what it needs.
from typing import TYPE_CHECKING, Any, Callable, Literal, NamedTuple, TypeVar

from . import secrecy
from .wire import JSON, Trouble

if TYPE_CHECKING:
    from .agent import Agent
    from .children import Child, Work
    from .server import Credentials

SHARED = ("session", "apps", "settings", "adminPassword", "optional", "roles", "workspace")
"""What the hello tells once and every job may need; a request may have its own."""
LATER: JSON = {}
"""What a hook returns, this very object, when the request is answered later."""
Names = tuple[str, ...]
Emit = Callable[[JSON], None]
Before = Callable[["Agent", Any, JSON], "JSON | None"]
"""A job's hook in the agent, with the request and its parameters, which it may change. It returns
the answer, or `LATER`, or None: the job begins."""
Then = Callable[["Agent", "Child", JSON, JSON], None]
"""Takes what the child has said, as the last argument, instead of that being the answer."""
Quick = TypeVar("Quick", bound=Callable[["Agent", Any, JSON], "JSON | None"])
Root = TypeVar("Root", bound=Callable[[JSON, "Credentials", "Work"], Any])
App = TypeVar("App", bound=Callable[[JSON, Emit], Any])
Hot = TypeVar("Hot", bound=Callable[[JSON, "Work"], None])


class Method(NamedTuple):
    """`loop`: answered by the agent's loop, from what it knows. `root`: by a child of the agent,
    which knows the root credentials and runs no app's code, but may have stages run that do. `app`:
    by a child of the fork server, which runs the apps' code and knows no root credentials."""

    name: str
    runs: Literal["loop", "root", "app"]
    run: Callable[..., Any]
    takes: Names = ()
    may_take: Names = ()
    """Beside `timeout` and, for a job, what the hello has told."""
    lasts: str = ""
    """How long it takes, on a bench with Frappe 15 on two cores."""
    early: bool = False
    """Also before the hello."""
    proven: bool = False
    """It makes something: only on a bench that is proven to be the one that it says it is."""
    reserved: bool = False
    """For a job that has reserved its name, owner and key."""
    template: bool = False
    """It gives the template back what its copies have warmed, and is told which that is."""
    locks: str | None = None
    """The parameter that names a site: its lock is held on the connection that works on it, from
    before the first look until it is done."""
    hot: bool = False
    """The whole life of a child that answers more than once."""
    before: Before | None = None
    then: Then | None = None

    def check(self, params: JSON) -> None:
        """Whether it has what it needs, and nothing that it would pass over."""
        for name in self.takes:
            if name not in params:
                raise Trouble("invalid_request", f"{self.name} needs the parameter {name}.")
        known = {*self.takes, *self.may_take, "timeout", *(SHARED if self.runs != "loop" else ())}
        for name in params:
            if name not in known:
                raise Trouble("invalid_request", f"{self.name} has no parameter {name[:80]!r}.")


METHODS: dict[str, Method] = {}
ORDERS: dict[str, Method] = {}
"""What a child of the fork server can be told: methods that need no root, and stages of others."""


def quick(
    name: str, *, takes: Names = (), may_take: Names = (), secrets: Names = (), early: bool = False,
    proven: bool = False,
) -> Callable[[Quick], Quick]:
    """The agent's own: at once, or None when the answer comes later."""

    def register(run: Quick) -> Quick:
        made = Method(name, "loop", run, takes, may_take, early=early, proven=proven)
        add(METHODS, made, secrets)
        return run

    return register


def root(
    name: str, *, takes: Names = (), may_take: Names = (), secrets: Names = (), lasts: str,
    proven: bool = False, reserved: bool = False, template: bool = False,
    before: Before | None = None, then: Then | None = None,
) -> Callable[[Root], Root]:
    """A job with the root credentials. Who holds a site is asked by whoever drops it."""

    def register(run: Root) -> Root:
        made = Method(
            name, "root", run, takes, may_take, lasts, proven=proven, reserved=reserved,
            template=template, before=before, then=then,
        )
        add(METHODS, made, secrets)
        return run

    return register


def app(
    name: str, *, takes: Names = (), may_take: Names = (), secrets: Names = (), lasts: str,
    proven: bool = False, reserved: bool = False, template: bool = False, locks: str | None = None,
    before: Before | None = None,
) -> Callable[[App], App]:
    """A job that runs the apps' code. With `locks` it is connected to that site when it begins."""

    def register(run: App) -> App:
        made = Method(
            name, "app", run, takes, may_take, lasts, proven=proven, reserved=reserved,
            template=template, locks=locks, before=before,
        )
        add(METHODS, made, secrets)
        add(ORDERS, made, secrets)
        return run

    return register


def stage(
    name: str, *, takes: Names = (), may_take: Names = (), secrets: Names = ()
) -> Callable[[App], App]:
    """No method: what a job with root has a child of the fork server do for it."""

    def register(run: App) -> App:
        add(ORDERS, Method(name, "app", run, takes, may_take), secrets)
        return run

    return register


def hot(name: str) -> Callable[[Hot], Hot]:
    """The order that makes a child of the fork server a hot one."""

    def register(run: Hot) -> Hot:
        add(ORDERS, Method(name, "app", run, hot=True), ())
        return run

    return register


def add(table: dict[str, Method], made: Method, secrets: Names) -> None:
    """A parameter of a name that has been a secret is said to be one; one that is said to be one is
    kept out of all texts from here on."""
    names = {*made.takes, *made.may_take}
    unsaid = names & secrecy.KEYS - set(secrets)
    if made.name in table or unsaid or not names.issuperset(secrets):
        raise ValueError(f"{made.name} is registered already, or not right about its secrets: {unsaid}")
    secrecy.KEYS.update(secrets)
    table[made.name] = made


def described() -> JSON:
    """Every method by name: the parameters that it must and may have, and who runs it. `timeout`
    may be there always, and has to be for what is not run by the loop."""
    from . import every  # noqa: F401

    return {
        name: {"takes": list(each.takes), "mayTake": list(each.may_take), "runs": each.runs}
        for name, each in sorted(METHODS.items())
    }
