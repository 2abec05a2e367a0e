# Compares two sites value by value. What must differ between any two sites is normalised by rule;
# everything else that differs is returned.
from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any, Iterable

from site_rows import Row, Site

TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?Z?")
HASH = re.compile(r"\b[a-z0-9]{10}\b")
"""What Frappe names rows by when a DocType asks for a hash."""
PASSWORD = re.compile(r"(\$pbkdf2-sha256\$\d+)\$[A-Za-z0-9./]+\$[A-Za-z0-9./]+")
ENCRYPTED = re.compile(r"gAAAAA[A-Za-z0-9_-]{40,}=*")
"""A Fernet token: encrypted with the site's own key."""

RANDOM_COLUMNS = {("tabUser Social Login", "userid"): re.compile(r"[0-9a-f]{39}")}
"""Columns that hold random text of another form than `HASH`."""


@dataclass(frozen=True)
class Difference:
    """A value that differs, or, with the column empty, a row that only one site has."""

    table: str
    key: str
    column: str
    script: str | None
    tenantd: str | None

    def __str__(self) -> str:
        where = f"{self.table} {self.key}" + (f" {self.column}" if self.column else "")
        if not self.column:
            only = "the script" if self.tenantd is None else "tenantd"
            return f"{where}: only by {only}: {self.script or self.tenantd}"
        return f"{where}: {self.script!r} by the script, {self.tenantd!r} by tenantd"


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
    identity = ("doctype", "field", "fieldname", "ref_doctype", "docname", "parent", "role", "patch")
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
    """The database's own definition, the site's config, and the files of its folder."""
    yield from unequal(
        "(database)", "definition", ours.text(script.database), theirs.text(tenantd.database)
    )
    secret = ("db_name", "db_password", "encryption_key")
    for name in sorted(script.conf.keys() | tenantd.conf.keys()):
        values = [
            None if name not in conf else "<set>" if name in secret else rules.text(flat(conf[name]))
            for conf, rules in ((script.conf, ours), (tenantd.conf, theirs))
        ]
        yield from unequal("(config)", name, *values)
    for file in sorted(set(script.files) ^ set(tenantd.files)):
        there = "there" if file in script.files else None
        yield from unequal("(folder)", file, there, None if there else "there")


def unequal(
    table: str, column: str, script: str | None, tenantd: str | None
) -> Iterable[Difference]:
    if script != tenantd:
        yield Difference(table, "", column, script, tenantd)
