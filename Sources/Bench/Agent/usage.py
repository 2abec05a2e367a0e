# What tenants use, measured now, and written into the fields of `SaaS Settings` that a site has.
import fnmatch
import sys
from datetime import datetime, timezone
from typing import Any
from zoneinfo import ZoneInfo

import frappe

from . import config, folder, measure, methods, server, suspension, tenant
from .children import Work
from .index import bench, is_own
from .lifecycle import Place
from .wire import JSON

MB = 1 << 20


@methods.root(
    "usage", takes=("job", "days"), may_take=("sites", "pattern"), proven=True,
    lasts="0.02 s a tenant",
)
def usage(params: JSON, credentials: server.Credentials, work: Work) -> JSON:
    """`sites` and `pattern`: of these; else of all tenants. `failed`: those that could not be asked."""
    bench.refresh()
    records = [tenant.judge(site, bench.find(site)) for site in dict.fromkeys(params.get("sites") or [])]
    if params.get("pattern") or not records:
        records += [record for record in every(params) if record not in records]
    root = server.connect(credentials)
    sizes = measure.all_bytes(root) if len(records) > 1 else {}
    found, failed = [], []
    for record in records:
        place = Place(root, record["site"], record["database"], record["user"] or record["database"])
        try:
            found.append(measured(place, record, params["days"], sizes))
        except Exception as error:
            if server.trouble(error) or not is_own(record["database"]):
                raise
            failed.append({"site": record["site"], "reason": str(error)})
    root.close()
    write(found, params, work)
    return {"usage": found, "failed": failed}


def every(params: JSON) -> list[JSON]:
    pattern = params.get("pattern") or "*"
    return [
        record
        for record in sorted(bench.records(), key=lambda record: str(record["site"]))
        if record["made"] and record["state"] == "active" and not tenant.is_hidden(record)
        and is_own(record["database"])
        and (fnmatch.fnmatchcase(record["site"], pattern)
             or fnmatch.fnmatchcase(record["site"].partition(".")[0], pattern))
    ]


def measured(place: Place, record: JSON, days: int, sizes: dict[str, int]) -> JSON:
    plan = record["plan"] or {}
    active, seen = measure.users(place)
    most = plan.get("storageGB")
    return {
        "site": place.site,
        "users": {"active": active, "limit": plan.get("users")},
        "storage": {
            **measure.storage(place, sizes.get(place.database)),
            "limit": None if most is None else most * measure.GB,
        },
        "apiCalls": measure.calls(place, days),
        "lastActivity": utc(seen, measure.time_zone(place)) if seen else None,
        "measured": config.now(),
    }


def utc(moment: str, zone: str) -> str:
    """Frappe keeps times as the clock of the site's own zone shows them."""
    try:
        own: Any = ZoneInfo(zone)
    except Exception:
        own = timezone.utc
    read = datetime.fromisoformat(moment).replace(tzinfo=own)
    return read.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def write(found: list[JSON], params: JSON, work: Work) -> None:
    """Where a site takes it: one that is closed gets it the next time. No usage is untold because
    it could not be written."""
    open_ones = [
        each for each in found if not suspension.is_closed((config.read(each["site"]) or {})["tenantd"])
    ]
    try:
        work.app("write_usage", {"usage": open_ones, "settings": params["settings"]})
    except Exception as error:
        print(f"The usage was not written: {error}", file=sys.stderr)


@methods.stage("write_usage", takes=("usage",))
def write_usage(params: JSON, emit: methods.Emit) -> None:
    doctype = params["settings"]
    for each in params["usage"]:
        try:
            folder.reconnect(each["site"])
            write_one(doctype, each)
        except Exception as error:
            print(f"{each['site']}: its usage was not written: {error}", file=sys.stderr)
    frappe.destroy()


def write_one(doctype: str, used: JSON) -> None:
    """Without the document's own hooks: nobody changes these by hand."""
    if not frappe.db.exists("DocType", doctype):
        return
    meta = frappe.get_meta(doctype)
    values = {"current_users": used["users"]["active"],
              "storage_used": round(used["storage"]["total"] / MB, 2)}
    if used["apiCalls"]:
        values["api_calls_today"] = used["apiCalls"][-1]["count"]
    if seen := used["lastActivity"]:
        values["last_activity"] = local(seen)
    for field, value in values.items():
        if meta.has_field(field):
            frappe.db.set_single_value(doctype, field, value, update_modified=False)
    frappe.db.commit()


def local(moment: str) -> str:
    try:
        own: Any = ZoneInfo(str(frappe.get_system_settings("time_zone") or measure.UNSET_ZONE))
    except Exception:
        own = timezone.utc
    read = datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    return read.astimezone(own).strftime("%Y-%m-%d %H:%M:%S")
