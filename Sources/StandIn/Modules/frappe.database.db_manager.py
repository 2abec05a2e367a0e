# Users and databases of the server, under Frappe's names.
from __future__ import annotations

from typing import Any

from frappe.sandbox import point


class DbManager:
    def __init__(self, db: Any) -> None:
        self.db = db

    def create_user(self, user: str, password: str | None, host: str = "localhost") -> None:
        self.db.sql("CREATE USER %s@%s IDENTIFIED BY %s", (user, host, password or ""))

    def create_database(self, target: str) -> None:
        self.db.sql(f"CREATE DATABASE `{target}` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")

    def drop_database(self, target: str) -> None:
        point("drop", target)
        self.db.sql_ddl(f"DROP DATABASE IF EXISTS `{target}`")

    def grant_all_privileges(self, target: str, user: str, host: str = "localhost") -> None:
        self.db.sql(f"GRANT ALL PRIVILEGES ON `{target}`.* TO %s@%s", (user, host))
