# The five steps of a provision as the user sees them, timed and reported.
import time
from contextlib import contextmanager
from typing import Any, Callable, Iterator

JSON = dict[str, Any]


class Step:
    warning: str | None = None


class Steps:
    """Emits `started` and `done` (or `warning`) for each step, with seconds."""

    def __init__(self, emit: Callable[[JSON], None]) -> None:
        self.emit = emit
        self.current: int | None = None

    @contextmanager
    def run(self, number: int) -> Iterator[Step]:
        step, start, self.current = Step(), time.monotonic(), number
        self.emit({"step": number, "state": "started", "seconds": 0})
        yield step
        seconds = round(time.monotonic() - start, 4)
        end = {"step": number, "state": "warning" if step.warning else "done", "seconds": seconds}
        self.emit({**end, "message": step.warning} if step.warning else end)
