#!/usr/bin/env python3
"""Speaks tenantd's protocol and misbehaves on request: at the start as FAKE_START says, later by
the name of the method that is called."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

START = os.environ.get("FAKE_START", "")


def say(**message: Any) -> None:
    os.write(1, (json.dumps({"jsonrpc": "2.0", **message}) + "\n").encode())


def answer(id: int | str, method: str, params: dict[str, Any]) -> None:
    if method == "rpc.discover":
        version = "9.1.0" if START == "other version" else "0.1.7"
        title = "gitd" if START == "stranger" else "tenantd"
        say(id=id, result={"info": {"title": title, "version": version}})
    elif method == "ping":
        say(id=id, result="pong")
    elif method == "echo":
        say(id=id, result=params)
    elif method == "pid":
        say(id=id, result=os.getpid())
    elif method == "environment":
        say(id=id, result=dict(os.environ))
    elif method == "big":
        text = b"\xe2\x82\xac" * params["count"]
        line = b'{"jsonrpc":"2.0","id":%s,"result":"%s"}\n' % (json.dumps(id).encode(), text)
        for start in range(0, len(line), params["piece"]):
            rest = line[start : start + params["piece"]]
            while rest:
                rest = rest[os.write(1, rest) :]
    elif method == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    elif method == "rubbish":
        os.write(1, b"Warning: the moon is full\n")
    elif method == "malformed error":
        say(id=id, error="no object")
    elif method == "hang":
        signal.pause()
    elif method == "provision":
        # Dies as often as the counter in the organisation's name says.
        counter = Path(params["organizationName"])
        left = int(counter.read_text())
        counter.write_text(str(left - 1))
        if left > 0:
            os.kill(os.getpid(), signal.SIGKILL)
        say(
            id=id,
            result={
                "site": "x.localhost", "url": "http://x.localhost", "user": params["email"],
                "apiKey": "k", "apiSecret": "s", "reissued": False, "steps": [], "warnings": [],
                "plan": {"name": "free", "users": 5, "storageGB": 1, "limits": {}}, "seconds": 0.1,
            },
        )


def main() -> None:
    if START == "rubbish":
        print("Usage: something else", flush=True)
    elif START == "hang":
        signal.pause()
    elif START == "deaf":
        os.close(0)
        signal.pause()
    elif START == "exit":
        print("tenantd: FAKE_START is wrong.", file=sys.stderr)
        sys.exit(2)
    elif START == "wrapper":
        # A shell's child that holds the pipes must not outlive the client's patience either.
        if os.fork() == 0:
            signal.pause()
        signal.pause()
    for line in filter(bytes.strip, sys.stdin.buffer):  # blank ones are ignored
        message = json.loads(line)
        answer(message["id"], message["method"], message["params"])


main()
