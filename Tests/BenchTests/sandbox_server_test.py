# Tests of the stand-in for Frappe: its database server, its levers, its HTTP face, its folder.
from __future__ import annotations

import json
import os
import sqlite3
import tempfile
import threading
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from wsgiref.simple_server import make_server

import sandbox_case
from sandbox_case import frappe


class ServerTest(sandbox_case.SandboxCase):
    def test_wrong_root_password(self) -> None:
        frappe.init("")
        root = self.root("wrong")
        with self.assertRaises(root.OperationalError) as raised:
            root.sql("SELECT 1")
        self.assertEqual(raised.exception.args[0], 1045)
        self.assertIn("Access denied for user 'root'", raised.exception.args[1])

    def test_absent_server(self) -> None:
        frappe.init("")
        os.rename(self.bench / "databases", self.bench / "elsewhere")
        root = self.root()
        with self.assertRaises(root.OperationalError) as raised:
            root.sql("SELECT 1")
        self.assertEqual(raised.exception.args[0], 2003)

    def test_root_statements(self) -> None:
        name = self.new_site()
        root = self.root()
        self.assertIn(name, root.sql("SHOW DATABASES", pluck=True))
        users = root.sql("SELECT User, Host FROM mysql.user WHERE User LIKE %s", ("db\\_%",))
        self.assertEqual(users, [(name, "localhost")])
        root.sql("ALTER USER %s@%s IDENTIFIED BY %s", (name, "localhost", "it's \\ new"))
        frappe.db.close()
        with self.assertRaises(root.OperationalError):
            frappe.db.sql("SELECT 1")
        frappe.db.password = "it's \\ new"
        self.assertEqual(frappe.db.sql("SELECT 1")[0][0], 1)
        root.sql("KILL 1")
        root.sql(f"DROP USER IF EXISTS '{name}'@'%'")
        self.assertEqual(len(root.sql("SELECT User, Host FROM mysql.user WHERE User LIKE '%'")), 1)
        with self.assertRaisesRegex(root.ProgrammingError, "no such statement: UPDATE mysql.user"):
            root.sql("UPDATE mysql.user SET password = 'secret'")
        with self.assertRaises(root.OperationalError):
            frappe.db.sql("DROP DATABASE IF EXISTS x")

    def test_locks_between_processes(self) -> None:
        frappe.init("")
        root, other = self.root(), self.root()
        (ready, tell), (wait, let_go) = os.pipe(), os.pipe()
        if not (child := os.fork()):
            os.close(let_go)
            taken = root.sql("SELECT GET_LOCK(%s, %s)", ("tenantd", 0))[0][0]
            os.write(tell, b"%d" % taken)
            os.read(wait, 1)  # until its parent lets go
            os._exit(0)
        self.assertEqual(os.read(ready, 1), b"1")
        self.assertEqual(root.sql("SELECT IS_FREE_LOCK(%s)", ("tenantd",))[0][0], 0)
        self.assertEqual(root.sql("SELECT GET_LOCK(%s, %s)", ("tenantd", 0.02))[0][0], 0)
        os.close(let_go)
        self.assertEqual(root.sql("SELECT GET_LOCK(%s, %s)", ("tenantd", 30))[0][0], 1)
        os.waitpid(child, 0)
        # Between two connections of one process; a child does not inherit it; closing ends it.
        self.assertEqual(other.sql("SELECT GET_LOCK(%s, %s)", ("tenantd", 0))[0][0], 0)
        self.assertEqual(other.sql("SELECT IS_FREE_LOCK(%s)", ("tenantd",))[0][0], 0)
        self.assertEqual(other.sql("SELECT RELEASE_LOCK(%s)", ("tenantd",))[0][0], 0)
        if not os.fork():
            os._exit(root.sql("SELECT GET_LOCK(%s, %s)", ("tenantd", 0))[0][0])
        self.assertEqual(os.wait()[1], 0)
        self.assertEqual(other.sql("SELECT GET_LOCK(%s, %s)", ("tenantd", 0))[0][0], 0)
        root.close()
        self.assertEqual(other.sql("SELECT IS_FREE_LOCK(%s)", ("tenantd",))[0][0], 1)
        self.assertEqual(list((self.bench / "databases" / "locks").iterdir()), [])

    def test_asking_about_a_lock_keeps_nobody_from_it(self) -> None:
        frappe.init("")
        root = self.root()
        (ready, tell), (wait, let_go) = os.pipe(), os.pipe()
        if not (child := os.fork()):
            os.close(let_go)
            os.set_blocking(wait, False)
            os.write(tell, b"1")
            try:
                while True:  # until its parent lets go
                    frappe.database.locks.free_dead_locks(str(self.bench / "databases"))
                    root.sql("SELECT IS_FREE_LOCK(%s)", ("tenantd",))
                    try:
                        os._exit(len(os.read(wait, 1)))
                    except BlockingIOError:
                        pass
            finally:
                os._exit(70)
        self.assertEqual(os.read(ready, 1), b"1")
        refused = 0
        for _ in range(1000):
            refused += not root.sql("SELECT GET_LOCK(%s, %s)", ("tenantd", 0))[0][0]
            root.sql("SELECT RELEASE_LOCK(%s)", ("tenantd",))
        os.close(let_go)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        self.assertEqual(refused, 0)


