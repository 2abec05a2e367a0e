# A tenant's plan in its site: the fields of the Single `SaaS Settings`, as far as it has them.
import re
from typing import Any

import frappe

from .wire import JSON


def apply_settings(params: JSON) -> list[JSON]:
    """Writes the plan to the Single; what the bench has no place for is a warning."""
    doctype = params["settings"]
    if not frappe.db.exists("DocType", doctype):
        message = f"The site has no DocType {doctype}; the plan is kept in site_config.json only."
        return [{"kind": "settings_missing", "message": message}]
    values = fields(params["plan"])
    if "organization" in params:
        values["organization_name"] = params["organization"]
    meta = frappe.get_meta(doctype)
    missing = [field for field in values if not meta.has_field(field)]
    further = further_fields(params["plan"])
    settings = frappe.get_doc(doctype)
    for field, value in {**values, **further}.items():
        if meta.has_field(field):
            settings.set(field, value)
    settings.save(ignore_permissions=True)
    return [
        {"kind": "settings_field_missing", "message": f"{doctype} has no field {field}."}
        for field in missing
    ]


def fields(plan: JSON) -> dict[str, Any]:
    """What is unlimited is 0 there: a column of whole numbers has no other word for it."""
    return {
        "plan": plan["name"],
        "max_users": plan["users"] or 0,
        "max_storage_gb": plan["storageGB"] or 0,
    }


def further_fields(plan: JSON) -> dict[str, Any]:
    """Limits by name: `apiCalls` is `max_api_calls`. That there is no such field is no trouble."""
    return {
        "max_" + re.sub("(?<=[a-z0-9])([A-Z])", r"_\1", name).lower(): limit or 0
        for name, limit in (plan.get("limits") or {}).items()
    }
