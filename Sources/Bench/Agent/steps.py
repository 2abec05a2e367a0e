# The five steps of a provision as the user sees them, timed and reported.
import time
from contextlib import contextmanager
from typing import Any, Callable, Iterator

JSON = dict[str, Any]


class Step:
    """What there is to say about a step, a sentence each."""

    def __init__(self) -> None:
        self.warnings: list[str] = []


class Steps:
    """Emits `started`, a `warning` for each, and `done` for a step, with seconds."""

    def __init__(self, emit: Callable[[JSON], None]) -> None:
        self.emit = emit
        self.current: int | None = None

    @contextmanager
    def run(self, number: int) -> Iterator[Step]:
        step, start, self.current = Step(), time.monotonic(), number
        self.emit({"step": number, "state": "started", "seconds": 0})
        yield step
        seconds = round(time.monotonic() - start, 4)
        for warning in step.warnings:
            self.emit({"step": number, "state": "warning", "seconds": seconds, "message": warning})
        self.emit({"step": number, "state": "done", "seconds": seconds})

    def warn(self, message: str) -> None:
        """Of the step that was the last."""
        self.emit({"step": self.current, "state": "warning", "seconds": 0, "message": message})
