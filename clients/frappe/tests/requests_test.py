# Tests of API calls, suspensions, and logins by link.
import html
import json
import unittest
from typing import Any
from unittest import mock

from app_case import AppCase, frappe
from tenantd_app import calls, login, read_only, suspension
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

TOKEN = {"Authorization": "token a:b"}
NOON, BEFORE_MIDNIGHT = 1_798_718_400, 1_798_761_599  # 31 December 2026


class Calls(AppCase):
    def setUp(self) -> None:
        super().setUp()
        self.at(NOON)
        self.call()

    def at(self, seconds: int) -> None:
        patch = mock.patch("time.time", return_value=float(seconds))
        patch.start()
        self.addCleanup(patch.stop)

    def call(self, path: str = "/api/resource/ToDo", user: str = "a@x", **more: Any) -> None:
        frappe.local.session.user = user
        frappe.local.flags = frappe._dict()
        self.request(path, **{**TOKEN, **more})

    def counted(self, day: str = "2026-12-31") -> int:
        return int(frappe.cache().values.get(f"db|tenantd_api_calls:{day}".encode(), 0))

    def test_what_is_a_call(self) -> None:
        self.assertTrue(calls.is_call())
        for wrong in ({"path": "/app"}, {"user": "Guest"}, {"method": "OPTIONS"}, {"user": ""}):
            self.call(**wrong)
            self.assertFalse(calls.is_call(), wrong)
        self.request("/api/method/ping")
        self.assertFalse(calls.is_call())  # a session's cookie
        self.call(path="/")
        frappe.local.form_dict["cmd"] = "ping"
        self.assertTrue(calls.is_call())

    def test_each_is_counted_once_and_kept(self) -> None:
        calls.after_authentication()
        calls.after_request()
        self.assertEqual(self.counted(), 1)
        self.call()
        calls.after_request()  # another app's authentication came later
        self.assertEqual(self.counted(), 2)
        self.assertEqual(set(frappe.cache().expiries.values()), {92 * 24 * 3600})

    def test_the_limit_is_served_and_no_more(self) -> None:
        self.plan(limits={"apiCalls": 3})
        for _ in range(3):
            self.call()
            calls.after_authentication()
        for _ in range(2):
            self.call()
            with self.assertRaises(HTTPException) as caught:
                calls.after_authentication()
            calls.after_request(None)
        self.assertEqual(self.counted(), 3)
        response = caught.exception.response
        self.assertEqual((response.status_code, response.headers["Retry-After"]), (429, "43201"))
        told = json.loads(response.text)
        self.assertEqual(told["tenantd"], {"kind": "api_limit", "limit": 3, "retryAfter": 43201})

    def test_days_are_those_of_utc(self) -> None:
        self.at(BEFORE_MIDNIGHT)
        calls.after_authentication()
        self.assertEqual(calls.seconds_left(), 2)
        self.at(BEFORE_MIDNIGHT + 1)
        self.call()
        calls.after_authentication()
        self.assertEqual((self.counted(), self.counted("2027-01-01")), (1, 1))

    def test_redis_that_is_away_stops_nobody(self) -> None:
        self.plan(limits={"apiCalls": 0})
        frappe.cache().is_away = True
        calls.after_authentication()


class Suspended(AppCase):
    def suspend(self, **value: Any) -> None:
        frappe.cache().values[b"db|tenantd_suspended"] = {"mode": "blocked", **value}

    def stopped(self) -> Any:
        with self.assertRaises(HTTPException) as caught:
            suspension.before_request()
        return caught.exception.response


class Blocked(Suspended):
    def test_an_active_workspace(self) -> None:
        self.request()
        suspension.before_request()
        suspension.on_login(login_manager=None)

    def test_a_page_for_people(self) -> None:
        self.suspend(reason="Pay <b>& {{ host }}\nplease")
        self.request(Accept="text/html")
        response = self.stopped()
        self.assertEqual((response.status_code, response.mimetype), (503, "text/html"))
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertIn(html.escape("Pay <b>& {{ host }}\nplease"), response.text)
        heading = "<h1>This workspace is suspended</h1>"
        for wanted in ('lang="en"', "<main>", heading, "acme.localhost<"):
            self.assertIn(wanted, response.text)
        self.suspend()
        self.assertNotIn('class="reason"', self.stopped().text)

    def test_json_for_programs(self) -> None:
        self.suspend(reason="Pay", since="2026-01-01T00:00:00Z")
        for path, headers in (
            ("/api/method/ping", {}),
            ("/", {"Accept": "application/json"}),
            ("/", {"X_Requested_With": "XMLHttpRequest"}),
        ):
            self.request(path, **headers)
            told = json.loads(self.stopped().text)
            self.assertEqual(told["tenantd"]["mode"], "blocked")
            self.assertEqual(told["tenantd"]["since"], "2026-01-01T00:00:00Z")
            self.assertIn("suspended. Nothing in it is lost. Pay", told["message"])
            self.assertEqual(told["exc_type"], "WorkspaceSuspended")

    def test_the_record_says_so_where_redis_has_lost_it(self) -> None:
        frappe.write({"suspended": {"mode": "blocked"}})
        self.request()
        self.assertEqual(self.stopped().status_code, 503)
        frappe.write({"suspended": None})
        suspension.before_request()

    def test_an_unknown_mode_lets_nobody_in(self) -> None:
        self.request()
        self.suspend(mode="paused")
        self.assertEqual(self.stopped().status_code, 503)

    def test_nobody_logs_in(self) -> None:
        self.suspend()
        suspension.on_login()  # not by a request
        self.request("/api/method/login", "POST")
        with self.assertRaises(HTTPException):
            suspension.on_login(login_manager=None)
        self.suspend(mode="read_only")
        suspension.on_login(login_manager=None)


