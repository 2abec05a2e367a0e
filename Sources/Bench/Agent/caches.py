# When Frappe's caches of a site are cleared during a signup, and what is warm after it.
from contextlib import contextmanager
from typing import Any, Iterator

import frappe


@contextmanager
def clearing_put_off() -> Iterator[None]:
    """`User.validate` sets a default, and setting one clears every cache of the site in the middle
    of the insert, so that the rest of it rebuilds all metadata from the database. Nobody else can
    be at the site yet: the defaults are cleared at once, which is what has changed, and everything
    else when the transaction is over, whichever way it ends."""
    from frappe.cache_manager import clear_defaults_cache

    clear_cache = frappe.clear_cache
    wanted = False

    def put_off(user: str | None = None, doctype: str | None = None, **options: Any) -> None:
        nonlocal wanted
        if user or doctype:
            clear_cache(user=user, doctype=doctype, **options)
            return
        wanted = True
        clear_defaults_cache()

    frappe.clear_cache = put_off
    try:
        yield
    finally:
        frappe.clear_cache = clear_cache
        if wanted:
            clear_cache()


def warm(site: str) -> None:
    """Loads what the first signup or login of a site asks for, through Frappe's own functions."""
    for doctype in ("User", "Has Role", "System Settings"):
        frappe.get_meta(doctype)
    frappe.get_system_settings("language")
