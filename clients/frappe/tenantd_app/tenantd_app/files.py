# As many bytes of files as the plan has: counted before they are stored and when they are deleted.
import os
from typing import Any

import frappe
from frappe.core.doctype.file.exceptions import MaxFileSizeReachedError
from frappe.utils import cint

from . import read_only, record, storage

GIGABYTE = 1024**3
LOCAL = ("/files/", "/private/files/")
FOLDERS = (("public", "files"), ("private", "files"))
OWN = "tenantd_app.files.delete_content"


class StorageLimitReached(MaxFileSizeReachedError):
    """Of that kind, so that Frappe takes in a mail whose attachment has no room."""


def before_write(file_size: int = 0, **_: Any) -> None:
    """Frappe asks here with the content in hand and nothing on the disk."""
    read_only.refuse_writing()
    size = cint(file_size)
    used = storage.locked()
    gigabytes = record.limit("storageGB")
    if gigabytes is not None and used is not None and used + size > gigabytes * GIGABYTE:
        free = max(0, gigabytes * GIGABYTE - used)
        plan = f" ({name})" if (name := record.plan_name()) else ""
        frappe.throw(
            f"There is no room for this file of {text(size)}: of the {gigabytes} GB for files that"
            f" the plan{plan} has, {text(free)} are free. Delete files, or change the plan.",
            exc=StorageLimitReached,
            title="No more room for files",
        )
    storage.change(size)


def validate(doc: Any, method: str | None = None) -> None:
    """After Frappe's own, which believes the size that a request says."""
    if not doc.is_folder:
        doc.file_size = true_size(doc)


def true_size(doc: Any) -> int:
    if (on_disk := size_on_disk(doc)) is not None:
        return on_disk
    content = getattr(doc, "_content", None)  # an app has stored it elsewhere
    if content:
        return len(content.encode() if isinstance(content, str) else content)
    return cint(frappe.db.get_value("File", doc.name, "file_size")) if doc.name else 0


def size_on_disk(doc: Any) -> int | None:
    """Of a file of the site's own, or None."""
    if not str(doc.file_url or "").startswith(LOCAL):
        return None
    try:
        return os.path.getsize(doc.get_full_path())
    except OSError:
        return None


def delete_content(doc: Any, only_thumbnail: bool = False) -> None:
    """In place of Frappe's own deletion, which it hands on to, or to the next app that has one."""
    read_only.refuse_writing()
    size = 0 if only_thumbnail else size_on_disk(doc)
    if size is None:
        size = 0 if str(doc.file_url or "").startswith(LOCAL) else cint(doc.file_size)
    others = [name for name in frappe.get_hooks("delete_file_data_content") if name != OWN]
    if others:
        frappe.get_attr(others[0])(doc, only_thumbnail=only_thumbnail)
    else:
        doc.delete_file_from_filesystem(only_thumbnail=only_thumbnail)
    if not doc.flags.new_file:  # there it is a rollback, and what was counted is rolled back too
        storage.change(-size)


def recount() -> None:
    """Puts right what was written past Frappe's files, or is still there of a failure. What a file of
    the site's own has is what the disk says; for others, what Frappe knows of them."""
    if storage.locked() is None:
        storage.put(0)
    size = sum(folder_size(frappe.get_site_path(*names)) for names in FOLDERS)
    elsewhere = frappe.db.sql(
        "SELECT COALESCE(SUM(size), 0) FROM (SELECT MAX(file_size) AS size FROM `tabFile`"
        " WHERE is_folder = 0 AND content_hash IS NOT NULL AND file_url NOT LIKE '/files/%%'"
        " AND file_url NOT LIKE '/private/files/%%' GROUP BY file_url) AS found"
    )
    storage.put(size + int(elsewhere[0][0]))


def folder_size(path: str) -> int:
    size = 0
    for folder, _, names in os.walk(path):
        for name in names:
            try:
                size += os.lstat(os.path.join(folder, name)).st_size
            except OSError:
                continue  # deleted meanwhile
    return size


def text(size: int) -> str:
    """Rounded down, and exact where that would be nothing."""
    for unit, factor in (("GB", GIGABYTE), ("MB", 1024**2), ("kB", 1024)):
        if size >= factor:
            return f"{size * 10 // factor / 10:g} {unit}"
    return f"{size} bytes"
