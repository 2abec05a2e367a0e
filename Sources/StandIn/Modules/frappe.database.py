# Database connections of the stand-in, as site and as root. The driver is PyMySQL on MariaDB and
# frappe.database.sqlite, which has the same shape, in the sandbox; nothing else differs.
from __future__ import annotations

import importlib
from typing import Any, Iterable

import frappe
from frappe.sandbox import forget, point
from frappe.utils import CallbackManager, cint, now

DDL = {"start", "begin", "alter", "drop", "create", "truncate"}
WRITES = {"insert", "update", "delete", "replace"}
RENAMED = {1205: frappe.QueryTimeoutError, 1213: frappe.QueryDeadlockError}


class Database:
    """A connection that is made when it is first used, and again after it was closed."""

    def __init__(
        self,
        host: str | None = None,
        user: str | None = None,
        password: str | None = None,
        port: Any = None,
        cur_db_name: str | None = None,
        socket: str | None = None,
    ) -> None:
        self.host, self.user, self.password, self.port = host, user, password, port
        self.cur_db_name, self.socket = cur_db_name, socket
        self.db_type: str = frappe.get_conf().db_type
        self._conn: Any = None
        self._cursor: Any = None
        self.transaction_writes = 0
        self.before_commit, self.after_commit = CallbackManager(), CallbackManager()
        self.after_rollback = CallbackManager()
        module = "frappe.database.sqlite" if self.db_type == "sqlite" else "pymysql"
        self._driver: Any = importlib.import_module(module)
        self.OperationalError = self._driver.OperationalError
        self.ProgrammingError = self._driver.ProgrammingError
        self.IntegrityError = self._driver.IntegrityError

    def connect(self) -> None:
        settings: dict[str, Any] = {
            "user": self.user,
            "password": self.password or "",
            "charset": "utf8mb4",
        }
        server = {"host": self.host, "port": cint(self.port) or 3306}
        settings |= {"unix_socket": self.socket} if self.socket else server
        settings |= {"database": self.cur_db_name} if self.cur_db_name else {}
        self._conn = self._driver.connect(**settings)
        self._cursor = self._conn.cursor()

    def sql(
        self,
        query: str,
        values: Any = (),
        *,
        as_dict: Any = False,
        pluck: Any = False,
    ) -> Any:
        query = str(query).strip()
        if not self._conn:
            self.connect()
        verb = query.split(None, 1)[0].lower()
        if verb in DDL and self.transaction_writes:
            raise frappe.ImplicitCommitError("This statement can cause implicit commit")
        if verb in WRITES:
            self.transaction_writes += 1
        elif query.lower() in ("commit", "rollback"):
            self.transaction_writes = 0
        if query.startswith("CREATE DATABASE"):
            point("create_database")
        if not isinstance(values, (tuple, list, dict)):
            values = (values,)
        try:
            self._cursor.execute(query, values or None)
        except self.OperationalError as error:
            if kind := RENAMED.get(error.args[0]):
                raise kind(error) from error
            raise
        if not self._cursor.description:
            return ()
        rows = self._cursor.fetchall()
        if pluck:
            return [row[0] for row in rows]
        if as_dict:
            names = [column[0] for column in self._cursor.description]
            return [frappe._dict(zip(names, row)) for row in rows]
        return rows

    def sql_ddl(self, query: str) -> None:
        self.commit()
        self.sql(query)

    def begin(self) -> None:
        self.sql("start transaction")

    def commit(self) -> None:
        installing = frappe.local.flags.in_install or frappe.local.flags.in_install_db
        watched = bool(self.cur_db_name and self.transaction_writes and not installing)
        if watched:
            point("commit")
        self.after_rollback.reset()
        self.before_commit.run()
        self.sql("commit")
        self.begin()
        if watched:
            point("after_commit")
        self.after_commit.run()

    def savepoint(self, save_point: str) -> None:
        self.sql(f"savepoint {save_point}")

    def release_savepoint(self, save_point: str) -> None:
        self.sql(f"release savepoint {save_point}")

    def rollback(self, *, save_point: str | None = None) -> None:
        if save_point:
            self.sql(f"rollback to savepoint {save_point}")
            return
        forget()
        self.before_commit.reset()
        self.after_commit.reset()
        self.sql("rollback")
        self.begin()
        self.after_rollback.run()

    def close(self) -> None:
        if self._conn:
            self._conn.close()
            self._conn = self._cursor = None
            self.transaction_writes = 0

    @staticmethod
    def is_table_missing(error: Exception) -> bool:
        return error.args[:1] == (1146,)

    def get_tables(self, cached: bool = True) -> list[str]:
        return list(self.sql("SHOW TABLES", pluck=True))

    def get_values(
        self,
        doctype: str,
        filters: Any = None,
        fieldname: Any = "name",
        as_dict: bool = False,
        order_by: str | None = None,
        limit: int | None = None,
    ) -> Any:
        fields = [fieldname] if isinstance(fieldname, str) else list(fieldname)
        if filters is None or (filters == doctype and doctype != "DocType"):
            found = self.get_singles_dict(doctype)
            row = found if fields == ["*"] else frappe._dict((f, found.get(f)) for f in fields)
            return ([row] if as_dict else [list(row.values())]) if found else []
        where, values = _where(filters)
        columns = ", ".join("*" if field == "*" else f"`{field}`" for field in fields)
        tail = (f" ORDER BY {order_by}" if order_by else "") + (f" LIMIT {limit}" if limit else "")
        query = f"SELECT {columns} FROM `tab{doctype}`{where}{tail}"
        try:
            return self.sql(query, values, as_dict=as_dict)
        except self.ProgrammingError as error:
            if self.is_table_missing(error):
                return []
            raise

    def get_value(
        self,
        doctype: str,
        filters: Any = None,
        fieldname: Any = "name",
        as_dict: bool = False,
        **_: Any,
    ) -> Any:
        found = self.get_values(doctype, filters, fieldname, as_dict, limit=1)
        if not found:
            return None
        return found[0] if as_dict or len(found[0]) > 1 else found[0][0]

    def get_all(
        self,
        doctype: str,
        filters: Any = None,
        fields: Any = "name",
        pluck: str | None = None,
        order_by: str | None = None,
    ) -> Any:
        rows = self.get_values(doctype, filters or {}, pluck or fields, not pluck, order_by)
        return [row[0] for row in rows] if pluck else rows

    def exists(self, dt: Any, dn: Any = None, cache: bool = False) -> Any:
        if isinstance(dt, dict):
            dn = {key: value for key, value in dt.items() if key != "doctype"}
            dt = dt["doctype"]
        return dn if dt == dn != "DocType" else self.get_value(dt, dn)

    def set_value(self, dt: str, dn: Any, field: Any, val: Any = None, **_: Any) -> None:
        changes = field if isinstance(field, dict) else {field: val}
        if dn is None or dt == dn:
            if dt == "SaaS Settings":
                point("settings", changes.get("organization_name"))
            for name, value in changes.items():
                self.delete("Singles", {"doctype": dt, "field": name})
                row = (dt, name, None if value is None else str(value))
                self.sql("INSERT INTO `tabSingles` (doctype, field, value) VALUES (%s,%s,%s)", row)
            return
        where, values = _where(dn)
        columns = ", ".join(f"`{name}` = %s" for name in changes)
        self.sql(f"UPDATE `tab{dt}` SET {columns}{where}", [*changes.values(), *values])

    def set_single_value(self, doctype: str, fieldname: Any, value: Any = None, **_: Any) -> None:
        self.set_value(doctype, None, fieldname, value)

    def get_single_value(self, doctype: str, fieldname: str, cache: bool = True) -> Any:
        kind = frappe.get_meta(doctype).fields.get(fieldname)
        if kind is None:
            frappe.throw(f"Field {fieldname} does not exist on {doctype}")
        value = self.get_singles_dict(doctype).get(fieldname)
        return cint(value) if kind in ("Int", "Check") else value

    def get_singles_dict(self, doctype: str) -> Any:
        rows = self.sql("SELECT field, value FROM `tabSingles` WHERE doctype = %s", doctype)
        return frappe._dict(rows)

    def delete(self, doctype: str, filters: Any) -> None:
        table = doctype if doctype.startswith("__") else f"tab{doctype}"
        where, values = _where(filters)
        self.sql(f"DELETE FROM `{table}`{where}", values)

    def set_default(self, key: str, val: Any, parent: str = "__default") -> None:
        self.delete("DefaultValue", {"defkey": key, "parent": parent})
        row = (frappe.generate_hash(length=10), now(), parent, key, val)
        columns = "(name, creation, parent, defkey, defvalue) VALUES (%s, %s, %s, %s, %s)"
        self.sql(f"INSERT INTO `tabDefaultValue` {columns}", row)
        if not frappe.flags.in_install:  # the whole site's cache, as in Frappe: costly, and known
            frappe.clear_cache(user=None if parent in ("__default", "__global") else parent)

    def set_global(self, key: str, val: Any, user: str = "__global") -> None:
        self.set_default(key, val, user)

    def get_global(self, key: str, user: str = "__global") -> Any:
        return self.get_value("DefaultValue", {"defkey": key, "parent": user}, "defvalue")


