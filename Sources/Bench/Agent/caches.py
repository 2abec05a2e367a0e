# When Frappe's caches of a site are cleared around a signup, and what is warm after it.
from contextlib import contextmanager
from typing import Any, Iterator

import frappe

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


def clear() -> None:
    """Frappe's own clearing of all the site's caches, after which what was right before and is
    right still is put back, as it was, instead of being built again by the first request."""
    import frappe.cache_manager

    ask, name = frappe.cache.execute_command, frappe.cache.make_key
    rules = getattr(frappe.cache_manager, "doctype_map_keys", ())
    hashes = {key: ask("HGETALL", name(key)) for key in (*KEPT_HASHES, *rules)}
    values = {key: ask("GET", name(key)) for key in KEPT_VALUES}
    frappe.clear_cache()
    for key, found in hashes.items():
        if found:
            ask("HSET", name(key), *(part for pair in found.items() for part in pair))
    for key, value in values.items():
        if value is not None:
            ask("SET", name(key), value)


def warm() -> None:
    """Loads what a site's first signup or login asks for, through Frappe's own functions."""
    for doctype in ("User", "Has Role", "System Settings"):
        frappe.get_meta(doctype)
    frappe.get_system_settings("language")
    frappe.get_cached_doc("User Type", "System User")


def load() -> None:
    """Brings the metadata that is kept into this process, as its first use would."""
    for doctype in frappe.cache.hkeys("doctype_meta"):
        frappe.get_meta(doctype.decode() if isinstance(doctype, bytes) else doctype)
