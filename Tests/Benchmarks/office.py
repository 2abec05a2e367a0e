# A workspace as its owner's program uses it: HTTP with the keys that the signup has answered.
from __future__ import annotations

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

JSON = dict[str, Any]


class Refused(Exception):
    """An answer that is not 200, with what Frappe says of it."""

    def __init__(self, status: int, body: JSON, what: str) -> None:
        self.status = status
        said = body.get("exception") or body.get("_server_messages") or body.get("exc_type") or body
        super().__init__(f"{what}: {status}: {str(said)[-400:]}")


class Office:
    def __init__(self, web: str, site: str, key: str, secret: str) -> None:
        self.address, self.site = urlsplit(web), site
        self.token = f"token {key}:{secret}"

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        host, port = self.address.hostname or "127.0.0.1", self.address.port or 80
        connection = HTTPConnection(host, port, timeout=120)
        headers = {
            "Host": self.site, "Authorization": self.token, "Accept": "application/json",
            "Content-Type": "application/json",
        }  # fmt: skip
        try:
            data = None if body is None else json.dumps(body)
            connection.request(method, path, data, headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        try:
            found = json.loads(text)
        except ValueError:
            found = {"exception": text[:400].decode(errors="replace")}
        if answer.status != 200:
            raise Refused(answer.status, found, f"{method} {path.split('?')[0]}")
        return found

    def make(self, doctype: str, **values: Any) -> JSON:
        """A new document, as it is afterwards."""
        made: JSON = self.ask("POST", f"/api/resource/{quote(doctype)}", values)["data"]
        return made

    def read(self, doctype: str, name: str) -> JSON:
        found: JSON = self.ask("GET", f"/api/resource/{quote(doctype)}/{quote(name, safe='')}")
        return dict(found["data"])

    def change(self, doctype: str, name: str, **values: Any) -> JSON:
        path = f"/api/resource/{quote(doctype)}/{quote(name, safe='')}"
        changed: JSON = self.ask("PUT", path, values)["data"]
        return changed

    def find(self, doctype: str, filters: Any, fields: list[str], order: str = "") -> list[JSON]:
        words = {
            "filters": json.dumps(filters), "fields": json.dumps(fields), "limit_page_length": 0,
            **({"order_by": order} if order else {}),
        }  # fmt: skip
        found = self.ask("GET", f"/api/resource/{quote(doctype)}?{urlencode(words)}")
        return list(found["data"])

    def call(self, method: str, **values: Any) -> Any:
        return self.ask("POST", f"/api/method/{method}", values).get("message")
