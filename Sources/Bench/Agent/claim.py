# A signup: one database transaction in a whole, unnamed site; then its name; then the commit.
import os
import secrets
import sys
import traceback
from typing import TYPE_CHECKING, Any, Callable

import frappe

from . import caches, config, folder, held, login, methods, optional, secrecy, wizard, workspace
from .owner import ROLE, check_password, insert_owner, prove_keys
from .prepare import warm_template
from .refusal import refusals
from .steps import Steps
from .wire import Trouble

if TYPE_CHECKING:
    from .agent import Agent

JSON = dict[str, Any]
Emit = Callable[[JSON], None]
__all__ = ["ROLE", "claim", "new_key", "sign_up"]


def by_hot_child(agent: "Agent", request: Any, params: JSON) -> JSON | None:
    """By the child that holds the job's standby, where one does."""
    return methods.LATER if agent.standbys.claim(request, params) else None


@methods.app(
    "claim",
    takes=("job", "hidden", "site", "url", "organization", "fullName", "owner", "password", "plan"),
    may_take=("idempotencyKey", "asked", "companyName", "abbreviation", "login"),
    secrets=("password",),
    proven=True,
    reserved=True,
    template=True,
    locks="hidden",
    before=by_hot_child,
    lasts="1 s",
)
def claim(params: JSON, emit: Emit) -> JSON:
    """Runs in a child of its own, for a site that no hot child holds."""
    answer = sign_up(params, emit, held.Held(), is_rehearsed=False)
    setup = answer["setup"]
    warm_template(params, [setup[name] for name in ("company", "abbreviation") if name in setup])
    return answer


def sign_up(params: JSON, emit: Emit, hold: held.Held, is_rehearsed: bool = True) -> JSON:
    """Connected to the unnamed site. Either the tenant is active under its name, or the
    transaction is rolled back and the site is unnamed again: as it was, if `hold` is whole."""
    tokens = wizard.tokens_of(wizard.read(params["hidden"]))
    steps = Steps(emit)
    warnings: list[JSON] = []
    hidden, site = params["hidden"], params["site"]
    check_password(params)
    login.check_path((params.get("login") or {}).get("path"), "login")
    before = (config.read(hidden) or {})["tenantd"]
    folder.mark(
        hidden,
        state="claiming",
        claimed=site,
        job=params["job"],
        session=params["session"],
        idempotencyKey=params.get("idempotencyKey"),
        pool=None,
    )
    key, secret = new_key(), new_key()
    named = False
    try:
        with act_as(site, hidden), caches.clearing_put_off(), hold:
            with steps.run(3), refusals():
                setup = workspace.fill(hidden, params)
                user, roles = insert_owner(params, key, secret, setup)
            with steps.run(4) as step:
                warnings = optional.settings(params)
                step.warnings = [warning["message"] for warning in warnings]
                if not is_rehearsed:
                    workspace.check(hidden)
            with steps.run(5):
                prove_keys(user, key, secret)
                take_name(hidden, site)
                named = True
                frappe.local.site_path = os.path.join(frappe.local.sites_path, site)
                hold.commit()
        caches.clear(tokens)
        caches.warm()
        wizard.forget(site)
        publish(site, params, [warning["message"] for warning in warnings], setup)
    except BaseException:
        if hold.is_committed:
            raise  # it may be in the database: nobody's standby any more, and the undo drops it
        if named:
            os.rename(site, hidden)
        frappe.local.site, frappe.local.site_path = (
            hidden,
            os.path.join(frappe.local.sites_path, hidden),
        )
        config.change(hidden, lambda conf: conf.update(tenantd=before))
        raise
    warnings += [late(error, params, steps) for error in hold.release()]
    answer = {"user": user, "apiKey": key, "apiSecret": secret, "setup": setup, "roles": roles}
    if params.get("login"):
        answer["login"] = login.issue(params["url"], user, params["login"])
    return {**answer, "warnings": warnings}


def late(error: BaseException, params: JSON, steps: Steps) -> JSON:
    """What failed of what an app had put off until the tenant was there, which it is."""
    text = "".join(traceback.format_exception(error))
    print(secrecy.redact(text, secrecy.secrets_in(params)), file=sys.stderr, flush=True)
    message = f"Something that an app does after a signup failed: {type(error).__name__}."
    steps.warn(message)
    return {"kind": "after_signup", "message": message}


class act_as:
    """The jobs that creating a user queues carry `frappe.local.site`, and run after the commit:
    let it be the tenant's name. Log files are opened by that name too, and it is no folder yet."""

    def __init__(self, site: str, hidden: str) -> None:
        self.site, self.hidden = site, hidden

    def __enter__(self) -> None:
        import frappe.utils.logger

        self.get_logger = frappe.utils.logger.get_logger
        frappe.utils.logger.get_logger = self.logger_in_folder
        # The classes of DocTypes, which Frappe keeps by the site's name, are the same.
        frappe.controllers[self.site] = frappe.controllers.get(self.hidden, {})
        frappe.local.site = self.site

    def logger_in_folder(self, *arguments: Any, **options: Any) -> Any:
        if os.path.isdir(self.site):
            return self.get_logger(*arguments, **options)
        frappe.local.site = self.hidden
        try:
            return self.get_logger(*arguments, **options)
        finally:
            frappe.local.site = self.site

    def __exit__(self, *error: Any) -> None:
        frappe.utils.logger.get_logger = self.get_logger


def take_name(hidden: str, site: str) -> None:
    """rename(2) is atomic, and fails when the name is a folder with anything in it."""
    try:
        os.rename(hidden, site)
    except OSError as error:
        if os.path.lexists(site):
            raise Trouble("site_exists", f"The site {site} exists already.", site=site) from error
        raise


def publish(site: str, params: JSON, warnings: list[str], setup: JSON) -> None:
    """From here on the tenant is active for everybody who reads the bench."""

    def edit(conf: JSON) -> None:
        conf.pop("pause_scheduler", None)
        conf["host_name"] = params["url"]
        mark = conf["tenantd"]
        conf["tenantd"] = {
            "state": "active",
            "job": mark["job"],
            "session": mark["session"],
            "owner": params["owner"],
            "organization": params["organization"],
            "plan": params["plan"],
            "idempotencyKey": params.get("idempotencyKey"),
            "asked": params.get("asked"),
            "setup": setup,
            "created": config.now(),
            "build": mark.get("build"),
            "warnings": [*mark.get("warnings", []), *warnings],
        }

    config.change(site, edit)


def new_key() -> str:
    """256 bits."""
    return secrecy.remember(secrets.token_hex(32))
