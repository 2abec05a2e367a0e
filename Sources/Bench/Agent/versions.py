# What differs between the versions of Frappe that a bench may run (14, 15 and 16), and nothing else.
# Everything else asks here, or uses what all of them have.
import csv
import importlib
import inspect
import json
import os
import re
from typing import Any, Callable, Iterator

import frappe
import frappe.database

from .build import bench_apps

IS_STAND_IN = hasattr(frappe, "STAND_IN")
"""Whether this is no Frappe: its apps have no code, its server may keep a database in a file, and
it has companies without ERPNext."""
CONFIG_SECONDS = 60
"""How long a web worker of Frappe 16 keeps a site's config in memory (`frappe.config`)."""


def major() -> int:
    """14, 15 or 16; 0 where the version says nothing."""
    first = str(frappe.__version__).split(".", 1)[0]
    return int(first) if first.isdecimal() else 0


def names_rest() -> int:
    """For how many seconds a name that was a site's must not become another site's: web workers
    may still hold the old site's database and password under it, and answer 500."""
    return CONFIG_SECONDS if major() >= 16 else 0


def cache() -> Any:
    """The cache in Redis: 14 has a function, from 15 on the object answers a call as well."""
    return frappe.cache()


def server_connection(user: str, password: str) -> Any:
    """A connection of Frappe's own to no database of a site, as `user`. 14 knows neither a socket
    nor `cur_db_name`: it goes to a database of the user's name, but for who it knows as root."""
    conf = frappe.local.conf
    wanted = {
        "socket": conf.get("db_socket"),
        "host": conf.get("db_host"),
        "port": conf.get("db_port"),
        "user": user,
        "password": password,
        "cur_db_name": None,
    }
    known = known_parameters(frappe.database.get_db)
    if "cur_db_name" not in known:
        frappe.flags.root_login = user
    return frappe.database.get_db(**{name: wanted[name] for name in wanted if name in known})


def new_site(database: str, site: str, **wanted: Any) -> None:
    """The bench's installer, with those of the arguments that it knows, for a database that is
    there and empty: it runs without root."""
    from frappe.installer import _new_site

    known = known_parameters(_new_site)
    wanted = {**wanted, "setup_db": False}
    arguments = {name: wanted[name] for name in wanted if name in known}
    if "setup_db" in known:
        _new_site(database, site, **arguments)
        return
    # 14 makes the database in the same function that fills it.
    setup_db = importlib.import_module("frappe.database.mariadb.setup_db")

    def fill(force: Any, source_sql: Any, verbose: Any, *rest: Any, **options: Any) -> None:
        setup_db.bootstrap_database(database, verbose, source_sql)

    module: Any = frappe.database
    make, module.setup_database = module.setup_database, fill
    try:
        _new_site(database, site, **arguments)
    finally:
        module.setup_database = make


def validate_api_key_secret(key: str, secret: str) -> None:
    """Frappe's own check of a request's keys, which sets the session's user."""
    module = importlib.import_module("frappe.api" if major() == 14 else "frappe.auth")
    module.validate_api_key_secret(key, secret)


SEPARATORS = ("::", "||")
"""Between a site's name and the rest of a job's identifier in RQ: to 15, from 16 on."""


def queued_jobs(site: str, connection: Any) -> Iterator[str]:
    """The identifiers of a site's jobs in RQ, whatever their state. On 14 most of them do not begin
    with the site's name, and only the job itself says whose it is."""
    prefix = "rq:job:"
    for separator in SEPARATORS:
        for key in connection.scan_iter(match=f"{prefix}{literally(site)}{separator}*"):
            yield text(key).removeprefix(prefix)
    if major() == 14:
        from rq.job import Job

        for key in connection.scan_iter(match=prefix + "*"):
            identifier = text(key).removeprefix(prefix)
            try:
                if Job.fetch(identifier, connection=connection).kwargs.get("site") == site:
                    yield identifier
            except Exception:
                continue  # ended meanwhile, or written by something that is not Frappe


def job_keys(site: str, connection: Any) -> Iterator[Any]:
    """The keys in RQ whose names have a site's name in them."""
    for separator in SEPARATORS:
        yield from connection.scan_iter(match=f"rq:*:{literally(site)}{separator}*")


