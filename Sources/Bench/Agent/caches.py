# When Frappe's caches of a site are cleared around a signup, and what is warm after it.
from contextlib import contextmanager
from typing import Any, Iterator

import frappe

METADATA_HASHES = ("doctype_meta", "table_columns")
METADATA_VALUES = (
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
)
"""What Frappe derives from DocTypes and code alone. A signup changes neither, and nobody else is
at the site before it has its name."""


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


def clear() -> None:
    """Frappe's own clearing of all the site's caches, after which the metadata, which was right
    before and is right still, is put back instead of being built again by the first request."""
    hashes = {key: frappe.cache.hgetall(key) for key in METADATA_HASHES}
    values = {key: frappe.cache.get_value(key) for key in METADATA_VALUES}
    frappe.clear_cache()
    for key, found in hashes.items():
        for name, value in found.items():
            frappe.cache.hset(key, name.decode() if isinstance(name, bytes) else name, value)
    for key, value in values.items():
        if value is not None:
            frappe.cache.set_value(key, value)


def warm() -> None:
    """Loads what a site's first signup or login asks for, through Frappe's own functions."""
    for doctype in ("User", "Has Role", "System Settings"):
        frappe.get_meta(doctype)
    frappe.get_system_settings("language")
