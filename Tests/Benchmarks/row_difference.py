# Compares two sites value by value. What must differ between any two sites is normalised by rule;
# everything else that differs is returned.
from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any, Iterable, Sequence

from site_rows import Row, Site

TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?Z?")
HASH = re.compile(r"\b[a-z0-9]{10}\b")
"""What Frappe names rows by when a DocType asks for a hash."""
PASSWORD = re.compile(r"(\$pbkdf2-sha256\$\d+)\$[A-Za-z0-9./]+\$[A-Za-z0-9./]+")
ENCRYPTED = re.compile(r"gAAAAA[A-Za-z0-9_-]{40,}=*")
"""A Fernet token: encrypted with the site's own key."""

USER_ID = re.compile(r"[0-9a-f]{39}")
RANDOM_COLUMNS = {("tabUser Social Login", "userid"): USER_ID, ("(web)", "userid"): USER_ID}
"""Columns that hold random text of another form than `HASH`."""


@dataclass(frozen=True)
class Difference:
    """A value that differs, or, with the column empty, a row that only one site has."""

    table: str
    key: str
    column: str
    script: str | None
    tenantd: str | None

    def told(self, by: str) -> str:
        """For a person; `by` is who made the other site."""
        where = f"{self.table} {self.key}" + (f" {self.column}" if self.column else "")
        if not self.column:
            only = by if self.tenantd is None else "tenantd"
            return f"{where}: only by {only}: {self.script or self.tenantd}"
        return f"{where}: {self.script!r} by {by}, {self.tenantd!r} by tenantd"


class Rules:
    """Normalises one site's values. `applied` counts how often each rule did."""

    def __init__(self, site: Site, other: Site) -> None:
        self.applied: Counter[str] = Counter()
        self.literals = [
            (site.name, "<site>"),
            (site.name.split(".")[0], "<subdomain>"),
            (str(site.conf["db_name"]), "<database>"),
        ]
        # A random name is one that the other site does not have.
        self.names = names(site) - names(other)

    def text(self, value: str, table: str = "", column: str = "") -> str:
        for literal, instead in self.literals:
            value = self.count(instead, value, value.replace(literal, instead))
        value = self.count("<time>", value, TIME.sub("<time>", value))
        value = self.count("<hash>", value, PASSWORD.sub(r"\1$<hash>", value))
        value = self.count("<encrypted>", value, ENCRYPTED.sub("<encrypted>", value))
        fresh = HASH.sub(lambda m: "<name>" if m[0] in self.names else m[0], value)
        value = self.count("<name>", value, fresh)
        if (table, column) in RANDOM_COLUMNS:
            fresh = RANDOM_COLUMNS[table, column].sub("<random>", value)
            value = self.count("<random>", value, fresh)
        return value

    def count(self, rule: str, before: str, after: str) -> str:
        self.applied[rule] += before != after
        return after

    def row(self, table: str, row: Row) -> Row:
        return {
            column: None if value is None else self.text(flat(value), table, column)
            for column, value in row.items()
        }


def flat(value: Any) -> str:
    """A column of JSON comes as what it holds."""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def names(site: Site) -> set[str]:
    found = (row.get("name") for rows in site.rows.values() for row in rows)
    return {name for name in found if name and HASH.fullmatch(name)}


def differences(script: Site, tenantd: Site) -> tuple[list[Difference], Counter[str]]:
    """All of them, and how often each rule was applied to the script's site."""
    ours, theirs = Rules(script, tenantd), Rules(tenantd, script)
    found: list[Difference] = []
    for table in sorted(script.rows.keys() | tenantd.rows.keys()):
        if table not in script.rows or table not in tenantd.rows:
            there = ("the table", None) if table in script.rows else (None, "the table")
            found.append(Difference(table, "", "", *there))
            continue
        if script.definitions[table] != tenantd.definitions[table]:
            definitions = (script.definitions[table], tenantd.definitions[table])
            found.append(Difference(table, "", "definition", *definitions))
        left = [ours.row(table, row) for row in script.rows[table]]
        right = [theirs.row(table, row) for row in tenantd.rows[table]]
        found += in_rows(table, left, right)
    found += outside(script, tenantd, ours, theirs)
    return found, ours.applied


