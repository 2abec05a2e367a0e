# What the agent says to tenantd, and what it logs about what nobody thought of.
import json
import sys
import traceback
from typing import Any, Callable

from . import secrecy, wire
from .wire import JSON, SessionOver, Trouble


class Replies:
    """To the real standard output."""

    def __init__(self, output: int) -> None:
        self.output = output

    def serve(self, line: bytes, handle: Callable[[Any, str, JSON], JSON | None]) -> None:
        """One request. `handle` gives its result, or None when that comes later. Whatever is wrong
        with a line, or with what it asks for, is its own answer."""
        identifier: Any = None
        try:
            message = json.loads(line)
            identifier = message.get("id") if isinstance(message, dict) else None
            if not isinstance(message, dict) or not isinstance(message.get("method"), str):
                raise Trouble("invalid_request", "Not a request with a method.")
            params = message.get("params") or {}
            if not isinstance(params, dict):
                raise Trouble("invalid_params", "The parameters are not an object.")
            result = handle(identifier, message["method"], params)
            if result is not None and identifier is not None:
                self.answer(identifier, result)
        except SessionOver:
            raise
        except Trouble as trouble:
            self.answer(identifier, error=trouble.error())
        except Exception as error:
            self.answer(identifier, error=self.unexpected("A request", error).error())

    def tell(self, message: JSON) -> None:
        try:
            wire.send(self.output, {"jsonrpc": "2.0", **message})
        except OSError as error:
            raise SessionOver("tenantd went away") from error

    def answer(self, request: Any, result: Any = None, error: JSON | None = None) -> None:
        """A child has taken out what it knows of; the session's own secrets are known only here."""
        if error:
            error = secrecy.redact_all(error)
        self.tell({"id": request, **({"error": error} if error else {"result": result})})

    def progress(self, job: str | None, event: JSON) -> None:
        told = secrecy.redact_all(event)
        self.tell({"method": "progress", "params": {"job": job, "seconds": 0, **told}})

    def unexpected(self, what: str, error: Exception) -> Trouble:
        """An error that only this one thing fails of: it is logged, and told as a sentence."""
        trace = "".join(traceback.format_exception(error))
        print(secrecy.redact(trace), file=sys.stderr, flush=True)
        text = secrecy.redact(f"{what} failed: {type(error).__name__}: {error}")
        return Trouble("internal_error", text[:500])
