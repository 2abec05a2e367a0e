# The progress line of `python -m tenantd`: one line on a terminal that is written over; nothing
# where there is no terminal.
from __future__ import annotations

from typing import TextIO

from ._results import Progress


class ProgressLine:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.is_on = stream.isatty()
        self._is_dirty = False

    def show(self, progress: Progress) -> None:
        if progress.state == "waiting":
            self.say(f"{progress.of} to be dropped in {progress.seconds:g} s; Ctrl-C stops it")
            return
        what = progress.title or ""
        if progress.title == "Drop site":
            what = f"Drop {progress.site}"
        time = f" ({progress.seconds:.1f} s)" if progress.state == "done" and progress.seconds else ""
        marks = {"started": " …", "failed": ": failed", "restarted": ": begins again"}
        mark = marks.get(progress.state, time)
        self.say(f"[{progress.step}/{progress.of}] {what}{mark}")

    def say(self, text: str) -> None:
        if self.is_on:
            self._stream.write(f"\r\x1b[K{text}")
            self._stream.flush()
            self._is_dirty = True

    def clear(self) -> None:
        """Leaves an empty line to whatever is written next."""
        if self._is_dirty:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._is_dirty = False
