# What both faces know about the process: how it is started, with which environment, when again,
# what its log lines mean, and how its troubles are told to a person.
from __future__ import annotations

import json
import logging
import os
import shutil
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from ._errors import DisconnectedError, StartError, TenantdError

#: The release that this client speaks to: the same major and minor number.
VERSION = "0.1.0"

_log = logging.getLogger("tenantd")

_NAMES = frozenset(
    "PATH HOME USER LOGNAME LANG LANGUAGE TZ TMPDIR XDG_RUNTIME_DIR XDG_CONFIG_HOME SSH_AUTH_SOCK"
    " KUBECONFIG HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy"
    " ADMIN_PASSWORD ERP_NEXT_URL ERP_API_KEY ERP_API_SECRET FRAPPE_SITE_NAME".split()
)
_PREFIXES = ("TENANTD_", "DOCKER_", "COMPOSE_", "LC_")


def scrubbed(environment: Mapping[str, str]) -> dict[str, str]:
    """What tenantd and its launcher need of an environment, and none of the web server's secrets."""
    return {
        name: value
        for name, value in environment.items()
        if name in _NAMES or name.startswith(_PREFIXES)
    }


@dataclass(frozen=True)
class Program:
    """How tenantd is started."""

    binary: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    folder: str | None

    DEAF: ClassVar[str] = "tenantd does not read its input any more."

    @classmethod
    def of(
        cls,
        binary: str | os.PathLike[str] | None,
        sandbox: bool | str | os.PathLike[str],
        flags: Sequence[str],
        env: Mapping[str, str] | None,
        cwd: str | os.PathLike[str] | None,
    ) -> Program:
        """The environment is read now, so that a later change of it does not split restarts."""
        arguments = ["serve", *flags]
        if sandbox:
            arguments.append("--sandbox" if sandbox is True else f"--sandbox={os.fspath(sandbox)}")
        environment = scrubbed(os.environ) | dict(env or {})
        environment["TENANTD_LOG_FORMAT"] = "json"  # read by `Log`
        return cls(
            os.fspath(binary or os.environ.get("TENANTD_BINARY") or "tenantd"),
            tuple(arguments), environment, os.fspath(cwd) if cwd is not None else None,
        )

    def path(self) -> str:
        """The binary's path; raises `StartError` with what to do about a missing one."""
        found = shutil.which(self.binary, path=self.environment.get("PATH"))
        if found:
            return os.path.abspath(found)
        if os.path.isfile(self.binary):
            raise StartError(f"{self.binary} is not executable: `chmod +x` it.")
        where = f"at {self.binary}" if os.path.dirname(self.binary) else "on the PATH"
        raise StartError(
            f"There is no tenantd {where}: build it with `swift build -c release`, and say"
            " where it is in TENANTD_BINARY or `binary`."
        )

    def not_started(self, error: OSError) -> StartError:
        """Why the system would not run it."""
        name = self.binary if error.filename in (None, self.binary) else error.filename
        return StartError(f"{self.binary} cannot be started: {name}: {error.strerror}.")

    def greeted(self, document: Any) -> None:
        """Looks at the answer of `rpc.discover`; raises `StartError` if it is not our release."""
        info = document.get("info") if isinstance(document, dict) else None
        if not isinstance(info, dict) or info.get("title") != "tenantd":
            raise StartError(f"{self.binary} speaks JSON-RPC, but is not tenantd.")
        theirs, ours = str(info.get("version")), VERSION
        if theirs.split(".")[:2] != ours.split(".")[:2]:
            raise StartError(
                f"{self.binary} is tenantd {theirs}, but this client speaks to {ours}:"
                " install the same release of both."
            )

    def trouble(self, sentence: str, greeted: bool) -> TenantdError:
        """Of a process that was killed for its misbehaviour."""
        return (DisconnectedError if greeted else StartError)(f"{self.binary} {sentence}")

    def rubbish(self, what: str, greeted: bool) -> TenantdError:
        return self.trouble(f"printed {what}, which no tenantd does: is it the right one?", greeted)

    def silent(self, seconds: float, greeted: bool) -> TenantdError:
        return self.trouble(f"has not said anything for {seconds:g} s and was ended.", greeted)

    def ended(self, status: int | None, words: str | None, greeted: bool) -> TenantdError:
        """Of a process that is gone; `words` is the last thing that it complained about."""
        if status is None:
            how = "closed its output"
        elif status < 0:
            how = f"was killed by signal {-status} ({_signal_name(-status)})"
        else:
            how = f"ended with exit code {status}"
        if not greeted:
            return StartError(words or f"{self.binary} {how} before it answered.")
        return DisconnectedError(f"{self.binary} {how} before the answer came.")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unknown"


class Log:
    """tenantd's standard error: its lines go to the logger `tenantd`, in their own level."""

    LONGEST = 1 << 16

    def __init__(self) -> None:
        self._rest = b""
        #: The last error, or the last line that was no log line: why a start failed.
        self.words: str | None = None

    def feed(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._rest = self._rest[-self.LONGEST :]
        for line in lines:
            if line.strip():
                self._take(line.decode("utf-8", "replace"))

    def _take(self, line: str) -> None:
        try:
            entry = json.loads(line)
            name, message = entry.pop("level"), entry.pop("message")
        except (ValueError, RecursionError, AttributeError, KeyError, TypeError):
            self.words = line.removeprefix("tenantd: ")
            _log.warning("%s", line)
            return
        if name == "error":
            self.words = str(message)
        entry.pop("time", None)
        level = getattr(logging, str(name).upper(), logging.INFO)
        if isinstance(level, int) and _log.isEnabledFor(level):
            more = "".join(f" {key}={value}" for key, value in entry.items())
            _log.log(level, "%s%s", message, more)


class BackOff:
    """How long to wait before the next start: none at first, doubling while processes die young."""

    LONGEST = 5.0
    OLD = 10.0

    def __init__(self) -> None:
        self._deaths = 0
        self._born = 0.0

    def delay(self, now: float) -> float:
        """Seconds before a start that is wanted now."""
        if now - self._born >= self.OLD:
            self._deaths = 0
        return min(0.05 * 2**self._deaths, self.LONGEST) if self._deaths else 0.0

    def started(self, now: float) -> None:
        self._born = now

    def died(self) -> None:
        self._deaths += 1
