# Tests of the stand-in for Frappe: sites, users, transactions. Runs the other tests of it too:
# python3 Tests/BenchTests/sandbox_test.py
from __future__ import annotations

import json
import os
import shutil
import unittest
from pathlib import Path

import sandbox_case
from sandbox_case import frappe


class SiteTest(sandbox_case.SandboxCase):
    def test_a_new_site_is_whole(self) -> None:
        name = self.new_site()
        config = json.loads(Path("acme.localhost/site_config.json").read_text())
        self.assertEqual(config["db_name"], name)
        self.assertTrue(Path("acme.localhost/locks/bench_new_site.lock").exists())
        self.assertEqual(frappe.get_installed_apps(), ["frappe", "nexus_core"])
        self.assertEqual(frappe.db.exists("DocType", "SaaS Settings"), "SaaS Settings")
        self.assertTrue(frappe.get_meta("User").has_field("api_key"))
        self.assertIn("tabUser", frappe.db.get_tables(cached=False))
        checked = frappe.utils.password.check_password("Administrator", "admin-pw")
        self.assertEqual(checked, "Administrator")

    def test_without_the_app_its_doctype_is_missing(self) -> None:
        self.new_site(apps=())
        self.assertIsNone(frappe.db.exists("DocType", "SaaS Settings"))
        with self.assertRaises(frappe.DoesNotExistError):
            frappe.get_doc("SaaS Settings")

    def test_an_unknown_app_fails(self) -> None:
        with self.assertRaisesRegex(Exception, "App erpnext not in apps.txt"):
            self.new_site(apps=("erpnext",))

    def test_an_existing_site_exits(self) -> None:
        self.new_site()
        with self.assertRaises(SystemExit) as raised:
            self.new_site()
        self.assertEqual(raised.exception.code, 1)

    def test_an_existing_database_fails_after_the_folder_was_made(self) -> None:
        self.new_site()
        os.rename("acme.localhost", "moved.localhost")
        with self.assertRaisesRegex(Exception, "Database db_acme already exists"):
            self.new_site()
        self.assertTrue(Path("acme.localhost/site_config.json").exists())

    def test_a_renamed_folder_is_the_same_site(self) -> None:
        self.new_site()
        frappe.destroy()
        os.rename("acme.localhost", "other.localhost")
        with self.assertRaises(frappe.IncorrectSitePath):
            frappe.init("acme.localhost")
        frappe.connect("other.localhost")
        self.assertEqual(frappe.local.site, "other.localhost")
        self.assertEqual(self.owner().name, "john@acme.com")

    def test_dropping_leaves_nothing(self) -> None:
        name = self.new_site()
        self.owner()
        frappe.db.commit()
        self.assertEqual(len(self.queued()), 2)
        frappe.get_meta("User")
        frappe.cache.delete_keys("")
        redis = frappe.utils.background_jobs.get_redis_conn()
        for key in redis.scan_iter(match="rq:job:acme.localhost::*"):
            for queue in redis.keys("rq:queue:*"):
                redis.lrem(queue, 0, key.decode().removeprefix("rq:job:"))
            redis.delete(key)
        frappe.db.close()
        from frappe.database.db_manager import DbManager

        root = frappe.database.get_db(user="root", password=frappe.conf.root_password)
        DbManager(root).drop_database(name)
        root.sql("DROP USER IF EXISTS %s@%s", (name, "localhost"))
        root.close()
        frappe.destroy()
        shutil.rmtree("acme.localhost")
        found = [file.relative_to(self.bench) for file in self.bench.rglob("*")]
        left = [str(path) for path in found if path.parts[0] != "apps"]
        kept = {"databases/root", "databases/locks", "sites/apps.txt"}
        kept |= {"sites/common_site_config.json", *frappe.sandbox.FOLDERS}
        self.assertLessEqual(set(left), kept)

    # Users and secrets

    def test_an_owner_can_be_used_at_once(self) -> None:
        self.new_site()
        user = self.owner()
        frappe.db.commit()
        self.assertEqual((user.name, user.user_type), ("john@acme.com", "System User"))
        loaded = frappe.get_doc("User", "john@acme.com")
        self.assertEqual([row.role for row in loaded.roles], ["System Manager"])
        self.assertEqual(loaded.api_secret, "*" * 64)
        frappe.local.login_manager = frappe._dict(user="Guest")
        frappe.auth.validate_api_key_secret("k" * 64, "s" * 64)
        self.assertEqual(frappe.session.user, "john@acme.com")
        for key, secret in (("k" * 64, "x"), ("unknown", "s" * 64)):
            with self.assertRaises(frappe.AuthenticationError):
                frappe.auth.validate_api_key_secret(key, secret)

    def test_saving_keeps_what_was_not_changed(self) -> None:
        self.new_site()
        self.owner()
        user = frappe.get_doc("User", "john@acme.com")
        user.last_name = "Roe"
        user.append("roles", {"role": "Website Manager"})
        user.save(ignore_permissions=True)
        again = frappe.get_doc("User", "john@acme.com")
        self.assertEqual((again.full_name, len(again.roles)), ("John Roe", 2))
        self.assertEqual(again.get_password("api_secret"), "s" * 64)

    def test_no_secret_is_kept_in_the_clear(self) -> None:
        self.new_site()
        self.owner()
        frappe.db.commit()
        frappe.db.close()
        for file in (self.bench / "databases").iterdir():
            if file.is_file():
                data = file.read_bytes()
                for secret in (b"s" * 64, b"SecurePass123", b"admin-pw"):
                    self.assertNotIn(secret, data, file)
        self.assertIn("encryption_key", Path("acme.localhost/site_config.json").read_text())

    def test_another_sites_key_does_not_fit(self) -> None:
        self.new_site()
        self.owner()
        frappe.conf.encryption_key = "A" * 43 + "="
        with self.assertRaisesRegex(frappe.ValidationError, "Encryption key is invalid"):
            frappe.utils.password.get_decrypted_password("User", "john@acme.com", "api_secret")

    def test_what_frappe_refuses_is_refused(self) -> None:
        self.new_site()
        self.owner()
        for error, values in (
            (frappe.DuplicateEntryError, {"api_key": "other"}),
            (frappe.UniqueValidationError, {"email": "jane@acme.com"}),
            (frappe.InvalidEmailAddressError, {"email": "nobody"}),
            (frappe.MandatoryError, {"email": "jane@acme.com", "first_name": ""}),
            (
                frappe.LinkValidationError,
                {"email": "jane@acme.com", "roles": [{"role": "Nobody"}], "api_key": "k2"},
            ),
            (frappe.CharacterLengthExceededError, {"first_name": "x" * 141}),
        ):
            with self.subTest(error.__name__), self.assertRaises(error):
                self.owner(**values)

    def test_settings_are_typed(self) -> None:
        self.new_site()
        settings = frappe.get_doc("SaaS Settings")
        settings.update({"plan": "free", "max_users": 5, "organization_name": "Acme"})
        settings.save(ignore_permissions=True)
        frappe.db.set_single_value("SaaS Settings", "max_storage_gb", 1)
        self.assertEqual(frappe.db.get_single_value("SaaS Settings", "max_users"), 5)
        self.assertEqual(frappe.db.get_single_value("SaaS Settings", "max_storage_gb"), 1)
        with self.assertRaises(frappe.ValidationError):
            frappe.db.get_single_value("SaaS Settings", "colour")

    # Transactions

    def test_rollback_leaves_no_trace(self) -> None:
        self.new_site()
        before = (self.count("__Auth"), self.count("tabHas Role"), self.count("tabDefaultValue"))
        self.owner()
        frappe.db.set_single_value("SaaS Settings", "plan", "free")
        frappe.db.rollback()
        self.assertIsNone(frappe.db.exists("User", "john@acme.com"))
        self.assertIsNone(frappe.db.get_single_value("SaaS Settings", "plan"))
        after = (self.count("__Auth"), self.count("tabHas Role"), self.count("tabDefaultValue"))
        self.assertEqual((before, self.queued()), (after, []))

    def count(self, table: str) -> int:
        return int(frappe.db.sql(f"SELECT COUNT(*) FROM `{table}`")[0][0])

    def test_others_see_nothing_before_the_commit(self) -> None:
        self.new_site()
        self.owner()
        seen = "frappe.db.exists('User', 'john@acme.com')"
        self.assertEqual(self.elsewhere(seen), "None")
        frappe.db.commit()
        self.assertEqual(self.elsewhere(seen), "'john@acme.com'")

    def elsewhere(self, expression: str) -> str:
        """The expression's value in a forked child that opens the site for itself."""
        reader, writer = os.pipe()
        if not (child := os.fork()):
            inherited = dict(vars(frappe.local))  # the parent's connection is not ours to close
            vars(frappe.local).clear()
            frappe.connect("acme.localhost")
            os.write(writer, repr(eval(expression)).encode())
            os._exit(not inherited)
        os.close(writer)
        with os.fdopen(reader) as answer:
            text = answer.read()
        os.waitpid(child, 0)
        return text

    def test_a_killed_process_leaves_no_half_transaction(self) -> None:
        self.new_site()
        frappe.db.close()
        self.levers(crash={"commit": True})
        if not os.fork():
            self.owner()
            frappe.db.commit()
            os._exit(0)
        self.assertEqual(os.wait()[1], 9)
        self.assertIsNone(frappe.db.exists("User", "john@acme.com"))

    def test_ddl_in_a_transaction_is_refused(self) -> None:
        self.new_site()
        self.owner()
        with self.assertRaises(frappe.ImplicitCommitError):
            frappe.db.sql("CREATE TABLE t (a INT)")


if __name__ == "__main__":
    from sandbox_server_test import BenchTest, ServerTest  # noqa: F401

    unittest.main()
