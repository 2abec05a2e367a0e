# What the demo's server refuses, and what its answers tell a browser: without a browser.
# python3 clients/node/demo/server_test.py
from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from urllib.parse import urlencode

from browser_support import HERE, Demo

FORM = {"organizationName": "Acme Corporation", "fullName": "Ada Lovelace",
        "email": "ada@example.com", "password": "a long walk on the moor"}


class Server(unittest.TestCase):
    demo: Demo
    host: str

    @classmethod
    def setUpClass(cls) -> None:
        cls.demo = Demo(TENANTD_POOL="0")
        cls.addClassCleanup(cls.demo.__exit__, None, None, None)
        cls.host = cls.demo.url.removeprefix("http://")

    def ask(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> tuple[int, dict[str, str], str]:
        connection = http.client.HTTPConnection(self.host, timeout=20)
        self.addCleanup(connection.close)
        sent = {"Host": self.host}
        if method == "POST":
            sent |= {"Content-Type": "application/json", "Origin": self.demo.url}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        connection.request(method, path, data, sent)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()

    def test_every_answer_has_its_protection(self) -> None:
        for path, status in (("/", 200), ("/operator", 200), ("/api/about", 200), ("/none", 404)):
            got, headers, _ = self.ask("GET", path)
            self.assertEqual(got, status, path)
            policy = headers["Content-Security-Policy"]
            self.assertIn("default-src 'none'", policy)
            self.assertNotIn("unsafe", policy)
            self.assertIn("frame-ancestors 'none'", policy)
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(headers["Referrer-Policy"], "same-origin")
        self.assertEqual(self.ask("HEAD", "/")[2], "")

    def test_only_listed_files_are_served(self) -> None:
        for path in ("/../server.mjs", "/%2e%2e/server.mjs", "/server.mjs", "/rules/index.mjs",
                     "/rules/tenantd.mjs", "//etc/passwd", "/index.html/", "/operator.html"):
            self.assertEqual(self.ask("GET", path)[0], 404, path)
        for path in ("/rules/rules.mjs", "/rules/rules/subdomain.mjs", "/base.css", "/?a=b"):
            self.assertEqual(self.ask("GET", path)[0], 200, path)

    def test_other_sites_are_refused(self) -> None:
        form = {**FORM, "organizationName": "Evil"}
        for path in ("/api/signup", "/api/signup/cancel", "/api/keys"):
            for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"},
                            {"Origin": ""}, {"Sec_Fetch_Site": "same-site"},
                            {"Origin": self.demo.url.replace("http:", "https:")}):
                self.assertEqual(self.ask("POST", path, form, **headers)[0], 403, headers)
        # A name that somebody made to point at loopback.
        for path in ("/", "/api/operator", "/api/about"):
            self.assertEqual(self.ask("GET", path, Host="evil.example")[0], 421)
        self.assertNotIn("sites/evil.localhost", self.demo.leftovers())

    def test_bodies_that_are_no_forms_are_refused(self) -> None:
        for body, status in ((b"", 400), (b"{", 400), (b"[]", 400), (b"null", 400),
                             (b"\xff{}", 400), (b'"' + b"a" * 20_000 + b'"', 413)):
            self.assertEqual(self.ask("POST", "/api/signup", body)[0], status, body[:8])
        self.assertEqual(self.ask("POST", "/api/signup", FORM, Content_Type="text/plain")[0], 415)
        self.assertEqual(self.ask("POST", "/", FORM)[0], 405)
        self.assertEqual(self.ask("DELETE", "/")[0], 403)
        wrong: dict[str, object] = {"organizationName": 7, "fullName": [], "email": {}}
        status, _, text = self.ask("POST", "/api/signup", wrong)
        self.assertEqual(status, 200)
        self.assertIn('"kind":"invalid_params"', text)
        self.assertIn("must be a string", text)

    def test_a_form_works_without_a_script(self) -> None:
        _, _, page = self.ask("GET", "/")
        form = page[page.index("<form"):page.index(">", page.index("<form"))]
        self.assertIn('method="post"', form, "a password never goes into an address")
        self.assertIn('action="/signup"', form)
        kind = "application/x-www-form-urlencoded"
        values = {**FORM, "organizationName": "Form & <Sons>", "email": "form@example.com",
                  "subdomain": ""}
        body = urlencode(values).encode()
        status, headers, text = self.ask("POST", "/signup", body, Content_Type=kind)
        self.assertEqual((status, headers["Cache-Control"]), (200, "no-store"), text)
        self.assertIn("http://form-sons.localhost:8080", text)
        self.assertNotIn("<script", text)
        status, _, text = self.ask("POST", "/signup", body, Content_Type=kind)
        self.assertEqual(status, 422)
        body = urlencode({**values, "subdomain": "<i>", "email": "b@example.com"}).encode()
        status, _, text = self.ask("POST", "/signup", body, Content_Type=kind)
        self.assertEqual(status, 422)
        self.assertNotIn("<i>", text)
        for origin in ("null", "http://evil.example"):
            self.assertEqual(
                self.ask("POST", "/signup", body, Content_Type=kind, Origin=origin)[0], 403)
        self.assertNotIn(FORM["password"], self.demo.log.read_text())

    def test_keys_are_handed_over_on_their_receipt_only(self) -> None:
        status, headers, text = self.ask("POST", "/api/signup", FORM)
        self.assertEqual((status, headers["Cache-Control"]), (200, "no-store"))
        done = json.loads(text.split("event: done\ndata: ")[1])
        self.assertEqual(sorted(done), [
            "hasPassword", "plan", "receipt", "seconds", "site", "steps", "url", "user"])
        self.assertFalse(done["hasPassword"])
        status, _, text = self.ask("POST", "/api/keys", {"receipt": done["receipt"]})
        self.assertEqual(status, 200)
        keys = json.loads(text)
        self.assertEqual(sorted(keys), ["apiKey", "apiSecret"])
        for receipt in ("null", '""', "1", "[]", '"00000000"'):
            body = f'{{"receipt": {receipt}}}'.encode()
            self.assertEqual(self.ask("POST", "/api/keys", body)[0], 404, receipt)
        said = self.demo.log.read_text()
        for secret in (*keys.values(), FORM["password"]):
            self.assertNotIn(secret, said)


