# A stand-in for Frappe 15: only what tenantd's agent touches, on SQLite (sandbox) or MariaDB (CI).
# It imitates names, arguments and order of effects; it is not Frappe and proves nothing about it.
from __future__ import annotations

import importlib
import json
import os
import secrets
import sys
import threading
from types import ModuleType
from typing import Any, NoReturn

from frappe.exceptions import *  # noqa: F403
from frappe.exceptions import IncorrectSitePath, ValidationError
from frappe.utils.redis_wrapper import RedisWrapper

__version__, STAND_IN = "15.0.0-sandbox", True


class _dict(dict[str, Any]):
    """A dict whose keys read as attributes; a missing one is None."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # copying and pickling ask for methods, not for keys
            raise AttributeError(name)
        return self.get(name)

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value


class Proxy:
    """Stands for `local.<name>`, whatever that is at the time; false while there is none."""

    def __init__(self, name: str) -> None:
        object.__setattr__(self, "_name", name)

    def _target(self) -> Any:
        name: str = object.__getattribute__(self, "_name")
        if name not in vars(local):
            raise RuntimeError(f"frappe.{name} is not bound: frappe.init comes first")
        return vars(local)[name]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._target(), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._target(), name, value)

    def __getitem__(self, key: Any) -> Any:
        return self._target()[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        self._target()[key] = value

    def __contains__(self, key: Any) -> bool:
        return key in self._target()

    def __iter__(self) -> Any:
        return iter(self._target())

    def __bool__(self) -> bool:
        return bool(vars(local).get(object.__getattribute__(self, "_name")))


local: Any = threading.local()
cache: Any = RedisWrapper()
controllers: dict[str, Any] = {}
db: Any = Proxy("db")
conf: Any = Proxy("conf")
flags: Any = Proxy("flags")
session: Any = Proxy("session")
form_dict: Any = Proxy("form_dict")


def init(site: str, sites_path: str = ".", new_site: bool = False, force: bool = False) -> None:
    if getattr(local, "initialised", False) and not force:
        return
    vars(local).pop("db", None)
    local.flags = _dict(new_site=new_site, in_install_db=False)
    local.site, local.sites_path, local.lang = site, sites_path, "en"
    local.site_path = os.path.join(sites_path, site)
    local.conf = _dict(get_site_config())
    local.session, local.form_dict, local.cache = _dict(), _dict(), {}
    local.initialised = True


def connect(
    site: str | None = None, db_name: str | None = None, set_admin_as_user: bool = True
) -> None:
    from frappe.database import get_db

    if site:
        init(site)
    name = local.conf.db_name or db_name
    assert name and local.conf.db_password, "the site's config names no database"
    local.db = get_db(
        socket=local.conf.db_socket,
        host=local.conf.db_host,
        port=local.conf.db_port,
        user=name,
        password=local.conf.db_password,
        cur_db_name=name,
    )
    if set_admin_as_user:
        set_user("Administrator")


def destroy() -> None:
    if db:
        db.close()
    vars(local).clear()


def set_user(username: str) -> None:
    local.session.update(user=username, sid=username, data=_dict())
    local.cache, local.form_dict = {}, _dict()


def get_site_config(sites_path: str | None = None, site_path: str | None = None) -> _dict:
    sites_path = sites_path or str(getattr(local, "sites_path", "."))
    site_path = site_path or getattr(local, "site_path", None)
    config = _dict(_read_json(os.path.join(sites_path, "common_site_config.json")) or {})
    if site_path:
        own = _read_json(os.path.join(site_path, "site_config.json"))
        site = getattr(local, "site", None)
        if own is None and site and not local.flags.new_site:
            raise IncorrectSitePath(f"{site} does not exist")
        config.update(own or {})
    config.db_type = config.db_type or "mariadb"
    config.db_host = config.db_host or "127.0.0.1"
    config.db_port = config.db_port or 3306
    return config


def _read_json(path: str) -> Any:
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return None
    except ValueError as error:  # like Frappe: said aloud, then treated as empty
        print(f"{path} is invalid: {error}")
        return {}


def get_conf(site: str | None = None) -> _dict:
    found: _dict = local.conf if hasattr(local, "conf") else get_site_config()
    return found


def get_site_path(*joins: str) -> str:
    return os.path.join(local.site_path, *joins)


def get_all_apps(with_internal_apps: bool = True, sites_path: str | None = None) -> list[str]:
    with open(os.path.join(sites_path or local.sites_path, "apps.txt"), encoding="utf-8") as file:
        apps = [line.strip() for line in file if line.strip() and not line.startswith("#")]
    return ["frappe"] + [app for app in apps if app != "frappe"]


def get_installed_apps(*, _ensure_on_bench: bool = False) -> list[str]:
    if flags.in_install_db:
        return []
    if not db:
        connect()
    installed: list[str] = json.loads(db.get_global("installed_apps") or "[]")
    return [app for app in installed if not _ensure_on_bench or app in get_all_apps()]


def get_hooks(hook: str | None = None, default: Any = None, app_name: str | None = None) -> Any:
    """Of the installed apps that have code, the values under each name, in lists; `doc_events`
    alone is asked for here, and is a dict of DocTypes."""
    found: _dict = _dict()
    for app in get_installed_apps():
        for doctype, events in getattr(_hooks(app), "doc_events", {}).items():
            for event, handlers in events.items():
                known = found.setdefault(doctype, {}).setdefault(event, [])
                known += [handlers] if isinstance(handlers, str) else handlers
    if hook == "doc_events":
        return found
    return (default if default is not None else []) if hook else _dict(doc_events=found)


def _hooks(app: str) -> Any:
    return get_module(f"{app}.hooks") if os.path.exists(_code(app, "hooks.py")) else None


def _code(app: str, *names: str) -> str:
    return os.path.join(local.sites_path, "..", "apps", app, app, *names)


def get_doc_hooks() -> Any:
    return get_hooks("doc_events")


def get_module(modulename: str) -> ModuleType:
    app_folder = os.path.realpath(os.path.dirname(_code(modulename.partition(".")[0])))
    if os.path.isdir(app_folder) and app_folder not in sys.path:
        sys.path.append(app_folder)  # which a bench does for all of its apps at once
    try:
        return importlib.import_module(modulename)
    except ModuleNotFoundError:
        if modulename not in get_all_apps():
            raise
    app = sys.modules[modulename] = ModuleType(modulename)  # most of a sandbox's apps have no code
    app.__dict__["__version__"] = "0.0.1-sandbox"
    return app


def get_attr(method_string: str) -> Any:
    modulename, _, name = method_string.rpartition(".")
    return getattr(get_module(modulename), name)


def clear_cache(user: str | None = None, doctype: str | None = None) -> None:
    from frappe.sandbox import point

    if not flags.in_install:
        point("clear_cache")
    if doctype:
        cache.hdel("doctype_meta", doctype)
    elif user:
        cache.delete_keys(f"user:{user}")
    else:
        cache.delete_keys("")
        local.cache = {}


def get_meta(doctype: str, cached: bool = True) -> Any:
    from frappe.model import Meta

    return Meta(doctype)


def get_system_settings(key: str) -> Any:
    return db.get_single_value("System Settings", key)


def get_doc(*args: Any, **kwargs: Any) -> Any:
    from frappe.model import get_doc as build

    return build(*args, **kwargs)


new_doc = get_single = get_doc


def get_cached_doc(*args: Any, **kwargs: Any) -> Any:
    if args[0] == "User Type":  # the standard ones are all there are, without a table
        return _dict(name=args[1], is_standard=1)
    return get_doc(*args, **kwargs)


def get_cached_value(doctype: str, name: str, fieldname: str) -> Any:
    return db.get_value(doctype, name, fieldname)


def get_all(doctype: str, **kwargs: Any) -> Any:
    return db.get_all(doctype, **kwargs)


def get_roles(username: str | None = None) -> list[str]:
    roles = db.get_all("Has Role", filters={"parent": username or session.user}, pluck="role")
    return list(roles)


def enqueue(*args: Any, **kwargs: Any) -> Any:
    from frappe.utils.background_jobs import enqueue as put

    return put(*args, **kwargs)


def sendmail(*args: Any, **kwargs: Any) -> None:
    from frappe.email.doctype.email_queue.email_queue import queue

    queue(*args, **kwargs)


def publish_realtime(*args: Any, **kwargs: Any) -> None:
    from frappe.realtime import publish_realtime as publish

    publish(*args, **kwargs)


def generate_hash(txt: str | None = None, length: int = 56) -> str:
    return secrets.token_hex(length)[:length]


def throw(
    msg: str, exc: type[Exception] = ValidationError, title: str | None = None, **_: Any
) -> NoReturn:
    told = _dict(message=msg, title=title or "Message", raise_exception=1)
    local.message_log = [*getattr(local, "message_log", []), told]
    raise exc(msg)


def ping() -> str:
    return "pong"
