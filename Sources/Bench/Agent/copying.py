# Copies a template's database to a new one inside the database server: no dump, no installer.
import json
import os
import re
import shutil
from typing import Any, Callable

from .objects import Definition, Objects, Uncopyable, list_tables, literal, quoted

JSON = dict[str, Any]
PLAN = "tenantd-copy.json"
"""In a template's folder: how its database is copied, found out once by trying it."""
PASSING = {3, 28, 1021, 1028, 1030, 1114, 1205, 1213, 1969}
"""Errors of the server that say nothing of the template: no room, no lock in time."""
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
    """The template is not what it was when its plan was made."""


def plan(root: Any, source: str, make_trial: Callable[[str], str]) -> JSON:
    """How the database is copied so that nothing of it is missing: proved by a trial copy, whose
    objects and rows are compared with it. `make_trial` makes an empty database of that collation.
    Raises `Uncopyable` where no copy is equal."""
    if is_sandbox(root):
        copy = make_trial("")
        found: JSON = {"tables": dict.fromkeys(names_in_sandbox(root, source), "BASE TABLE")}
        copy_database(root, source, copy, found)
        if names_in_sandbox(root, copy) != list(found["tables"]):
            raise Uncopyable("its tables are not those of a copy")
        return found
    cursor = root._cursor
    origin = Objects(cursor, source)
    origin.check()
    made = {
        "tables": origin.tables,
        "collation": origin.collation,
        "columns": origin.columns_to_name(),
        "objects": [d for d in origin.definitions if d.kind not in ("TABLE", "SEQUENCE")],
        "texts": {},
    }
    for _ in range(2):
        trial = make_trial(origin.collation)
        copy_database(root, source, trial, made)
        wrong = origin.differences(Objects(cursor, trial))
        if not wrong:
            compare_rows(cursor, source, trial, origin.tables)
            return made
        # What `LIKE` loses (foreign keys, counters) the table's own text has.
        texts = {d.name: d.text for d in wrong if d.kind == "TABLE" and d.name in origin.tables}
        if made["texts"] or not texts:
            break
        made["texts"] = texts
    raise Uncopyable(f"a copy of the {wrong[0].kind.lower()} {wrong[0].name} is another")


def copy_database(root: Any, source: str, target: str, plan: JSON) -> None:
    """Every object of the plan; the rows of all tables but `NOT_COPIED`; sequences with their
    next value. `target` must exist and be empty."""
    if is_sandbox(root):
        # The sandbox's server keeps a database in a file.
        expect_tables(dict.fromkeys(names_in_sandbox(root, source), "BASE TABLE"), source, plan)
        root.copy_database(source, target, NOT_COPIED)
        return
    cursor = root._cursor  # Frappe's `sql` would log each definition
    run = cursor.execute
    tables = list_tables(cursor, source)
    expect_tables(tables, source, plan)
    # In the order of names, so that a row may come before the one that it refers to. A row is
    # taken as it is: with its 0 in a counted column, and whatever its date was allowed to be.
    run("SET SESSION foreign_key_checks = 0, unique_checks = 0, sql_mode = 'NO_AUTO_VALUE_ON_ZERO'")
    run(f"USE `{target}`")
    stored = [name for name, kind in tables.items() if kind == "BASE TABLE"]
    filled = set(tables_with_rows(cursor, source, stored))
    for name, kind in tables.items():
        if kind == "SEQUENCE":
            copy_sequence(cursor, source, target, name)
        elif name in plan["texts"]:
            run(plan["texts"][name])
        elif kind == "BASE TABLE":
            run(f"CREATE TABLE {quoted(target, name)} LIKE {quoted(source, name)}")
    # One commit for all rows, which costs one flush.
    run("START TRANSACTION")
    for name in sorted(filled.difference(NOT_COPIED)):
        columns = plan["columns"].get(name)
        listed = ", ".join(map(quoted, columns)) if columns else ""
        into = f"{quoted(target, name)} ({listed})" if columns else quoted(target, name)
        run(f"INSERT INTO {into} SELECT {listed or '*'} FROM {quoted(source, name)}")
    run("COMMIT")
    create_objects(cursor, [d.moved(source, target) for d in definitions(plan)])


