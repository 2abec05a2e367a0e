# New API keys for a user of a tenant, who asks for them: the old ones end with the commit.
import frappe

from . import methods, tenant
from .reissue import new_keys
from .wire import JSON, invalid


@methods.app(
    "rotateKeys", takes=("job", "site"), may_take=("user",), locks="site", before=tenant.demand_open,
    lasts="0.5 s",
)
def rotate_keys(params: JSON, emit: methods.Emit) -> JSON:
    """`user`: absent, the owner."""
    record = tenant.demand_here(params["site"])
    tenant.open_one(record)
    user = params.get("user") or record["owner"]
    if not frappe.db.exists("User", user):
        raise invalid("user", f"is no user of {params['site']}")
    if not frappe.db.get_value("User", user, "enabled"):
        raise invalid("user", "is a user who may not log in")
    return new_keys(user)