def in_rows(table: str, left: list[Row], right: list[Row]) -> Iterable[Difference]:
    """Equal rows cancel out, whatever their order; the others are paired with the most alike."""
    equal = Counter(map(frozen, left)) & Counter(map(frozen, right))
    left, right = remaining(left, equal.copy()), remaining(right, equal.copy())
    for row in left:
        alike = max(right, key=lambda other: sameness(row, other), default=None)
        if alike is None or sameness(row, alike) * 2 < len(row):
            yield Difference(table, key(row), "", brief(row), None)
            continue
        right.remove(alike)
        for column in sorted(row):
            if row[column] != alike[column]:
                yield Difference(table, key(row), column, row[column], alike[column])
    for row in right:
        yield Difference(table, key(row), "", None, brief(row))


def frozen(row: Row) -> frozenset[tuple[str, str | None]]:
    return frozenset(row.items())


def remaining(rows: list[Row], equal: Counter[frozenset[tuple[str, str | None]]]) -> list[Row]:
    rest = []
    for row in rows:
        if equal[frozen(row)] > 0:
            equal[frozen(row)] -= 1
        else:
            rest.append(row)
    return rest


def sameness(row: Row, other: Row) -> int:
    """How many columns agree; rows of two different documents are never the same row."""
    identity = "doctype field fieldname ref_doctype docname parent role patch".split()
    if any(row.get(column) != other.get(column) for column in identity):
        return 0
    return sum(value == other[column] for column, value in row.items())


def key(row: Row) -> str:
    columns = ("parent", "doctype", "name", "field", "fieldname", "role", "ref_doctype", "docname")
    parts = [row.get(column) for column in columns]
    return "/".join(part for part in parts if part and part != "<name>")


def brief(row: Row) -> str:
    """The row without what is empty, or the same in every row of Frappe's."""
    common = ("name", "creation", "modified", "owner", "modified_by", "idx", "docstatus")
    return json.dumps(
        {c: v for c, v in row.items() if v not in (None, "", "0") and c not in common},
        ensure_ascii=False,
    )


def outside(script: Site, tenantd: Site, ours: Rules, theirs: Rules) -> Iterable[Difference]:
    """The database's own definition, the site's config, its files, and what the web answers."""
    databases = [ours.text(script.database), theirs.text(tenantd.database)]
    yield from unequal("(database)", "", "definition", databases)
    secret = ("db_name", "db_password", "encryption_key")
    for name in sorted(script.conf.keys() | tenantd.conf.keys()):
        values = [
            None if value is None else "<set>" if name in secret else rules.text(flat(value))
            for value, rules in ((script.conf.get(name), ours), (tenantd.conf.get(name), theirs))
        ]
        yield from unequal("(config)", "", name, values)
    for file in sorted(script.files.keys() | tenantd.files.keys()):
        modes = [script.files.get(file), tenantd.files.get(file)]
        yield from unequal("(folder)", "", file, modes)
    left, right = leaves(script.answers), leaves(tenantd.answers)
    for path in sorted(left.keys() | right.keys()):
        where, _, column = path.rpartition(" ")
        sides = [
            rules.text(found[path], "(web)", column) if path in found else None
            for found, rules in ((left, ours), (right, theirs))
        ]
        yield from unequal("(web)", where, column, sides)


def leaves(value: Any, path: str = "") -> dict[str, str]:
    """Every value in a JSON value, by its path."""
    if isinstance(value, dict):
        items: Iterable[tuple[Any, Any]] = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    else:
        return {path: flat(value)}
    found: dict[str, str] = {}
    for name, inner in items:
        found |= leaves(inner, f"{path} {name}".strip())
    return found


def unequal(
    table: str, key: str, column: str, sides: Sequence[str | None]
) -> Iterable[Difference]:
    if sides[0] != sides[1]:
        yield Difference(table, key, column, *sides)