def get_db(
    host: str | None = None,
    user: str | None = None,
    password: str | None = None,
    port: Any = None,
    cur_db_name: str | None = None,
    socket: str | None = None,
) -> Database:
    """As in Frappe: the class for the bench's kind of server."""
    kind = FileDatabase if frappe.get_conf().db_type == "sqlite" else Database
    return kind(host, user, password, port, cur_db_name, socket)


class FileDatabase(Database):
    """The sandbox's, which can copy a database as a file."""

    def copy_database(self, source: str, target: str, emptied: Iterable[str]) -> None:
        from frappe.database.server import copy_database

        copy_database(self._conn, source, target, emptied)


def _where(filters: Any) -> tuple[str, list[Any]]:
    """`{"field": value}`, `{"field": ("like", value)}` or a name, as a WHERE clause."""
    terms: list[str] = []
    values: list[Any] = []
    given = filters if isinstance(filters, dict) else {"name": filters}
    for field, value in given.items():
        operator, operand = value if isinstance(value, (tuple, list)) else ("=", value)
        operands: Iterable[Any] = operand if isinstance(operand, (tuple, list)) else [operand]
        marks = ", ".join("%s" for _ in operands)
        terms.append(f"`{field}` {operator} " + (f"({marks})" if operator == "in" else marks))
        values += operands
    return (" WHERE " + " AND ".join(terms) if terms else ""), values


# Here as in Frappe, for those who look for them here.
from frappe.database.setup_db import setup_database as setup_database  # noqa: E402
