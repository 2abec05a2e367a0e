# When Frappe's caches of a site are cleared around a signup, and what is warm after it.
from contextlib import contextmanager
from typing import Any, Iterator, Sequence

import frappe

from . import versions

KEPT_HASHES = ("doctype_meta", "table_columns", "notifications", "workflow")
KEPT_VALUES = (
    "app_hooks",
    "installed_apps",
    "all_apps",
    "app_modules",
    "installed_app_modules",
    "module_app",
    "module_installed_app",
    "db_tables",
    "is_table",
    "doctype_modules",
    "webhooks",
    "server_script_map",
    "non_standard_user_types",
)
"""What Frappe derives from code, DocTypes and rules (with its own `doctype_map_keys`). A signup
writes none of these, and nobody else is at the site before it has its name."""


@contextmanager
def clearing_put_off() -> Iterator[None]:
    """`User.validate` sets a default, and setting one clears every cache of the site in the middle
    of the insert, so that the rest of it rebuilds all metadata from the database. The defaults are
    cleared at once, which is what has changed; everything else when the caller says so, after the
    transaction has ended, by `clear`."""
    from frappe.cache_manager import clear_defaults_cache

    clear_cache = frappe.clear_cache

    def put_off(user: str | None = None, doctype: str | None = None, **options: Any) -> None:
        if user or doctype:
            clear_cache(user=user, doctype=doctype, **options)
        else:
            clear_defaults_cache()

    frappe.clear_cache = put_off
    try:
        yield
    finally:
        frappe.clear_cache = clear_cache


class Kept:
    """What is kept of a site's caches, as bytes, taken when this is made, but for what has one of
    these words in it."""

    def __init__(self, database: str, without: Sequence[str] = ()) -> None:
        import frappe.cache_manager

        rules = getattr(frappe.cache_manager, "doctype_map_keys", ())
        ask = versions.cache().execute_command
        hashes = {key: ask("HGETALL", cache_key(database, key)) for key in (*KEPT_HASHES, *rules)}
        values = {key: ask("GET", cache_key(database, key)) for key in KEPT_VALUES}
        words = [word.encode() for word in without]

        def kept(value: bytes) -> bool:
            return not any(word in value for word in words)

        self.hashes = {
            key: {name: value for name, value in found.items() if kept(value)}
            for key, found in hashes.items()
            if found
        }
        self.values = {k: value for k, value in values.items() if value is not None and kept(value)}

    def put(self, database: str) -> None:
        ask = versions.cache().execute_command
        for key, found in self.hashes.items():
            parts = [part for pair in found.items() for part in pair]
            if parts:
                ask("HSET", cache_key(database, key), *parts)
        for key, value in self.values.items():
            ask("SET", cache_key(database, key), value)


def cache_key(database: str, key: str) -> bytes:
    """Frappe's name of a cache key, for any site of the bench: its database's name is in it."""
    own: bytes = versions.cache().make_key(key)
    return own.replace(frappe.conf.db_name.encode(), database.encode(), 1)


def clear(without: Sequence[str] = ()) -> None:
    """Frappe's own clearing of all the site's caches, after which what was right before and is
    right still is put back, as it was, instead of being built again by the first request. What has
    one of the words in it is right no more."""
    kept = Kept(frappe.conf.db_name, without)
    frappe.clear_cache()
    kept.put(frappe.conf.db_name)


def copy(source: str, target: str, without: Sequence[str] = ()) -> None:
    """From a template to its copy, or back from the first copy that was warm: their DocTypes,
    rules and code are the same, so what Frappe derives from them is too."""
    Kept(source, without).put(target)


def warmth(database: str) -> int:
    """For how many DocTypes the metadata is there."""
    return int(versions.cache().execute_command("HLEN", cache_key(database, "doctype_meta")))


def warm() -> None:
    """Loads what a site's first signup or login asks for, through Frappe's own functions."""
    for doctype in ("User", "Has Role", "System Settings"):
        frappe.get_meta(doctype)
    frappe.get_system_settings("language")
    frappe.get_cached_doc("User Type", "System User")


def load() -> None:
    """Brings the metadata that is kept into this process, as its first use would."""
    for doctype in versions.cache().hkeys("doctype_meta"):
        frappe.get_meta(doctype.decode() if isinstance(doctype, bytes) else doctype)
