# Documents of the stand-in: the few DocTypes that exist, and a User that behaves as Frappe's does.
from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe.model.doctypes import DOCTYPES, SINGLES
from frappe.sandbox import point
from frappe.utils import cint, now
from frappe.utils.password import get_decrypted_password, remove_encrypted_password
from frappe.utils.password import set_encrypted_password, update_password

STANDARD_USERS = ("Administrator", "Guest")


class Meta:
    """What is known of a DocType that the site has."""

    def __init__(self, doctype: str) -> None:
        key = f"meta:{doctype}"
        if key not in frappe.local.cache:
            frappe.local.cache[key] = frappe.cache.hget(
                "doctype_meta", doctype, lambda: frappe.db.exists("DocType", doctype)
            )
        if not frappe.local.cache[key]:
            frappe.throw(f"DocType {doctype} not found", frappe.DoesNotExistError)
        self.name, self.fields, self.issingle = doctype, DOCTYPES[doctype], doctype in SINGLES

    def has_field(self, fieldname: str) -> bool:
        return fieldname in self.fields

    def get_field(self, fieldname: str) -> Any:
        label = fieldname.replace("_", " ").title()
        return frappe._dict(label=label) if fieldname in self.fields else None


def get_doc(*args: Any, **kwargs: Any) -> Document:
    """From a dict of values, from keywords with `doctype`, or loaded by DocType and name."""
    values = args[0] if args and isinstance(args[0], dict) else kwargs
    if values:
        return CLASSES.get(values["doctype"], Document)(values)
    doctype, name = args[0], args[1] if len(args) > 1 else None
    meta = Meta(doctype)
    if meta.issingle:
        found = frappe.db.get_singles_dict(doctype) | {"name": doctype}
    else:
        found = frappe.db.get_value(doctype, name, "*", as_dict=True) if name else {}
    if found is None:
        frappe.throw(f"{doctype} {name} not found", frappe.DoesNotExistError)
    document = CLASSES.get(doctype, Document)({**found, "doctype": doctype})
    for field in [f for f, kind in meta.fields.items() if kind == "Table" and name]:
        for row in frappe.db.get_all("Has Role", {"parent": name}, "*", order_by="idx"):
            document.append(field, row)
    return document


class Document:
    doctype: str
    name: Any

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__.update(name=None, flags=frappe._dict())
        for key, value in values.items():
            self.set(key, value)

    def __getattr__(self, key: str) -> Any:
        kind = DOCTYPES.get(self.__dict__.get("doctype", ""), {}).get(key)
        if kind is None:
            raise AttributeError(f"{self.__dict__.get('doctype')} has no attribute {key}")
        return self.__dict__.setdefault(key, []) if kind == "Table" else None

    def get(self, key: str, default: Any = None) -> Any:
        found = getattr(self, key, None)
        return default if found is None else found

    def set(self, key: str, value: Any) -> None:
        is_rows = isinstance(value, list) and all(isinstance(row, dict) for row in value)
        self.__dict__[key] = [] if is_rows else value
        for row in value if is_rows else []:
            self.append(key, row)

    def update(self, values: dict[str, Any]) -> Document:
        for key, value in values.items():
            self.set(key, value)
        return self

    def append(self, key: str, value: dict[str, Any]) -> Document:
        row = Document({"doctype": "Has Role", **value})
        getattr(self, key).append(row)
        return row

    def get_password(self, fieldname: str = "password", raise_exception: bool = True) -> Any:
        return get_decrypted_password(self.doctype, self.name, fieldname, raise_exception)

    def as_dict(self) -> Any:
        known = ("doctype", "name", *DOCTYPES[self.doctype])
        pairs = ((key, self.get(key)) for key in known)
        return frappe._dict(
            (k, [row.as_dict() for row in v] if isinstance(v, list) else v) for k, v in pairs
        )

    def insert(
        self,
        ignore_permissions: Any = None,
        ignore_links: Any = None,
        ignore_if_duplicate: bool = False,
        **_: Any,
    ) -> Document:
        Meta(self.doctype)
        self.autoname()
        self.run_method("before_insert")
        self._validate()
        try:
            self._write(new=True)
        except frappe.db.IntegrityError as error:
            if not frappe.db.exists(self.doctype, self.name):
                raise frappe.UniqueValidationError(self.doctype, self.name, error) from error
            if not ignore_if_duplicate:
                raise frappe.DuplicateEntryError(self.doctype, self.name, error) from error
            return self
        self.run_method("after_insert")
        self.flags.in_insert = True
        self.run_method("on_update")
        self.flags.in_insert = False
        return self

    def save(self, ignore_permissions: Any = None, **_: Any) -> Document:
        if self.name is None:
            return self.insert(ignore_permissions)
        self._validate()
        self._write(new=False)
        self.run_method("on_update")
        return self

    def run_method(self, method: str) -> None:
        """The document's own, then those of the apps."""
        getattr(self, method)()
        events = {} if frappe.flags.in_install else frappe.get_doc_hooks()
        for doctype in (self.doctype, "*"):
            for handler in events.get(doctype, {}).get(method, []):
                frappe.get_attr(handler)(self, method)

    def _validate(self) -> None:
        self.run_method("validate")
        for field, kind in DOCTYPES[self.doctype].items():
            value = self.get(field)
            if kind in ("Data", "Unique") and value and len(str(value)) > 140:
                told = f"{field} will get truncated, as max characters allowed is 140"
                frappe.throw(told, frappe.CharacterLengthExceededError)

    def _write(self, new: bool) -> None:
        fields = DOCTYPES[self.doctype]
        if self.doctype in SINGLES:
            frappe.db.set_value(self.doctype, None, {f: self.get(f) for f in fields})
            return
        secrets = {f: self.get(f) for f, kind in fields.items() if kind == "Password"}
        row = {f: self.get(f) for f, kind in fields.items() if kind not in ("Table", "Password")}
        for field, kind in fields.items():
            if kind in ("Int", "Check"):
                row[field] = cint(row[field])
        row |= {field: secret and "*" * len(secret) for field, secret in secrets.items()}
        row |= {"modified": now(), "idx": cint(self.__dict__.get("idx"))}
        if new:
            row |= {"name": self.name, "owner": frappe.session.user, "creation": row["modified"]}
            columns = ", ".join(f"`{column}`" for column in row)
            marks = ", ".join(["%s"] * len(row))
            statement = f"INSERT INTO `tab{self.doctype}` ({columns}) VALUES ({marks})"
            frappe.db.sql(statement, list(row.values()))
        else:
            frappe.db.set_value(self.doctype, self.name, row)
        for field in [f for f, kind in fields.items() if kind == "Table"]:
            frappe.db.delete("Has Role", {"parent": self.name, "parentfield": field})
            for index, child in enumerate(self.get(field), 1):
                child.update({"parent": self.name, "parenttype": self.doctype, "idx": index})
                child.update({"parentfield": field, "name": frappe.generate_hash(length=10)})
                child._write(new=True)
        for field, secret in secrets.items():
            if not secret:
                remove_encrypted_password(self.doctype, self.name, field)
            elif set(secret) != {"*"}:  # as loaded, it is a row of asterisks
                set_encrypted_password(self.doctype, self.name, secret, field)
                self.set(field, row[field])

    def autoname(self) -> None:
        self.name = self.name or frappe.generate_hash(length=10)

    def before_insert(self) -> None:
        pass

    def validate(self) -> None:
        pass

    def after_insert(self) -> None:
        pass

    def on_update(self) -> None:
        pass