class Start(unittest.TestCase):
    def start(self, *arguments: str, **environment: str) -> tuple[int, str]:
        run = subprocess.run(
            [node(), str(HERE / "server.mjs"), *arguments], capture_output=True, text=True,
            timeout=30, env={**os.environ, "PORT": "0", **environment})
        return run.returncode, run.stdout + run.stderr

    def test_what_is_wrong_is_told_in_a_sentence(self) -> None:
        for expected, arguments, environment in (
            ("no program at /no/tenantd", [], {"TENANTD_BINARY": "/no/tenantd"}),
            ("PORT is “x”", [], {"PORT": "x"}),
            ("“--nonsense” is no argument", ["--nonsense"], {}),
            ("there is no such folder", ["--bench", "/no/such/folder"], {}),
            ("exclude each other", ["--bench=/tmp", "--sandbox"], {}),
            ("TENANTD_POOL is “x”", [], {"TENANTD_POOL": "x"}),
        ):
            status, text = self.start(*arguments, **environment)
            self.assertEqual(status, 1, text)
            self.assertIn(expected, text)
            self.assertNotIn("    at ", text, "a stack trace is no sentence")
        self.assertEqual(self.start("--help")[0], 0)

    def test_a_missing_binary_is_told(self) -> None:
        # A copy of the demo in a repository that has nothing built.
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "clients" / "node"
            copy.mkdir(parents=True)
            for part in ("demo", "src"):
                subprocess.run(["cp", "-R", HERE.parent / part, copy / part], check=True)
            run = subprocess.run(
                [node(), str(copy / "demo" / "server.mjs")], capture_output=True, text=True,
                timeout=30, env={"PATH": folder})
        self.assertEqual(run.returncode, 1)
        self.assertIn("swift build", run.stderr)

    def test_a_port_in_use_is_told(self) -> None:
        with Demo() as demo:
            port = demo.url.rsplit(":", 1)[1]
            status, text = self.start("--sandbox", PORT=port)
            self.assertEqual(status, 1)
            self.assertIn(f"Port {port} is in use", text)


def node() -> str:
    found = subprocess.run(
        ["node", "-p", "process.execPath"], capture_output=True, text=True, check=True)
    return found.stdout.strip()


if __name__ == "__main__":
    sys.exit(0 if unittest.main(exit=False, verbosity=2).result.wasSuccessful() else 1)
