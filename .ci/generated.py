"""What is generated: for each file, the lines between each of its marks."""
from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Facts = dict[str, Any]
Row = dict[str, Any]

PYTHON_NAMES = {"timeout": "RequestTimeoutError", "cancelled": "RequestCancelledError"}
"""Where Python has such a name itself."""


def class_name(kind: str) -> str:
    return "".join(word.capitalize() for word in kind.split("_")) + "Error"


def plain(markdown: str) -> str:
    return re.sub(r"\[([^]]+)\]\([^)]*\)", r"\1", markdown).replace("`", "")


def by_exit_code(facts: Facts) -> list[Row]:
    rows: list[Row] = sorted(facts["errors"], key=lambda row: row["exitCode"])
    if [row["exitCode"] for row in rows] != list(range(10, 10 + len(rows))):
        raise SystemExit("The exit codes of the kinds are not 10 and up without a gap.")
    return rows


def folded(words: list[str], indent: str, width: int = 100) -> list[str]:
    lines = [indent]
    for word in words:
        if len(lines[-1]) + len(word) + 1 > width:
            lines.append(indent)
        lines[-1] += word if lines[-1] == indent else f" {word}"
    return lines


def table(rows: list[list[str]]) -> list[str]:
    return [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |".replace("|  |", "| |")
            for row in rows]


def protocol_kinds(facts: Facts) -> list[str]:
    return ["| kind | number | when | data beside `kind` |", "| --- | --- | --- | --- |", *table([
        [f"`{row['kind']}`", str(row["number"]), row["when"], row["data"]] for row in facts["errors"]
    ])]


def protocol_states(facts: Facts) -> list[str]:
    return ["| state | what it is |", "| --- | --- |", *table([
        [f"`{row['state']}`", row["meaning"]] for row in facts["states"]
    ])]


def readme_kinds(facts: Facts) -> list[str]:
    return ["| kind | what it means | what to do |", "| --- | --- | --- |", *table([
        [f"`{row['kind']}`", row["when"], row["remedy"]] for row in facts["errors"]
    ])]


def readme_settings(facts: Facts) -> list[str]:
    def code(text: str) -> str:
        return f"`{text}`" if text else ""

    return ["| environment | flag | default | meaning |", "| --- | --- | --- | --- |", *table([
        [code(row["name"]), code(f"--{row['flag']}") if "flag" in row else "", code(row["default"]),
         row["help"]] for row in facts["settings"]
    ])]


def node_classes(facts: Facts) -> list[str]:
    lines: list[str] = []
    for row in facts["errors"]:
        words = plain(row["when"])
        short = f"/** {words} */"
        lines += [short] if len(short) <= 100 else ["/**", *folded(words.split(), " * "), " */"]
        lines.append(f"export class {class_name(row['kind'])} extends TenantdError {{}}")
    return lines


def node_table(facts: Facts) -> list[str]:
    return ["const ofTenantd = {", *(
        f"  {row['kind']}: errors.{class_name(row['kind'])}," for row in facts["errors"]
    ), "};"]


def node_kinds(facts: Facts) -> list[str]:
    words = [f"| '{row['kind']}'" for row in facts["errors"]]
    lines = folded(words, "  ")
    return ["export type KindOfTenantd =", *lines[:-1], f"{lines[-1]};"]


def node_states(facts: Facts) -> list[str]:
    lines = folded([f"| '{row['state']}'" for row in facts["states"]], "  ")
    return ["export type TenantState =", *lines[:-1], f"{lines[-1]};"]


def python_states(facts: Facts) -> list[str]:
    words = [f'"{row["state"]}",' for row in facts["states"]]
    return ["TenantState = Literal[", *folded(words, "    "), "]"]


def python_classes(facts: Facts) -> list[str]:
    lines: list[str] = []
    for row in facts["errors"]:
        name = PYTHON_NAMES.get(row["kind"], class_name(row["kind"]))
        words = f'"""{plain(row["when"])}"""'.split()
        lines += ["", f"class {name}(RequestError, kind=\"{row['kind']}\"):",
                  *folded(words, "    "), ""]
    return [*lines[1:-1], ""]


def python_names(facts: Facts) -> list[str]:
    return sorted(
        PYTHON_NAMES.get(row["kind"], class_name(row["kind"])) for row in facts["errors"])


def python_imports(facts: Facts) -> list[str]:
    return ["from ._errors import (", *(f"    {name}," for name in python_names(facts)), ")"]


def python_exports(facts: Facts) -> list[str]:
    return ["__all__ += [", *folded([f'"{name}",' for name in python_names(facts)], "    "), "]"]


def python_codes(facts: Facts) -> list[str]:
    words = [f"\"{row['kind']}\": {row['exitCode']}," for row in by_exit_code(facts)]
    return ["OF_KINDS = {", *folded(words, "    "), "}"]


def shell_kinds(facts: Facts) -> list[str]:
    words = [row["kind"] for row in by_exit_code(facts)]
    return ["exit_kinds=( # their exit codes: 10 and up", *folded(words, "  "), ")"]


GENERATED: dict[str, dict[str, Callable[[Facts], list[str]]]] = {
    "protocol.md": {"kinds": protocol_kinds, "states": protocol_states},
    "README.md": {"kinds": readme_kinds, "settings": readme_settings},
    "clients/node/src/errors.mjs": {"classes": node_classes},
    "clients/node/src/failures.mjs": {"table": node_table},
    "clients/node/src/errors.d.ts": {"classes": node_classes, "kinds": node_kinds},
    "clients/node/src/tenants.d.ts": {"states": node_states},
    "clients/python/tenantd/__init__.py": {"imports": python_imports, "exports": python_exports},
    "clients/python/tenantd/_results.py": {"states": python_states},
    "clients/python/tenantd/_errors.py": {"classes": python_classes},
    "clients/python/tenantd/__main__.py": {"exit codes": python_codes},
    "clients/shell/tenantctl": {"kinds": shell_kinds},
}