def definitions(plan: JSON) -> list[Definition]:
    return [Definition(*values) for values in plan["objects"]]


def create_objects(cursor: Any, wanted: list[Definition]) -> None:
    """In their order, but for a view that shows another one, which has to be there before."""
    waiting: list[Definition] = []
    for each in wanted:
        try:
            each.create(cursor)
        except Exception:
            if each.kind != "VIEW":
                raise
            waiting.append(each)
            continue
        if waiting and each.kind == "VIEW":
            again, waiting = waiting, []
            create_objects(cursor, again)
    if waiting and len(waiting) == len(wanted):
        wanted[0].create(cursor)  # its own error says why
    elif waiting:
        create_objects(cursor, waiting)


def expect_tables(found: dict[str, str], source: str, plan: JSON) -> None:
    if found != plan["tables"]:
        odd = sorted(set(found.items()) ^ set(plan["tables"].items()))
        raise Broken(f"The template {source} was changed: {', '.join(name for name, _ in odd)}.")


def compare_rows(cursor: Any, source: str, copy: str, tables: dict[str, str]) -> None:
    """By checksums, which are sums over the rows whatever their order is."""
    for name in [name for name, kind in tables.items() if kind == "SEQUENCE"]:
        if sequence_value(cursor, source, name) != sequence_value(cursor, copy, name):
            raise Uncopyable(f"the next value of the sequence {name} is another in a copy")
    stored = [n for n, kind in tables.items() if kind == "BASE TABLE" and n not in NOT_COPIED]
    sums = []
    for database in (source, copy):
        cursor.execute("CHECKSUM TABLE " + ", ".join(quoted(database, name) for name in stored))
        sums.append([row[1] for row in cursor.fetchall()])
    for name, left, right in zip(stored, *sums):
        if left != right:
            raise Uncopyable(f"the rows of the table {name} are others in a copy")


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
    cursor.execute(f"SHOW CREATE SEQUENCE {quoted(source, name)}")
    cursor.execute(cursor.fetchall()[0][1])
    following, rounds = sequence_value(cursor, source, name)
    cursor.execute(f"SELECT SETVAL({quoted(target, name)}, {following}, 0, {rounds})")
    cursor.fetchall()


def sequence_value(cursor: Any, database: str, name: str) -> tuple[int, int]:
    """The next value, and how often the sequence has begun again."""
    cursor.execute(f"SELECT next_not_cached_value, cycle_count FROM {quoted(database, name)}")
    row = cursor.fetchall()[0]
    return int(row[0]), int(row[1])


def is_sandbox(root: Any) -> bool:
    return hasattr(root, "copy_database")


def names_in_sandbox(root: Any, database: str) -> list[str]:
    return [row[0] for row in root.sql(f"SHOW TABLES FROM `{database}`")]


def is_passing(error: BaseException) -> bool:
    """Whether the next try may work, with the template as it is."""
    first = error.args[0] if error.args else None
    if isinstance(error, shutil.Error):  # of many files, each with its reason
        return "[Errno 28]" in str(error)
    if re.search(r"errno: (28|135)\b", str(error)):  # why a table could not be made: no room
        return True
    return isinstance(error, OSError) or isinstance(first, int) and first in PASSING


def hold_still(root: Any, source: str, plan: JSON) -> None:
    """A template does nothing by itself: its events wait, those of its copies do not."""
    for each in definitions(plan) if not is_sandbox(root) else []:
        if each.kind == "EVENT":
            root._cursor.execute(f"ALTER EVENT {quoted(source, each.name)} DISABLE")


def keep_plan(site: str, plan: JSON) -> None:
    with open(os.path.join(site, PLAN), "w", encoding="utf-8") as file:
        json.dump(plan, file)


def kept_plan(site: str) -> JSON:
    try:
        with open(os.path.join(site, PLAN), encoding="utf-8") as file:
            found: JSON = json.load(file)
            return found
    except (OSError, ValueError) as error:
        raise Broken(f"The template {site} has lost how it is copied: {error}") from error
