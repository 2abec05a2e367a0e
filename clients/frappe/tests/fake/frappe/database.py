# A database whose statements are MariaDB's and whose server is SQLite.
import re
import sqlite3
from typing import Any, Callable, Sequence


class Callbacks:
    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def add(self, callback: Callable[[], None]) -> None:
        self.waiting.append(callback)

    def run(self) -> None:
        for callback in self.waiting:
            callback()
        self.waiting = []


class Database:
    def __init__(self, path: str) -> None:
        self.path = path
        self.own = sqlite3.connect(path, isolation_level=None, timeout=5)
        self.own.execute("PRAGMA journal_mode=WAL")
        self.own.execute("CREATE TABLE IF NOT EXISTS tabUser (name PRIMARY KEY, enabled, user_type)")
        self.own.execute(
            "CREATE TABLE IF NOT EXISTS tabFile (name, file_url, file_size, is_folder, content_hash)"
        )
        self.seen: list[str] = []
        self.after_commit, self.after_rollback = Callbacks(), Callbacks()

    def sql(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        self.seen.append(statement)
        if "@@" in statement:
            raise sqlite3.ProgrammingError(1193, "Unknown system variable")
        if statement.startswith("SET SESSION"):
            return []
        text = re.sub(r" FOR UPDATE$", "", statement).replace("%s", "?").replace("%%", "%")
        text = text.replace("GREATEST(", "MAX(").replace(") ENGINE=InnoDB", ")")
        text = text.replace("ON DUPLICATE KEY UPDATE", "ON CONFLICT(name) DO UPDATE SET")
        if not self.own.in_transaction and not text.startswith("CREATE"):
            self.own.execute("BEGIN")
        return self.own.execute(text, tuple(values)).fetchall()

    sql_ddl = sql

    def is_table_missing(self, error: Exception) -> bool:
        return "no such table" in str(error)

    def get_value(self, doctype: str, name: str, field: str) -> Any:
        found = self.sql(f"SELECT {field} FROM `tab{doctype}` WHERE name = %s", (name,))
        return found[0][0] if found else None

    def commit(self) -> None:
        self.seen.append("commit")
        if self.own.in_transaction:
            self.own.execute("COMMIT")
        self.after_commit.run()

    def rollback(self) -> None:
        if self.own.in_transaction:
            self.own.execute("ROLLBACK")
        self.after_rollback.run()

    def close(self) -> None:
        self.own.close()
