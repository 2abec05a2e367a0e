# The differences between two sites that are meant, and the report of all that were found.
from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Mapping, Sequence

from row_difference import Difference, differences
from site_rows import Site

ROW = ""
"""Stands for the column where a whole row is only on one side."""
ANY = "*"
"""Stands for either side."""


@dataclass(frozen=True)
class Accepted:
    """Differences that are meant: in a table, in a column, for keys that end so; in a column and a
    key `*` stands for anything."""

    table: str
    column: str
    reason: str
    key: str = ""
    """It may hold `{email}`, the owner's, and `{role}`, the last part of the key itself."""
    only: str = ""
    """`script` or `tenantd`: the side that may have it; empty: both have it and differ."""

    def fits(self, found: Difference, words: Mapping[str, str]) -> bool:
        sides = {"script": found.tenantd is None, "tenantd": found.script is None}
        side = next((name for name, alone in sides.items() if alone), "")
        key = self.key.replace("{role}", found.key.rpartition("/")[2])
        for name, word in words.items():
            key = key.replace("{" + name + "}", word)
        return (
            found.table == self.table
            and self.only in (side, ANY)
            and fnmatchcase(found.column, self.column)
            and fnmatchcase(found.key, "*" + key)
        )


def compare(
    name: str,
    script: Site,
    tenantd: Site,
    meant: Sequence[Accepted],
    words: Mapping[str, str],
    by: str = "the script",
) -> bool:
    """Prints every difference, by its reason; returns whether all were expected. `by` is who made
    the site that tenantd's is compared with."""
    found, rules = differences(script, tenantd)
    rows = sum(len(rows) for rows in script.rows.values())
    print(f"\n{name}: {len(script.rows)} tables, {rows} rows")
    print("  normalised: " + ", ".join(f"{rule} {n}" for rule, n in sorted(rules.items()) if n))
    by_reason: dict[str, list[Difference]] = {}
    unexpected = []
    for difference in found:
        why = next((each.reason for each in meant if each.fits(difference, words)), None)
        if why:
            by_reason.setdefault(why, []).append(difference)
        else:
            unexpected.append(difference)
    for why, same in by_reason.items():
        print(f"  meant ({len(same)}): {why}")
        for difference in same[:SHOWN]:
            print(f"    {difference.told(by)}")
        if len(same) > SHOWN:
            print(f"    … and {len(same) - SHOWN} more")
    for difference in unexpected:
        print(f"  UNEXPECTED: {difference.told(by)}")
    print(f"  {len(found) - len(unexpected)} differences are meant, {len(unexpected)} unexpected")
    return not unexpected


SHOWN = 5
"""Of the differences that are meant for the same reason."""
