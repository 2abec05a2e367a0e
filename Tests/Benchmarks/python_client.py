# Measures the Python client beside its own raw pipe, in turns. Prints JSON, in seconds.
#
#   python3 python_client.py BINARY SANDBOX ROUNDS
from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any, Callable

sys.path.insert(0, str(Path(__file__).parents[2] / "clients" / "python"))
from tenantd import AsyncTenantd, Tenantd  # noqa: E402

from wire import Wire  # noqa: E402
from wire_rows import round_trips  # noqa: E402

BATCH, IN_FLIGHT = 1000, 10_000


def measure(call: Callable[[], None]) -> list[float]:
    samples = []
    for _ in range(BATCH):
        start = time.perf_counter()
        call()
        samples.append(time.perf_counter() - start)
    return samples


async def at_once(binary: str, sandbox: str) -> dict[str, Any]:
    """The asyncio face with all calls in flight."""
    async with AsyncTenantd(binary, sandbox=sandbox, flags=["--pool", "0"]) as client:
        await client.ping()
        start = time.perf_counter()
        await asyncio.gather(*(client.ping() for _ in range(IN_FLIGHT)))
        return {"seconds": time.perf_counter() - start, "answered": IN_FLIGHT}


def main(binary: str, sandbox: str, rounds: int) -> None:
    result: dict[str, list[Any]] = {"raw": [], "client": [], "inFlight": []}
    with (
        Wire([binary, f"--sandbox={sandbox}", "--pool", "0"]) as wire,
        Tenantd(binary, sandbox=sandbox, flags=["--pool", "0"]) as client,
    ):
        round_trips(wire, BATCH)
        measure(client.ping)
        for _ in range(rounds):
            result["raw"] += round_trips(wire, BATCH)
            result["client"] += measure(client.ping)
    for _ in range(rounds):
        result["inFlight"].append(asyncio.run(at_once(binary, sandbox)))
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