class User(Document):
    _password: str | None
    new_password: str | None

    def autoname(self) -> None:
        self.name = self.name or str(self.email or "").strip().lower()

    def before_insert(self) -> None:
        point("user_insert", self.name)
        hour_ago = (datetime.now() - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S.%f")
        limit = cint(frappe.conf.get("throttle_user_limit", 60))
        if len(frappe.db.get_all("User", {"creation": (">", hour_ago)}, pluck="name")) > limit:
            frappe.throw("Throttled")
        if self.get("enabled") is None:
            self.enabled = 1

    def validate(self) -> None:
        self._password = self.get("new_password")
        self.new_password = None
        if self.name not in STANDARD_USERS:
            self.email = self.name
            if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", self.email):
                told = f"{self.email} is not a valid Email Address"
                frappe.throw(told, frappe.InvalidEmailAddressError)
        if not self.first_name:
            told = f"[User, {self.name}]: first_name"
            raise frappe.MandatoryError(told)
        roles = [row.role for row in self.roles]
        known = dict(frappe.db.sql("SELECT name, desk_access FROM `tabRole`"))
        if missing := [role for role in roles if role not in known]:
            frappe.throw(f"Could not find Role: {missing[0]}", frappe.LinkValidationError)
        desk = self.name == "Administrator" or any(known[role] for role in roles)
        self.user_type = "System User" if desk else "Website User"
        self.full_name = " ".join(filter(None, [self.first_name, self.last_name]))
        frappe.db.set_default("email_user_password", "")

    def on_update(self) -> None:
        new = self.flags.in_insert
        frappe.clear_cache(user=self.name)
        if self._password and self.name not in STANDARD_USERS:
            update_password(self.name, self._password)
        installing = bool(frappe.flags.in_install)
        jobs = ["create_contact"] + ["update_gravatar"] * (self.name not in STANDARD_USERS)
        if new and not self.flags.no_welcome_mail and cint(self.get("send_welcome_email", 1)):
            jobs.append("send_welcome_mail_to_user")
        for job in jobs:
            method = f"frappe.core.doctype.user.user.{job}"
            frappe.enqueue(method, now=installing, enqueue_after_commit=True, name=self.name)


CLASSES: dict[str, type[Document]] = {"User": User}
