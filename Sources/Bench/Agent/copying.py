# Copies a template's database to a new one inside the database server: no dump, no installer.
from typing import Any

NOT_COPIED = (
    # A template's session would be accepted by its copies.
    "tabSessions",
    # Each site's own history.
    "tabActivity Log",
    "tabAccess Log",
    "tabError Log",
    "tabRoute History",
    "tabScheduled Job Log",
    "tabVersion",
)


class Broken(Exception):
    """The template's database is not what it was when the template was made."""


def count_tables(root: Any, database: str) -> int:
    return len(root.sql(f"SHOW TABLES FROM `{database}`"))


def copy_database(root: Any, source: str, target: str, tables_expected: int) -> None:
    """Every table with its definition; the rows of all but `NOT_COPIED`; sequences with their
    next value. `target` must exist and be empty. Any engine: definitions are taken as they are."""
    present = source in [row[0] for row in root.sql("SHOW DATABASES")]
    found = count_tables(root, source) if present else 0
    if found != tables_expected:
        raise Broken(f"The template {source} has {found} tables instead of {tables_expected}.")
    if hasattr(root, "copy_database"):
        # The sandbox's server keeps a database in a file.
        root.copy_database(source, target, NOT_COPIED)
        return
    cursor = root._cursor  # Frappe's `sql` would log each definition
    run = cursor.execute
    # Definitions refer to nothing across tables in Frappe, and the order of copying is the name's.
    run("SET SESSION foreign_key_checks = 0, unique_checks = 0")
    run(
        "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = %s"
        " ORDER BY table_name",
        (source,),
    )
    tables = list(cursor.fetchall())
    filled = set(tables_with_rows(cursor, source, [name for name, kind in tables if kind == "BASE TABLE"]))
    for name, kind in tables:
        if kind == "SEQUENCE":
            copy_sequence(cursor, source, target, name)
        elif kind == "BASE TABLE":
            run(f"CREATE TABLE {quoted(target, name)} LIKE {quoted(source, name)}")
        else:
            raise ValueError(f"{source}.{name} is a {kind}, which is not copied")
    # One commit for all rows, which costs one flush.
    run("START TRANSACTION")
    for name in sorted(filled.difference(NOT_COPIED)):
        run(f"INSERT INTO {quoted(target, name)} SELECT * FROM {quoted(source, name)}")
    run("COMMIT")


def tables_with_rows(cursor: Any, source: str, names: list[str]) -> list[str]:
    """One round trip: the server's own row counts are estimates and may be wrong about zero."""
    if not names:
        return []
    questions = [
        f"SELECT {literal(name)} FROM DUAL WHERE EXISTS (SELECT 1 FROM {quoted(source, name)})"
        for name in names
    ]
    cursor.execute(" UNION ALL ".join(questions))
    return [row[0] for row in cursor.fetchall()]


def copy_sequence(cursor: Any, source: str, target: str, name: str) -> None:
    cursor.execute(
        "SELECT start_value, minimum_value, maximum_value, increment, cache_size, cycle_option,"
        f" next_not_cached_value FROM {quoted(source, name)}"
    )
    start, least, most, step, cache, cycles, following = (int(n) for n in cursor.fetchall()[0])
    cursor.execute(
        f"CREATE SEQUENCE {quoted(target, name)} START WITH {start} MINVALUE {least}"
        f" MAXVALUE {most} INCREMENT BY {step} CACHE {cache} {'CYCLE' if cycles else 'NOCYCLE'}"
    )
    cursor.execute(f"SELECT SETVAL({quoted(target, name)}, {following}, 0)")
    cursor.fetchall()


def quoted(database: str, name: str) -> str:
    return f"`{database}`.`{name.replace('`', '``')}`"


def literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
