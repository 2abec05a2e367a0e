# What differs between the versions of Frappe that a bench may run (14, 15 and 16), and nothing else.
# Everything else asks here, or uses what all of them have.
import importlib
import inspect
from typing import Any, Callable, Iterator

import frappe
import frappe.database

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