class BenchTest(sandbox_case.SandboxCase):
    def test_levers_fail_and_exit_where_they_match(self) -> None:
        self.new_site()
        self.levers(fail={"user_insert": {"message": "no luck", "match": "jane"}})
        self.owner()
        with self.assertRaisesRegex(RuntimeError, "no luck"):
            self.owner("jane@acme.com", api_key="other")
        self.levers(refuse={"user_insert": "house rules"})
        with self.assertRaisesRegex(frappe.ValidationError, "house rules"):
            self.owner("jane@acme.com", api_key="other")
        self.levers(exit={"clear_cache": 7})
        with self.assertRaises(SystemExit) as raised:
            frappe.clear_cache()
        self.assertEqual(raised.exception.code, 7)
        self.levers(fail={"after_commit": {"message": "late", "match": "John@acme"}})
        with self.assertRaisesRegex(RuntimeError, "late"):
            frappe.db.commit()
        self.levers(fail={"settings": {"message": "no plan", "match": "globex"}})
        frappe.get_doc("SaaS Settings").save()
        with self.assertRaisesRegex(RuntimeError, "no plan"):
            frappe.get_doc("SaaS Settings").update({"organization_name": "Globex"}).save()

    def test_a_lever_holds_until_it_is_let_go(self) -> None:
        self.new_site()
        fifo = self.bench / "fifo"
        os.mkfifo(fifo)
        self.levers(hold={"commit": str(fifo)})
        done = threading.Event()

        def let_go() -> None:
            with open(fifo, "wb"):  # opens once the point has been reached
                self.assertIsNone(
                    elsewhere.execute("SELECT 1 FROM tabUser WHERE name='j@a.de'").fetchone()
                )
            done.set()

        path = self.bench / "databases" / "db_acme.sqlite"
        elsewhere = sqlite3.connect(path, check_same_thread=False)
        self.addCleanup(elsewhere.close)
        threading.Thread(target=let_go).start()
        self.owner("j@a.de")
        frappe.db.commit()
        self.assertTrue(done.wait(30))

    # HTTP

    def test_http(self) -> None:
        self.new_site()
        self.owner()
        frappe.db.commit()
        server = make_server(
            "127.0.0.1", 0, frappe.app.application, handler_class=frappe.app.Handler
        )
        self.addCleanup(server.server_close)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(server.shutdown)

        def ask(path: str, token: str = "", host: str = "acme.localhost", data: Any = None) -> Any:
            url = f"http://127.0.0.1:{server.server_port}/api/{path}"
            request = Request(
                url, data, {"Host": host, **({"Authorization": token} if token else {})}
            )
            try:
                with urlopen(request, timeout=10) as answer:
                    return json.load(answer)
            except HTTPError as error:
                with error:
                    return error.code

        token = f"token {'k' * 64}:{'s' * 64}"
        logged = "method/frappe.auth.get_logged_user"
        self.assertEqual(ask("method/ping"), {"message": "pong"})
        self.assertEqual(ask(logged, token), {"message": "john@acme.com"})
        self.assertEqual(ask(logged, token[:-1]), 401)
        self.assertEqual(ask(logged), 403)
        self.assertEqual(ask("method/ping", host="nobody.localhost"), 404)
        self.assertEqual(ask("method/ping", host="..%2f"), 404)
        self.assertEqual(
            ask("resource/User/john%40acme.com", token)["data"]["full_name"], "John Doe"
        )
        self.assertEqual(ask("resource/User/jane%40acme.com", token), 404)
        login = ask("method/login", data=b"usr=john%40acme.com&pwd=SecurePass123")
        self.assertEqual(login["message"], "Logged In")
        self.assertEqual(ask("method/login", data=b"usr=john%40acme.com&pwd=wrong"), 401)
        os.rename("acme.localhost", "acme2.localhost")
        self.assertEqual(ask(logged, token), 404)
        self.assertEqual(ask(logged, token, "acme2.localhost"), {"message": "john@acme.com"})
        os.rename("acme2.localhost", "acme.localhost")
        frappe.installer.update_site_config("maintenance_mode", 1)
        self.assertEqual(ask(logged, token), 503)

    # The bench's folder

    def test_creating_a_bench_again_changes_nothing(self) -> None:
        config = (self.bench / "sites" / "common_site_config.json").read_bytes()
        frappe.sandbox.create(str(self.bench))
        self.assertEqual((self.bench / "sites" / "common_site_config.json").read_bytes(), config)

    def test_another_folder_is_refused(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "precious").touch()
            for path in (folder, f"{folder}/precious"):
                with self.assertRaises(frappe.sandbox.Refused):
                    frappe.sandbox.create(path)
