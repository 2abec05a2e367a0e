# Looks at a tenant the way its owner would: what is in the site, and what HTTP answers.
import http.client
import importlib
import io
import json
from typing import Any
from urllib.parse import urlsplit
from wsgiref.util import setup_testing_defaults

import frappe

from . import build, config
from .owner import ROLE
from .folder import reconnect

JSON = dict[str, Any]


def verify(params: JSON) -> JSON:
    """Each of the five steps, read back from the site by a connection of its own."""
    site, expected = params["site"], params
    conf = config.read(site) or {}
    reconnect(site)
    user = frappe.get_doc("User", expected["email"])
    roles = sorted(row.role for row in user.roles)
    checks = [check("site", conf.get("tenantd", {}).get("state") == "active", "active")]
    installed = frappe.get_installed_apps()
    for app in params.get("apps", []):
        if app in frappe.get_all_apps():
            checks.append(check("app", app in installed, f"{app} is installed"))
        else:
            checks.append(check("app", True, f"{app} is not in this bench"))
    checks.append(check("owner", bool(user.enabled) and roles == [ROLE], ", ".join(roles)))
    checks.append(settings(params))
    checks.append(check("keys", user.api_key == params["apiKey"], "the user's key is the issued one"))
    frappe.destroy()
    return {"checks": checks}


def imports() -> JSON:
    """Apps that `apps.txt` names and that cannot be imported: Frappe loads the hooks of them all
    for each site, so that nothing works with one of them. A stand-in's apps have no code."""
    failed: list[JSON] = []
    for app in build.bench_apps() if "sandbox" not in frappe.__version__ else []:
        try:
            importlib.import_module(f"{app}.hooks")
        except BaseException as error:
            failed.append({"app": app, "reason": f"{type(error).__name__}: {error}"})
    return {"failed": failed}


def settings(params: JSON) -> JSON:
    doctype, plan = params["settings"], params["plan"]
    if not frappe.db.exists("DocType", doctype):
        return check("settings", True, f"no DocType {doctype} in this bench")
    doc = frappe.get_doc(doctype)
    meta = frappe.get_meta(doctype)
    wanted = {"max_users": plan["users"], "max_storage_gb": plan["storageGB"]}
    wrong = [f for f, v in wanted.items() if meta.has_field(f) and float(doc.get(f) or 0) != v]
    text = f"{plan['name']}: {plan['users']} users, {plan['storageGB']} GB"
    return check("settings", not wrong, text if not wrong else f"{', '.join(wrong)} differ")


def check(step: str, ok: bool, detail: str) -> JSON:
    return {"step": step, "ok": ok, "detail": detail}


def request(params: JSON) -> JSON:
    """One GET with the site's name as Host. `url` is `http(s)://…`, or `wsgi:` for the bench's own
    application without a server in between."""
    headers = {"Host": params["site"], "Accept": "application/json"}
    if params.get("apiKey"):
        headers["Authorization"] = f"token {params['apiKey']}:{params['apiSecret']}"
    if params["url"] == "wsgi:":
        status, body = call_application(params["path"], headers)
    else:
        status, body = call_server(params["url"], params["path"], headers)
    try:
        message = json.loads(body).get("message")
    except (ValueError, AttributeError):
        message = None
    return {"status": status, "message": message if isinstance(message, str) else None}


def call_server(url: str, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "127.0.0.1", parts.port, timeout=30)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def call_application(path: str, headers: dict[str, str]) -> tuple[int, bytes]:
    from frappe.app import application

    environ: dict[str, Any] = {"PATH_INFO": path, "REQUEST_METHOD": "GET", "QUERY_STRING": ""}
    setup_testing_defaults(environ)
    for name, value in headers.items():
        environ["HTTP_" + name.upper().replace("-", "_")] = value
    environ["wsgi.errors"] = io.StringIO()
    status: list[str] = []
    chunks = application(environ, lambda line, *rest: status.append(line))
    body = b"".join(chunks)
    return int(status[0].split()[0]), body
