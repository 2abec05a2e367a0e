"""Replays the golden conversations of Tests/Transcripts: as they stand over bare pipes, and what of
them a client can say (named parameters, ids of its own) through `Tenantd` and
`AsyncTenantd`. The form is described in Tests/tenantdTests/TranscriptTests.swift."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tenantd import AsyncJob, AsyncTenantd, RequestError, Tenantd
from tenantd._client import Job
from tenantd._methods import any_method

from .support import HERE, REPOSITORY, SandboxCase, as_users_have_it

Line = dict[str, Any]
PLACEHOLDERS: dict[str, Callable[[Any], bool]] = {
    "<any>": lambda value: True,
    "<string>": lambda value: isinstance(value, str),
    "<number>": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "<hex64>": lambda value: isinstance(value, str) and bool(re.fullmatch("[0-9a-f]{64}", value)),
}


def fits(value: Any, pattern: Any) -> bool:
    if isinstance(pattern, str) and pattern in PLACEHOLDERS:
        return PLACEHOLDERS[pattern](value)
    if isinstance(pattern, dict) and isinstance(value, dict):
        return pattern.keys() == value.keys() and all(fits(value[k], pattern[k]) for k in pattern)
    if isinstance(pattern, list) and isinstance(value, list):
        return len(pattern) == len(value) and all(map(fits, value, pattern))
    return bool(value == pattern) and isinstance(value, bool) == isinstance(pattern, bool)


def transcripts() -> list[Path]:
    folders = (REPOSITORY / "Tests" / "Transcripts", HERE / "transcripts")
    return sorted(path for folder in folders for path in folder.glob("*.jsonl"))


def read(path: Path) -> list[Line]:
    about, *lines = map(json.loads, path.read_text("utf-8").splitlines())
    assert "about" in about, path
    return lines


def body(error: RequestError) -> Line:
    """The error as the protocol has it."""
    return {"code": error.code, "message": str(error), "data": dict(error.data)}


def calls(lines: list[Line]) -> list[Line]:
    """The requests that a client can make: with an id that is used once and is not to be
    cancelled, and with named parameters."""
    sent = [line["send"] for line in lines if isinstance(line.get("send"), dict)]
    ids = [json.dumps(message.get("id")) for message in sent]
    cancelled = [json.dumps(message["params"].get("id")) for message in sent
                 if message.get("method") == "cancel"]
    return [
        message
        for message, id in zip(sent, ids)
        if message.get("jsonrpc") == "2.0" and isinstance(message.get("id"), (int, float, str))
        and isinstance(message.get("method"), str) and isinstance(message.get("params", {}), dict)
        and ids.count(id) == 1 and id not in cancelled and message["method"] != "cancel"
    ]


class TranscriptTest(SandboxCase):
    def test_over_bare_pipes(self) -> None:
        self.assertTrue(transcripts())
        for path in transcripts():
            with self.subTest(path.name):
                self.replay(read(path))

    def replay(self, lines: list[Line]) -> None:
        command = [self.binary, "serve", "--sandbox"]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=as_users_have_it(),
        ) as process:
            assert process.stdin and process.stdout
            unclaimed: list[Any] = []
            for line in lines:
                if "expect" not in line:
                    text = line["line"] if "line" in line else json.dumps(line["send"])
                    process.stdin.write(text.encode() + b"\n")
                    process.stdin.flush()
                    continue
                while not any(fits(message, line["expect"]) for message in unclaimed):
                    received = process.stdout.readline()
                    self.assertTrue(received, f"never came: {line}, but {unclaimed}")
                    unclaimed.append(json.loads(received))
                unclaimed.remove(next(m for m in unclaimed if fits(m, line["expect"])))
            process.stdin.close()
            unclaimed += map(json.loads, process.stdout)
            self.assertEqual(unclaimed, [])
        self.assertEqual(process.returncode, 0)

    def test_through_the_client(self) -> None:
        count = 0
        for path in transcripts():
            lines = read(path)
            with self.subTest(path.name), Tenantd(self.binary, sandbox=True) as tenantd:
                for message in calls(lines):
                    count += 1
                    job = Job(tenantd, any_method(message["method"], message.get("params")))
                    try:
                        last = {"result": job.result()}
                    except RequestError as error:
                        last = {"error": body(error)}
                    self.compare(lines, message, list(job._waiter.progress), last)
        self.assertGreater(count, 20)

    def test_through_asyncio(self) -> None:
        async def ask(path: Path) -> int:
            lines = read(path)
            async with AsyncTenantd(self.binary, sandbox=True) as tenantd:
                for message in calls(lines):
                    job = AsyncJob(tenantd, any_method(message["method"], message.get("params")))
                    try:
                        last = {"result": await job}
                    except RequestError as error:
                        last = {"error": body(error)}
                    self.compare(lines, message, list(job._waiter.progress), last)
            return len(calls(lines))

        self.assertGreater(sum(asyncio.run(ask(path)) for path in transcripts()), 20)

    def compare(
        self, lines: list[Line], message: Line, progress: list[Any], last: Line
    ) -> None:
        """What came for a request, in the protocol's words and with the transcript's id, has all
        that the transcript expects of it."""
        head = {"jsonrpc": "2.0"}
        got: list[Line] = [
            {**head, "method": "progress", "params": {**params, "id": message["id"]}}
            for params in progress
        ] + [{**head, "id": message["id"], **last}]
        wanted = [
            line["expect"] for line in lines
            if isinstance(line.get("expect"), dict) and message["id"] in (
                line["expect"].get("id"), line["expect"].get("params", {}).get("id"))
        ]
        self.assertEqual(len(got), len(wanted), (got, wanted))
        for each in wanted:
            self.assertTrue(any(fits(one, each) for one in got), (got, each))

    def test_the_form(self) -> None:
        self.assertTrue(fits({"a": [1, None]}, {"a": ["<any>", "<any>"]}))
        self.assertTrue(fits("0f" * 32, "<hex64>") and fits(1, 1.0) and fits("", "<string>"))
        for value, pattern in (
            ("0F" * 32, "<hex64>"), ("1", "<number>"), (True, "<number>"), (True, 1),
            ({"a": 1, "b": 2}, {"a": 1}), ({"a": 1}, {"a": 1, "b": 2}), ([1, 2], [1]), ("1", 1),
        ):
            self.assertFalse(fits(value, pattern), (value, pattern))
