# The table of a run: what was done how often, the signups meanwhile, those that were made in the
# end, and what is wrong.
from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Line:
    rounds: int = 0
    ordered: int = 0
    made: int = 0
    wrong: Counter[str] = field(default_factory=Counter)


class Report:
    def __init__(self) -> None:
        self.lines: dict[str, Line] = {}

    def line(self, action: str) -> Line:
        return self.lines.setdefault(action, Line())

    @property
    def violations(self) -> int:
        return sum(line.wrong.total() for line in self.lines.values())

    def sentences(self) -> list[str]:
        """What was wrong, by action: the end of a log must say it, for its beginning may be cut."""
        lines = sorted(self.lines.items())
        return [f"{name}: {wrong}" for name, line in lines for wrong in line.wrong]

    def table(self) -> str:
        rows = [["action", "times", "tried", "survived", "violations"]]
        for action, line in sorted(self.lines.items()):
            figures = (line.rounds, line.ordered, line.made, line.wrong.total())
            rows.append([action, *map(str, figures)])
        widths = [max(len(row[at]) for row in rows) for at in range(5)]
        shown = [
            [row[0].ljust(widths[0]), *(row[at].rjust(widths[at]) for at in range(1, 5))]
            for row in rows
        ]
        rule = ["-" * width for width in widths]
        return "\n".join(f"| {' | '.join(row)} |" for row in [shown[0], rule, *shown[1:]])
