# What HTTP answers for a site.
import http.client
import io
import json
from typing import Any
from urllib.parse import urlsplit
from wsgiref.util import setup_testing_defaults

from . import methods
from .wire import JSON


@methods.app(
    "http",
    takes=("url", "site", "path"),
    may_take=("apiKey", "apiSecret"),
    secrets=("apiKey", "apiSecret"),
    lasts="as long as the answer; reads only",
)
def get(params: JSON, emit: methods.Emit) -> JSON:
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

    path, _, query = path.partition("?")
    environ: dict[str, Any] = {"PATH_INFO": path, "REQUEST_METHOD": "GET", "QUERY_STRING": query}
    setup_testing_defaults(environ)
    for name, value in headers.items():
        environ["HTTP_" + name.upper().replace("-", "_")] = value
    environ["wsgi.errors"] = io.StringIO()
    status: list[str] = []
    chunks = application(environ, lambda line, *rest: status.append(line))
    body = b"".join(chunks)
    return int(status[0].split()[0]), body
