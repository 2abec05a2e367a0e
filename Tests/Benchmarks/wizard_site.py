# The site that a workspace is compared with: made by the bench's own commands, and set up by
# Frappe's own wizard, with the answers that the customer would give.
from __future__ import annotations

import datetime
import json
import os
import secrets
import subprocess
from typing import Any, Mapping

from bench import Compose
from report import NotRun
from signups import PASSWORD
from site_rows import FOLDER

WIZARD = '''
import json, sys
import frappe
order = json.loads(sys.argv[1])
frappe.init(site=order.pop("site"), sites_path=".")
frappe.connect()
frappe.set_user("Administrator")
language = frappe.db.get_value("Language", order["language"], "language_name")
order.update(language=language, lang=language)
from frappe.desk.page.setup_wizard.setup_wizard import setup_complete
frappe.local.conf["trigger_site_setup_in_background"] = 0
said = {}
try:
    setup_complete(order)
    frappe.db.commit()
    company = order.get("company_name")
    if company and not frappe.db.exists("Company", company):
        log = frappe.get_all("Error Log", fields=["error"], order_by="creation desc", limit=1)
        said = {"refused": "no company: " + str(log[0].error if log else "").strip()[-200:]}
except Exception as error:
    said = {"refused": f"{type(error).__name__}: {error}"}
frappe.destroy()
print()
print(json.dumps(said))
'''
"""Runs the wizard as its page does."""

INDEX = '''
import sys
import frappe
frappe.init(site=sys.argv[1], sites_path=".")
frappe.connect()
from frappe.utils.global_search import sync_global_search
sync_global_search()
frappe.db.commit()
'''
"""The scheduled job that fills the search index, which runs every few minutes."""

FORGET = '''
import sys
import frappe
frappe.init(site=sys.argv[1], sites_path=".")
cache = frappe.cache if hasattr(frappe.cache, "scan_iter") else frappe.cache()
for key in cache.scan_iter(match=f"*{frappe.conf.db_name}*"):
    cache.delete(key)
'''
"""The site's keys in the cache: they are those of the site before it was put back."""


class WizardSite:
    """Installed once, kept as a dump, and put back before each run of the wizard."""

    def __init__(self, bench: Compose, name: str = "") -> None:
        """`name`: a site that is there, which the wizard was not run in. It is kept."""
        self.bench = bench
        self.is_own = not name
        self.name = name or f"bench-wizard-{secrets.token_hex(3)}.localhost"
        self.dump = f"/tmp/{self.name}.sql"

    def __enter__(self) -> WizardSite:
        if self.is_own:
            self.install()
        found = json.loads(self.bench.python(FOLDER, self.name))
        self.host, self.conf = str(found["host"]), found["conf"]
        self.index(self.name)
        self.server(f"mariadb-dump --single-transaction -u {self.conf['db_name']}"
                    f" {self.conf['db_name']} > {self.dump}")  # fmt: skip
        return self

    def __exit__(self, *error: object) -> None:
        if self.is_own:
            self.command("drop-site", self.name, "--force", "--no-backup", *self.root())
        else:
            self.put_back()
        self.server(f"rm -f {self.dump}")

    def install(self) -> None:
        apps = os.environ.get("TENANTD_APP", "nexus_core").split(",")
        chosen = [word for app in apps for word in ("--install-app", app)]
        self.command("new-site", self.name, "--admin-password", secrets.token_hex(12),
                     "--mariadb-user-host-login-scope", "%", *self.root(), *chosen)  # fmt: skip
        # The scheduler would run what is due as soon as the wizard is through.
        self.command("--site", self.name, "set-config", "pause_scheduler", "1")

    def root(self) -> list[str]:
        """`bench` takes the password from its arguments or from the bench's config."""
        password = os.environ.get("TENANTD_DB_ROOT_PASSWORD")
        return ["--db-root-password", password] if password else []

    def command(self, *words: str) -> None:
        self.bench.output([*self.bench.exec, "bench", *words])

    def server(self, command: str) -> None:
        """In the database's container, as the site's own user."""
        done = subprocess.run(
            ["docker", "compose", "exec", "-T", "-e", "MYSQL_PWD", self.host, "sh", "-c", command],
            cwd=self.bench.folder,
            capture_output=True,
            text=True,
            env={**os.environ, "MYSQL_PWD": str(self.conf["db_password"])},
        )
        if done.returncode:
            raise NotRun(f"{self.name} cannot be put back: {done.stderr.strip()[-300:]}")

    def put_back(self) -> None:
        database = self.conf["db_name"]
        self.server(f"mariadb -u {database} {database} < {self.dump}")
        self.bench.python(FORGET, self.name)

    def run(self, owner: Mapping[str, str], setup: Mapping[str, Any], year: str) -> str:
        """The wizard, for what tenantd's answer says that the workspace is; `year` is the first day
        of the fiscal year, as the customer would enter it. Returns why Frappe refused."""
        self.put_back()
        answers = {
            "site": self.name,
            "email": owner["email"],
            "full_name": owner["fullName"],
            "password": PASSWORD,
            "language": setup["language"],
            "country": setup["country"],
            "timezone": setup["timeZone"],
            "currency": setup["currency"],
            "setup_demo": 0,
            "enable_telemetry": 0,
        }
        if "company" in setup:
            first, last = fiscal_year(year)
            answers |= {
                "company_name": setup["company"],
                "company_abbr": setup["abbreviation"],
                "chart_of_accounts": setup["chartOfAccounts"],
                "fy_start_date": first,
                "fy_end_date": last,
            }
        said = json.loads(self.bench.python(WIZARD, json.dumps(answers)).splitlines()[-1])
        return str(said.get("refused") or "")

    def index(self, site: str) -> None:
        """Has the search index filled."""
        self.bench.python(INDEX, site)


def fiscal_year(start: str) -> tuple[str, str]:
    """The first and the last day of the year that today is in, of those that begin on a day."""
    today = datetime.date.today()
    first = datetime.date.fromisoformat(f"{today.year}-{start}")
    if first > today:
        first = first.replace(year=first.year - 1)
    last = first.replace(year=first.year + 1) - datetime.timedelta(days=1)
    return first.isoformat(), last.isoformat()