class ReadOnly(Suspended):
    def setUp(self) -> None:
        super().setUp()
        self.suspend(mode="read_only", reason="Pay.")

    def test_the_database_refuses(self) -> None:
        self.request("/api/method/frappe.desk.reportview.get", "POST")
        suspension.before_request()
        seen = ["SET SESSION TRANSACTION READ ONLY", "commit"]
        self.assertEqual(frappe.local.db.seen, seen)
        self.assertTrue(frappe.local.flags.read_only)

    def test_a_write_is_refused_at_once(self) -> None:
        for method, path in (
            ("PUT", "/api/resource/ToDo/1"),
            ("DELETE", "/api/v2/document/ToDo/1"),
            ("POST", "/api/resource/ToDo"),
            ("POST", "/api/v1/resource/ToDo/"),
            ("POST", "/api/v2/document/ToDo"),
        ):
            self.request(path, method)
            told = json.loads(self.stopped().text)
            self.assertEqual(told["exc_type"], "InReadOnlyMode")
            self.assertIn("read-only at present", told["message"])

    def test_logging_in_and_out(self) -> None:
        for name in ("method/login", "v2/method/logout", "method/tenantd_app.login.redeem"):
            self.request(f"/api/{name}", "POST")
            suspension.before_request()
            self.assertFalse(frappe.local.flags.read_only, name)
        self.request("/api/method/login", "POST")
        frappe.local.form_dict["cmd"] = "frappe.client.insert"  # which Frappe runs instead
        suspension.before_request()
        self.assertTrue(frappe.local.flags.read_only)

    def test_what_frappe_says_of_maintenance_is_put_right(self) -> None:
        self.request()
        for kind, wanted in (("application/json", '"kind": "suspended"'), ("text/html", "<main>")):
            response = Response("Under maintenance", 503, {}, content_type=kind)
            read_only.after_request(response=response, request=None)
            self.assertEqual(response.text, "Under maintenance")  # not this app's doing
            frappe.local.flags.tenantd_suspended = suspension.current()
            read_only.after_request(response=None)
            read_only.after_request(response=response)
            self.assertIn(wanted, response.text)
            frappe.local.flags.clear()


class Logins(AppCase):
    def setUp(self) -> None:
        super().setUp()
        self.came: list[str] = []
        frappe.local.login_manager = mock.Mock(login_as=self.came.append)
        frappe.local.db.sql("INSERT INTO tabUser VALUES ('a@x', 1, 'System User'), ('b@x', 0, '')")

    def link(self, text: Any) -> None:
        frappe.cache().values[b"db|tenantd_login:k"] = text

    def test_once(self) -> None:
        self.link(json.dumps({"user": "a@x", "path": "/app/selling?x=1"}).encode())
        login.redeem("k")
        self.assertEqual(self.came, ["a@x"])
        self.assertEqual(frappe.local.response["location"], "/app/selling?x=1")
        login.redeem("k")
        self.assertEqual((len(self.came), len(frappe.local.pages)), (1, 1))

    def test_what_is_no_link(self) -> None:
        for text in (b"{", b"[]", b"{}", b'{"user": "b@x"}', b'{"user": "c@x"}', None):
            self.link(text)
            login.redeem("k")
        login.redeem()
        self.assertEqual((self.came, len(frappe.local.pages)), ([], 7))

    def test_another_site_is_no_path(self) -> None:
        long = "/" + "a" * 2000
        for path in ("//evil", "/\\evil", "https://evil", "app", "/a b", "/a\nb", "", long):
            self.assertFalse(login.is_own(path), path)
            self.link(json.dumps({"user": "a@x", "path": path}))
            login.redeem("k")
            self.assertEqual(frappe.local.response["location"], "/app")
        self.assertTrue(login.is_own("/"))


if __name__ == "__main__":
    unittest.main()
