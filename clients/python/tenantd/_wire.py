# The core under both faces: the calls of one tenantd process. Bytes go in, calls get their answers;
# no I/O, no clock, no lock in here.
from __future__ import annotations

import enum
import json
from collections import deque
from collections.abc import Callable
from typing import Any

from ._errors import TenantdError, request_error

#: A line longer than this comes from something else than tenantd.
LONGEST_LINE = 64 << 20

_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


class Rubbish(ValueError):
    """What came is not tenantd's protocol; says what it was."""


class Silence(enum.Enum):
    """What to do when nothing was heard for a while."""

    FINE = enum.auto()
    ASK = enum.auto()
    GIVE_UP = enum.auto()


class Call:
    """A request on its way. `wake` is called for each thing that comes for it."""

    __slots__ = ("id", "progress", "result", "error", "done", "wake")

    def __init__(self, wake: Callable[[], None]) -> None:
        self.id = 0
        self.progress: deque[dict[str, Any]] = deque()
        self.result: Any = None
        self.error: TenantdError | None = None
        self.done = False
        self.wake = wake

    def settle(self, result: Any, error: TenantdError | None = None) -> None:
        self.result, self.error, self.done = result, error, True
        self.wake()

    def value(self) -> Any:
        """The result of a call that is done, or raises its error."""
        if self.error is not None:
            raise self.error
        return self.result


class Wire:
    """The table of calls, and the bytes of a line that has not come whole."""

    def __init__(self) -> None:
        self._next = 1
        self._calls: dict[int, Call] = {}
        self._pieces: list[bytes] = []
        self._length = 0
        self._heard = True
        self._asked = False

    def request(self, method: str, params: dict[str, Any], call: Call | None) -> bytes:
        """A request's line; without a call, what it answers is dropped.

        The id comes first, so that tenantd can read it in a line that it finds too long.
        """
        id = self._next
        body = _encode(params) if params else "{}"
        self._next += 1
        if call is not None:
            call.id = id
            if not self._calls:
                self._heard, self._asked = True, False
            self._calls[id] = call
        return f'{{"jsonrpc":"2.0","id":{id},"method":{_encode(method)},"params":{body}}}\n'.encode()

    def feed(self, data: bytes) -> None:
        """Takes bytes as they come, whatever their boundaries. Only 0x0A ends a line."""
        self._heard, self._asked = True, False
        end = data.rfind(b"\n")
        if end < 0:
            self._keep(data)
            return
        whole = data[:end]
        if self._pieces:
            whole = b"".join((*self._pieces, whole))
            self._pieces, self._length = [], 0
        if end + 1 < len(data):
            self._keep(data[end + 1 :])
        for line in whole.split(b"\n"):
            self._take(line)

    def _keep(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._length += len(piece)
        if self._length > LONGEST_LINE:
            raise Rubbish(f"a line of more than {LONGEST_LINE >> 20} MiB")

    def _take(self, line: bytes) -> None:
        if not line.strip():
            return
        try:
            message = json.loads(line.decode("utf-8"))
        except (ValueError, RecursionError):
            raise Rubbish(f"“{line[:80].decode('utf-8', 'replace')}”") from None
        is_message = isinstance(message, dict) and message.get("jsonrpc") == "2.0"
        if not is_message or ("method" in message and "id" in message):
            # tenantd asks nothing: a request is our own, sent back by an echo.
            raise Rubbish(f"“{line[:80].decode('utf-8', 'replace')}”")
        if "method" in message:
            params = message.get("params")
            if message["method"] == "progress" and isinstance(params, dict):
                self._progress(params)
            return
        id = message.get("id")
        call = self._calls.pop(id, None) if type(id) is int else None
        if call is None:
            return
        if "error" in message:
            call.settle(None, request_error(message["error"]))
        else:
            call.settle(message.get("result"))

    def _progress(self, params: dict[str, Any]) -> None:
        id = params.pop("id", None)
        call = self._calls.get(id) if type(id) is int else None
        if call is not None:
            call.progress.append(params)
            call.wake()

    def silence(self) -> Silence:
        """To be asked at each end of a period of patience while calls wait: tenantd answers a ping
        at once whatever else it does, so one that does not is not alive."""
        if self._heard or not self._calls:
            self._heard = False
            return Silence.FINE
        if self._asked:
            return Silence.GIVE_UP
        self._asked = True
        return Silence.ASK

    def forget(self, call: Call) -> None:
        """The call was never sent."""
        self._calls.pop(call.id, None)

    def end(self, error: TenantdError) -> None:
        """Nothing more will come: every call that waits fails, with an exception of its own, since
        each may be raised in another thread."""
        calls, self._calls = list(self._calls.values()), {}
        for call in calls:
            call.settle(None, type(error)(str(error)))