def literally(name: str) -> str:
    """A name as part of a pattern of Redis."""
    return "".join("\\" + c if c in "*?[]\\" else c for c in name)


def text(key: Any) -> str:
    return key.decode() if isinstance(key, bytes) else str(key)


def known_parameters(function: Callable[..., Any]) -> set[str]:
    return set(inspect.signature(function).parameters)


def countries() -> dict[str, Any]:
    """Frappe's own data of all countries, by its names of them. Needs no site."""
    from frappe.geo.country_info import get_all

    found: dict[str, Any] = get_all()
    return found


def languages() -> dict[str, str]:
    """The names of Frappe's languages by their codes: a file beside the countries' data."""
    import frappe.geo.country_info as geo

    if stand_in := getattr(geo, "LANGUAGES", None):
        return dict(stand_in)
    path = os.path.join(os.path.dirname(str(geo.__file__)), "languages")
    if os.path.exists(path + ".json"):
        with open(path + ".json", encoding="utf-8") as file:
            return {each["code"]: each["name"] for each in json.load(file)}
    with open(path + ".csv", encoding="utf-8") as file:  # from 16 on
        return {each["language_code"]: each["language_name"] for each in csv.DictReader(file)}


def time_zones() -> list[str]:
    from frappe.utils.momentjs import get_all_timezones

    return list(get_all_timezones())


def makes_companies(apps: list[str]) -> bool:
    """Whether a site with these apps has ERPNext's companies; the stand-in's own has them always."""
    return IS_STAND_IN or ("erpnext" in apps and "erpnext" in bench_apps())


def charts(country: str, code: str) -> list[str]:
    """The charts of accounts that ERPNext's wizard offers for a country. Its function asks a site
    for the country's code, which is known here."""
    name = "erpnext.accounts.doctype.account.chart_of_accounts.chart_of_accounts"
    module = importlib.import_module(name)
    ask = frappe.get_cached_value
    frappe.get_cached_value = lambda *_, **__: code
    try:
        return list(module.get_charts_for_country(country, with_standard=True))
    finally:
        frappe.get_cached_value = ask


def fiscal_years() -> dict[str, str]:
    """The first days of countries' fiscal years as MM-DD, where that is not the 1st of January: a
    table in the wizard that ERPNext's web page is."""
    path = os.path.join("..", "apps", "erpnext", "erpnext", "public", "js", "setup_wizard.js")
    try:
        with open(path, encoding="utf-8") as file:
            table = file.read().partition("erpnext.setup.fiscal_years = {")[2].partition("}")[0]
    except OSError:
        return {}
    found = re.findall(r'^\s*(?:"([^"]+)"|(\w+)): \["(\d\d-\d\d)"', table, re.MULTILINE)
    return {quoted or bare: start for quoted, bare, start in found}


def run_wizard(answers: dict[str, Any]) -> None:
    """Frappe's own setup wizard, here and now, at the site that this process is at."""
    module = importlib.import_module("frappe.desk.page.setup_wizard.setup_wizard")
    frappe.local.conf["trigger_site_setup_in_background"] = 0
    module.setup_complete(answers)
    frappe.db.commit()


def is_set_up() -> bool:
    """Whether the site's wizard is done."""
    if ask := getattr(frappe, "is_setup_complete", None):  # from 16 on: each app has its own
        return bool(ask())
    return bool(int(frappe.db.get_single_value("System Settings", "setup_complete") or 0))


def wizard_roles() -> list[str]:
    """What Frappe's wizard gives its first user."""
    module = importlib.import_module("frappe.desk.page.setup_wizard.setup_wizard")
    if ask := getattr(module, "_get_default_roles", None):
        return sorted(ask())
    skipped = {"Administrator", "Customer", "Supplier", "Partner", "Employee", "All", "Guest"}
    return sorted(set(frappe.get_all("Role", pluck="name")) - skipped)  # 14


def index_search() -> None:
    """Writes what the wizard has made to the search index, as a scheduled job would: what waits for
    that waits under the name of this very database."""
    module = importlib.import_module("frappe.utils.global_search")
    module.sync_global_search()
    frappe.db.commit()
