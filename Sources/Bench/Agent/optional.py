# Steps whose failure is a warning and not the end of a signup, where the operator wants it so.
import sys
import traceback
from typing import Any, Callable

import frappe

from . import refusal, secrecy, server
from .children import Work
from .plan import apply_settings
from .wire import Trouble

JSON = dict[str, Any]
SAVEPOINT = "tenantd_settings"


def settings(params: JSON) -> list[JSON]:
    """Writes the plan's settings, whole or not at all; returns warnings."""
    if "settings" not in (params.get("optional") or []):
        return apply_settings(params)
    frappe.db.savepoint(SAVEPOINT)
    try:
        return apply_settings(params)
    except Exception as error:
        if server.trouble(error):
            raise
        reason = told(error, params)
        frappe.db.rollback(save_point=SAVEPOINT)
        frappe.clear_cache(doctype=params["settings"])
        message = (
            f"The plan could not be written to {params['settings']}: {reason}"
            " It is kept in site_config.json only."
        )
        return [{"kind": "settings_failed", "message": message}]


def apps(
    hidden: str, wanted: list[str], params: JSON, work: Work, remake: Callable[[], None]
) -> list[JSON]:
    """Installs the apps into a site that has just been made; returns warnings. An app that fails
    leaves half of itself: `remake` makes the site again, which then goes without it."""
    left_out: dict[str, str] = {}
    while True:
        for app in [app for app in wanted if app not in left_out]:
            try:
                work.app("install_apps", {"hidden": hidden, "apps": [app]})
            except Trouble as trouble:
                if "app" not in (params.get("optional") or []) or trouble.kind != "step_failed":
                    raise
                left_out[app] = f"The app {app} could not be installed: {sentence(trouble.message)}"
                break
        else:
            end = " The site was made without it."
            return [{"kind": "app_failed", "message": said + end} for said in left_out.values()]
        remake()


def told(error: BaseException, params: JSON) -> str:
    """A sentence for the operator; the whole of it goes to standard error."""
    secrets = secrecy.secrets_in(params)
    text = secrecy.redact("".join(traceback.format_exception(error)), secrets)
    print(text, file=sys.stderr, flush=True)
    message = refusal.said(error).get("message") or str(error) or type(error).__name__
    return sentence(secrecy.redact(refusal.plain(message), secrets)[: refusal.LONGEST])


def sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else text + "."
