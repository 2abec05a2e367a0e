# The HTTP face of the stand-in: the few addresses that a login with new keys asks for.
from __future__ import annotations

import json
import re
import sys
from socketserver import ThreadingMixIn
from typing import Any, Callable, Iterable
from urllib.parse import parse_qsl, unquote
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import frappe
import frappe.auth
from frappe.utils.password import check_password
from frappe.www.login import login_via_key

REASONS = {200: "OK", 302: "Found", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    headers = [("Content-Type", "application/json")]
    try:
        status, answer = 200, _handle(environ)
        if "location" in answer:  # a login by a link
            status, sid = 302, answer.pop("sid")
            cookie = f"sid={sid}; HttpOnly; SameSite=Lax; Path=/"
            headers += [("Location", answer["location"]), ("Set-Cookie", cookie)]
    except Exception as error:  # whatever it is, the client is told the way Frappe tells it
        status = getattr(error, "http_status_code", 500)
        answer = {"exc_type": type(error).__name__, "exception": str(error)}
    finally:
        frappe.destroy()
    start_response(f"{status} {REASONS.get(status, 'Error')}", headers)
    return [json.dumps(answer, default=str).encode()]


def _handle(environ: dict[str, Any]) -> dict[str, Any]:
    host = environ.get("HTTP_X_FRAPPE_SITE_NAME") or environ.get("HTTP_HOST", "").split(":")[0]
    if not re.fullmatch(r"\w[\w.-]*", host):
        raise frappe.IncorrectSitePath("no such site")
    frappe.init(site=host, force=True)
    if not frappe.conf.db_name:
        raise frappe.IncorrectSitePath(f"{host} does not exist")
    is_reading = frappe.conf.maintenance_mode and frappe.conf.allow_reads_during_maintenance
    if frappe.conf.maintenance_mode and not is_reading:
        raise frappe.SessionStopped("Session Stopped")
    frappe.connect(set_admin_as_user=False)
    frappe.auth.validate_auth(environ.get("HTTP_AUTHORIZATION", ""))
    frappe.auth.resume(environ.get("HTTP_COOKIE", ""))
    kind, _, name = environ.get("PATH_INFO", "").removeprefix("/api/").partition("/")
    if kind == "method":
        return _method(name, environ)
    if kind == "resource" and name.startswith("User/"):
        return {"data": _user(unquote(name.removeprefix("User/")))}
    if kind == "resource" and name == "Company":
        _refuse_guest()
        if not {"Accounts Manager", "Sales Manager"} & set(frappe.get_roles()):
            raise frappe.PermissionError("Not permitted")
        return {"data": frappe.get_all("Company", fields=["name", "abbr"])}
    raise frappe.DoesNotExistError("Not Found")


def _method(name: str, environ: dict[str, Any]) -> dict[str, Any]:
    if name in ("ping", "frappe.ping"):
        return {"message": "pong"}
    if name == "login":
        given = _form(environ)
        user = check_password(given.get("usr", ""), given.get("pwd", ""))
        found = frappe.db.get_value("User", user, ["full_name", "enabled"], as_dict=True)
        if not found or not (found.enabled or user == "Administrator"):
            raise frappe.AuthenticationError("User disabled or missing")
        return {"message": "Logged In", "home_page": "/app", "full_name": found.full_name}
    if name == "frappe.www.login.login_via_key":
        return login_via_key(_form(environ).get("key", ""))
    _refuse_guest()
    if name == "frappe.auth.get_logged_user":
        return {"message": frappe.auth.get_logged_user()}
    raise frappe.DoesNotExistError(f"No method {name}")


def _form(environ: dict[str, Any]) -> dict[str, str]:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(min(length, 1 << 20)).decode()
    if "json" in environ.get("CONTENT_TYPE", ""):
        return {key: str(value) for key, value in json.loads(body or "{}").items()}
    return dict(parse_qsl(body or environ.get("QUERY_STRING", "")))


def _user(name: str) -> dict[str, Any]:
    _refuse_guest()
    me = frappe.session.user
    if name != me and me != "Administrator" and "System Manager" not in frappe.get_roles():
        raise frappe.PermissionError("Not permitted")
    user: dict[str, Any] = frappe.get_doc("User", name).as_dict()
    return user


def _refuse_guest() -> None:
    if frappe.session.user == "Guest":
        raise frappe.PermissionError("Login to access")


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Handler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass  # a request line is nobody's business


def serve(host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serves every site of the bench whose `sites` folder is the working directory; for ever."""
    with make_server(host, port, application, Server, Handler) as server:
        server.serve_forever()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
