# As many users as the plan has: those who are enabled and may use the desk, without Frappe's own two.
from typing import Any

import frappe
from frappe.utils import cint

from . import database, record

OWN = ("Administrator", "Guest")
COUNTED = (
    "SELECT name FROM `tabUser` WHERE enabled = 1 AND user_type = 'System User'"
    " AND name NOT IN ('Administrator', 'Guest')"
)


class UserLimitReached(frappe.ValidationError):
    pass


def before_validate(doc: Any, method: str | None = None) -> None:
    """One at a time, from before Frappe's own `validate`, which writes already. Who has a role for
    the desk will be of the type that counts, unless a role profile says otherwise."""
    allowed = record.limit("users")
    if allowed is None or not is_enabled(doc) or counted_before(doc):
        return
    lock()
    if doc.has_desk_access() and not doc.get("role_profile_name"):
        demand_room(doc, allowed)


def validate(doc: Any, method: str | None = None) -> None:
    """After Frappe's own, which finds the type from the roles. Who counted before may always be
    saved: a plan that has become smaller locks nobody out."""
    allowed = record.limit("users")
    if allowed is None:
        return
    counts = is_enabled(doc) and doc.user_type == "System User"
    if counts and not counted_before(doc):
        lock()
        demand_room(doc, allowed)
    remember(doc.name, counts)


def on_trash(doc: Any, method: str | None = None) -> None:
    if record.limit("users") is not None:
        remember(doc.name, False)


def is_enabled(doc: Any) -> bool:
    return doc.name not in OWN and bool(cint(doc.enabled))


def counted_before(doc: Any) -> bool:
    """As this transaction sees it. Had another one changed that meanwhile, Frappe would not save a
    document that is not the latest."""
    return bool(frappe.db.sql(f"{COUNTED} AND name = %s", (doc.name,)))


def lock() -> None:
    """Until the transaction ends. A row that nobody changes, and that every site has."""
    database.locking("SELECT name FROM `tabUser` WHERE name = 'Guest' FOR UPDATE")


def demand_room(doc: Any, allowed: int) -> None:
    """Whoever has the lock sees what all others before have committed; what this transaction itself
    has done is not committed yet."""
    names = {str(name) for (name,) in database.committed(COUNTED)}
    for name, counts in own_changes().items():
        names = names | {name} if counts else names - {name}
    others = len(names - {str(doc.name)})
    if others < allowed:
        return
    plan = f" ({name})" if (name := record.plan_name()) else ""
    users = "1 user" if allowed == 1 else f"{allowed} users"
    are = "1 is" if others == 1 else f"{others} are"
    frappe.throw(
        f"The plan{plan} has {users}, and {are} enabled already. Disable one, or change the plan.",
        exc=UserLimitReached,
        title="No more users",
    )


def own_changes() -> dict[str, bool]:
    """By user, whether it counts after what this transaction has done."""
    changes: dict[str, bool] | None = frappe.flags.get("tenantd_users")
    if changes is None:
        changes = frappe.flags.tenantd_users = {}
    return changes


def remember(name: str, counts: bool) -> None:
    changes = own_changes()
    if not changes:
        for end in ("after_commit", "after_rollback"):  # callbacks from 15 on
            if add := getattr(getattr(frappe.db, end, None), "add", None):
                add(forget)
    changes[str(name)] = counts


def forget() -> None:
    frappe.flags.tenantd_users = None
