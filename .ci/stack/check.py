# What .ci/stack/check runs in the backend, with the bench's own Python and in its sites folder.
import json
import os
import shutil
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import frappe
import frappe.database
import frappe.installer
from frappe.database.db_manager import DbManager
from frappe.utils.background_jobs import get_redis_conn
from rq.job import Job

SITE, DATABASE, EMAIL = "check.localhost", "check_db", "check@example.org"


def root(password: str) -> frappe.database.Database:
    return frappe.database.get_db(host=frappe.conf.db_host, user="root", password=password)


def logged_user(secret: str) -> object:
    url = "http://127.0.0.1:8000/api/method/frappe.auth.get_logged_user"
    headers = {"Host": SITE, "Authorization": f"token {'k' * 64}:{secret}"}
    try:
        with urlopen(Request(url, headers=headers), timeout=10) as answer:
            return json.load(answer)["message"]
    except HTTPError as error:
        return error.code


def insert_owner() -> None:
    keys = {"api_key": "k" * 64, "api_secret": "s" * 64}
    values = {"email": EMAIL, "first_name": "Check", "roles": [{"role": "System Manager"}]}
    frappe.get_doc({"doctype": "User", "new_password": "SecurePass123", **values, **keys}).insert()
    frappe.db.set_single_value("SaaS Settings", {"max_users": 5, "organization_name": "Check"})


def main() -> None:
    frappe.init(SITE, new_site=True)
    frappe.installer._new_site(
        DATABASE, SITE, admin_password="admin-pw", install_apps=["nexus_core"]
    )
    insert_owner()
    frappe.db.rollback()
    assert frappe.db.exists("User", EMAIL) is None
    insert_owner()
    frappe.db.commit()
    assert frappe.db.get_single_value("SaaS Settings", "max_users") == 5
    assert logged_user("s" * 64) == EMAIL, logged_user("s" * 64)
    assert logged_user("wrong") == 401

    redis = get_redis_conn()
    jobs = list(redis.scan_iter(match=f"rq:job:{SITE}::*"))
    assert len(jobs) == 3 and redis.type(jobs[0]) == b"hash", jobs
    assert frappe.cache.get_keys(""), "no cache key"

    admin = root(frappe.conf.root_password)
    assert admin.sql("SELECT GET_LOCK(%s, %s)", ("check", 0)) == ((1,),)
    try:
        root("wrong").sql("SELECT 1")
        raise AssertionError("a wrong root password was accepted")
    except admin.OperationalError as error:
        assert error.args[0] == 1045, error.args

    for key in jobs:
        Job.fetch(key.decode().removeprefix("rq:job:"), connection=redis).delete()
    frappe.cache.delete_keys("")
    assert not redis.keys("*") and not frappe.cache.get_keys("")
    frappe.db.close()
    admin.sql_ddl(f"DROP DATABASE {DATABASE}")
    for user, host in admin.sql("SELECT User, Host FROM mysql.user WHERE User LIKE %s", (DATABASE,)):
        admin.sql("DROP USER %s@%s", (user, host))
    assert DATABASE not in admin.sql("SHOW DATABASES", pluck=True)
    assert not admin.sql("SELECT User, Host FROM mysql.user WHERE User LIKE %s", (DATABASE,))
    frappe.destroy()
    shutil.rmtree(SITE)
    assert sorted(os.listdir()) == ["apps.txt", "common_site_config.json"], os.listdir()


main()
