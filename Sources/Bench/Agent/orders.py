# What a child of the fork server can be told to run: everything that runs code of the bench's
# apps. None of it gets root credentials.
from typing import Any, Callable

from . import check, children, claim, install, prepare, secrecy, standby
from .wire import JSON

Run = Callable[[JSON, Callable[[JSON], None]], Any]

STAGES: dict[str, Run] = {
    "install": lambda params, emit: install.install_site(params),
    "install_apps": lambda params, emit: install.install_apps(params["hidden"], params["apps"]),
    "settle": lambda params, emit: prepare.settle(params),
    "claim": claim.claim,
    "reissue": lambda params, emit: claim.reissue(params),
    "imports": lambda params, emit: check.imports(),
    "verify": lambda params, emit: check.verify(params),
    "http": lambda params, emit: check.request(params),
}
"""By name: a method's whole work, or a stage of a method that begins with root."""


def obey(work: children.Work) -> None:
    """The whole life of such a child: its first order says what it is for."""
    order = work.receive()
    if order is None:
        return
    name, params = order["run"], order["params"]
    if name == "hold":
        standby.hold(params, work)
        return
    secrets = secrecy.secrets_in(params)
    work.send(children.work(lambda: STAGES[name](params, work.emit), secrets))
