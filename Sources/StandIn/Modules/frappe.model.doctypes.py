# The DocTypes of the stand-in: their fields, and the statements that make their tables.
from __future__ import annotations

import frappe

# Fields and their types. A DocType without a table keeps its fields in tabSingles.
DOCTYPES: dict[str, dict[str, str]] = {
    "DocType": {"module": "Data", "issingle": "Check"},
    "DefaultValue": {"parent": "Data", "defkey": "Data", "defvalue": "Text"},
    "Singles": {"doctype": "Data", "field": "Data", "value": "Text"},
    "Role": {"role_name": "Data", "desk_access": "Check", "disabled": "Check"},
    "Has Role": {"parent": "Data", "parenttype": "Data", "parentfield": "Data", "role": "Data"},
    "User": {
        **dict.fromkeys(("email", "first_name", "middle_name", "last_name", "full_name"), "Data"),
        **dict.fromkeys(("username", "language", "time_zone", "user_type", "mobile_no"), "Data"),
        "last_active": "Data",
        **dict.fromkeys(("enabled", "send_welcome_email"), "Check"),
        "api_key": "Unique",
        **dict.fromkeys(("api_secret", "new_password"), "Password"),
        "roles": "Table",
    },
    "System Settings": {
        **dict.fromkeys(("setup_complete", "enable_scheduler", "enable_password_policy"), "Check"),
        **dict.fromkeys(("minimum_password_score", "rate_limit_email_link_login"), "Int"),
        **dict.fromkeys(("app_name", "country", "language", "time_zone", "currency"), "Data"),
    },
    "Global Defaults": {"default_company": "Data"},
    "Language": {"language_name": "Data"},
    "Scheduled Job Type": {"method": "Data", "last_execution": "Data"},
    # ERPNext's, which the stand-in has always.
    "Fiscal Year": {"year_start_date": "Data"},
    "Company": dict.fromkeys(
        ("company_name", "abbr", "country", "default_currency", "chart_of_accounts"), "Data"
    ),
    "Account": {
        **dict.fromkeys(("account_name", "company", "parent_account"), "Data"),
        **dict.fromkeys(("lft", "rgt"), "Int"),
    },
    "Dashboard Chart": {"filters_json": "Text"},
    "Email Queue": {"status": "Data", "recipients": "Text", "message": "Text"},
    "SaaS Settings": {
        **dict.fromkeys(("plan", "organization_name"), "Data"),
        **dict.fromkeys(("max_users", "max_storage_gb", "max_api_calls"), "Int"),
        **dict.fromkeys(("current_users", "api_calls_today"), "Int"),
        **dict.fromkeys(("storage_used", "last_activity"), "Data"),
    },
}
SINGLES = {"System Settings", "SaaS Settings", "Global Defaults"}
APP_DOCTYPES = {"nexus_core": ["SaaS Settings"]}  # everything else is frappe's own
SQL_TYPES = {
    **dict.fromkeys(("Int", "Check"), "INT NOT NULL DEFAULT 0"),
    **dict.fromkeys(("Text", "Password"), "TEXT"),
    **{"Data": "VARCHAR(140)", "Unique": "VARCHAR(140) UNIQUE"},
}


def tables() -> list[str]:
    """The statements that make a new site's tables, of each kind that Frappe's are of."""
    is_mariadb = frappe.get_conf().db_type != "sqlite"
    made = [
        "CREATE TABLE `__Auth` (doctype VARCHAR(140), name VARCHAR(255), fieldname VARCHAR(140),"
        " password TEXT, encrypted INT NOT NULL, PRIMARY KEY (doctype, name, fieldname))",
        "CREATE TABLE `tabSessions` (user VARCHAR(255), sid VARCHAR(255), sessiondata TEXT)",
        "CREATE TABLE `tabError Log` (name BIGINT PRIMARY KEY, method VARCHAR(140), error TEXT,"
        " creation DATETIME(6))",
        "CREATE TABLE `__global_search` (doctype VARCHAR(100), name VARCHAR(140), content TEXT)",
        "CREATE TABLE `tabSeries` (name VARCHAR(100) PRIMARY KEY, current INT NOT NULL)"
        + (" ENGINE=MyISAM" if is_mariadb else ""),
    ]
    if is_mariadb:
        made.append("CREATE SEQUENCE error_log_id_seq NOCACHE NOCYCLE")
    for doctype in DOCTYPES.keys() - SINGLES:
        columns = [f"`{f}` {SQL_TYPES[t]}" for f, t in DOCTYPES[doctype].items() if t != "Table"]
        if doctype != "Singles":
            columns += [
                "name VARCHAR(140) PRIMARY KEY",
                "owner VARCHAR(140)",
                "creation DATETIME(6)",
            ]
            columns += ["modified DATETIME(6)", "idx INT NOT NULL DEFAULT 0"]
        made.append(f"CREATE TABLE `tab{doctype}` ({', '.join(columns)})")
    return made
